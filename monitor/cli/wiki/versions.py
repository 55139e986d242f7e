"""Two versions of a page, to be compared: two files of wikitext, or two revisions of a wiki."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.types import Account, Change, Editor, Kind, Post

if TYPE_CHECKING:
    from connectors.parts.wiki.revision import Revision, WikiPage
    from monitor.cli.wiki.lookup import Lookup

LARGEST = 8 << 20
"""Bytes that a file may have. Wikipedia's own limit for a page is 2 MB."""
PREVIOUS = "prev"
"""As the older revision: the one before the newer."""


@dataclass(frozen=True, kw_only=True)
class Versions:
    """Both texts, the names they go by, and what is known of the edit between them.

    `editor` is what a wiki tells of `user`; without it only what the name itself gives away is known.
    """

    old: str
    new: str
    old_name: str
    new_name: str
    page: str
    page_id: str = ""
    user: str | None = None
    editor: Editor | None = None
    summary: str = ""
    tags: tuple[str, ...] = ()
    at: datetime | None = None
    url: str | None = None

    def as_post(self, now: datetime) -> Post:
        """The edit as a connector gives it, for the rules. `now` is aware UTC."""
        from connectors.parts.wiki.comparison import compare
        from connectors.parts.wiki.editors import kind_of
        from connectors.parts.wiki.reverts import is_tagged
        from connectors.parts.wiki.revision import Revision

        revision = Revision(revid=0, tags=self.tags)
        change = Change(
            page=self.page,
            page_id=self.page_id,
            revision=self.new_name,
            parent=self.old_name,
            tags=self.tags,
            reverts=is_tagged(revision),
            diff_url=self.url,
            editor=self.editor or (Editor(kind=kind_of(self.user)) if self.user else None),
        )
        return Post(
            source="explain",
            platform="wikipedia",
            external_id=self.new_name,
            observed_at=now,
            kind=Kind.PAGE_EDIT,
            url=self.url,
            author=Account(platform="wikipedia", handle=self.user) if self.user else None,
            title=self.page,
            text=self.summary,
            created_at=self.at,
            change=compare(self.old, self.new).within(change),
        )


def are_revisions(old: str, new: str) -> bool:
    """True where both are numbers of revisions, the older perhaps `prev`; else they are files."""
    return new.isascii() and new.isdigit() and (old == PREVIOUS or (old.isascii() and old.isdigit()))


def of_files(old: str, new: str) -> Versions:
    """The versions in two files. Raises a usage error that says which cannot be read, and why."""
    texts = [_text(Path(name), hint) for name, hint in ((old, "OLD"), (new, "NEW"))]
    names = [Path(name).name for name in (old, new)]
    return Versions(old=texts[0], new=texts[1], old_name=names[0], new_name=names[1], page=Path(new).stem)


def _text(file: Path, hint: str) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise typer.BadParameter(
            f"{file}: {error.strerror}: give two files of wikitext, or two numbers of revisions",
            param_hint=hint,
        ) from None
    if len(content) > LARGEST:
        raise typer.BadParameter(f"{file}: is larger than {LARGEST >> 20} MB: no page is", param_hint=hint)
    return _decoded(content, file, hint)


def _decoded(content: bytes, file: Path, hint: str) -> str:
    from connectors.parts.plain import clean

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        what = f"{file}: is not wikitext in UTF-8: save the page's source as text, then try again"
        raise typer.BadParameter(what, param_hint=hint)
    return clean(text.replace("\r\n", "\n"))


def of_revisions(asked: Lookup, old: str, new: str) -> Versions:
    """The versions that a wiki has under two numbers.

    Raises a usage error where it has none of that number or hides its text, and SourceError.
    """
    page, newer = _revision(asked, int(new), "NEW")
    number = newer.parentid if old == PREVIOUS else int(old)
    return Versions(
        old=_shown(asked, number, "OLD") if number else "",
        new=_shown(asked, newer.revid, "NEW"),
        old_name=str(number),
        new_name=new,
        page=page.title,
        page_id=f"{asked.host}:{page.pageid}",
        user=newer.user,
        editor=asked.editor(newer),
        summary=newer.comment or "",
        tags=newer.tags,
        at=newer.timestamp,
        url=asked.difference(number, newer.revid),
    )


def _revision(asked: Lookup, number: int, hint: str) -> tuple[WikiPage, Revision]:
    found = asked.revision(number)
    if found is None:
        what = f"{asked.host} has no revision {number}: it was deleted, or belongs to another wiki (--wiki)"
        raise typer.BadParameter(what, param_hint=hint)
    return found


def _shown(asked: Lookup, number: int, hint: str) -> str:
    """The text of a revision. Raises a usage error where the wiki withholds it."""
    _revision(asked, number, hint)
    text = asked.text(number)
    if text is None:
        what = f"{asked.host} hides the text of revision {number} from the public: nothing can be compared"
        raise typer.BadParameter(what, param_hint=hint)
    return text
