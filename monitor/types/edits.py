"""What an edit of a wiki page did, and how it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One changed stretch of a page: `old` became `new` under the heading `section`.

    `before` and `after` are what stands left and right of it on its line, unchanged and cut at CONTEXT
    characters each; where a line has several hunks, as far as the next one. Hunks of one line share `line`,
    its number from 1 in the new text, or in the old one where the new one has it no more. `template` and
    `parameter` say which value of which outermost template it lies in ("Infobox hospital", "logo"), where
    that is known.
    """

    old: str
    new: str
    section: str | None = None
    before: str = ""
    after: str = ""
    line: int | None = None
    template: str | None = None
    parameter: str | None = None

    @property
    def around(self) -> tuple[str, str, str, str]:
        """What else is kept of strangers' words: before, after, template and parameter."""
        return self.before, self.after, self.template or "", self.parameter or ""


CONTEXT = 160
"""Characters of unchanged text that a hunk keeps on either side."""


class EditorKind(StrEnum):
    """What a wiki shows of who made an edit. Only of an `address` can a network be told."""

    ACCOUNT = "account"
    BOT = "bot"
    TEMPORARY = "temporary"
    ADDRESS = "address"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """What a wiki tells of who made an edit, as facts: never a guess at which person it is.

    `edits` and `age_days` (of the account, at the edit) are None where the wiki does not say. `declared` is
    the organisation's own knowledge: in which capacity a member of staff has declared this user name.
    """

    kind: EditorKind
    edits: int | None = None
    age_days: int | None = None
    declared: str | None = None


class PageEvent(StrEnum):
    """What a wiki's log says was done to a page as a whole."""

    MOVED = "moved"
    DELETED = "deleted"
    RESTORED = "restored"
    PROTECTED = "protected"
    UNPROTECTED = "unprotected"
    FILE_REPLACED = "file-replaced"
    CONTENT_HIDDEN = "content-hidden"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a page edit did. Sizes are bytes of wikitext; `hidden` names fields the wiki withholds.

    `page_id` is the page's number with the wiki's host in front. `repeats` is an earlier revision that had
    been put right and whose text this one brings back: it is that edit once more, whatever its tags and
    summary call it. An entry of the page's log has an `event` and no hunks; `target` is where the page was
    moved to, or how it is protected.
    """

    page: str
    page_id: str
    revision: str
    parent: str | None = None
    hunks: tuple[Hunk, ...] = ()
    sections_before: tuple[str, ...] = ()
    sections_after: tuple[str, ...] = ()
    size_before: int | None = None
    size_after: int | None = None
    tags: tuple[str, ...] = ()
    minor: bool = False
    reverts: bool = False
    reverted_by: str | None = None
    repeats: str | None = None
    hidden: tuple[str, ...] = ()
    diff_url: str | None = None
    editor: Editor | None = None
    event: PageEvent | None = None
    target: str | None = None

    @cached_property
    def added(self) -> str:
        """Every new text, one hunk a paragraph: what spans with where="added" index."""
        return "\n\n".join(h.new for h in self.hunks)

    @cached_property
    def removed(self) -> str:
        """Every old text, one hunk a paragraph: what spans with where="removed" index."""
        return "\n\n".join(h.old for h in self.hunks)

    @cached_property
    def headings(self) -> str:
        """Every heading that is kept: of the page before, of the page after, of each hunk."""
        of_hunks = (h.section or "" for h in self.hunks)
        return "\n\n".join((*self.sections_before, *self.sections_after, *of_hunks))

    @cached_property
    def surroundings(self) -> str:
        """What else is kept of strangers' words: around each hunk, its template and parameter; the target."""
        return "\n\n".join((*chain.from_iterable(h.around for h in self.hunks), self.target or ""))


Was = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a passage: what stands there still, what an edit took out, or what it put in."""

    text: str
    was: Was


@dataclass(frozen=True, slots=True)
class Passage:
    """One place of an edit, to be read: its pieces in order, with a little of the line around them.

    `section` is the heading over it, or the infobox it is in. Of the last passage that a limit let through,
    `more` is how many further places of the edit it left out.
    """

    section: str | None
    pieces: tuple[Piece, ...]
    more: int = 0
