"""What MediaWiki tells of pages, revisions and users. Where the wiki hides a field, its key is missing.

Shapes: https://www.mediawiki.org/wiki/API:Info, API:Revisions and API:Users.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, BeforeValidator

from connectors.parts.plain import clean

Plain = Annotated[str, BeforeValidator(lambda value: clean(value) if isinstance(value, str) else value)]
WIKITEXT = "wikitext"


class _Slot(BaseModel):
    content: Plain | None = None


class Revision(BaseModel):
    """One revision; `size` is bytes, `sha1` that of its text."""

    revid: int
    parentid: int = 0
    timestamp: AwareDatetime | None = None
    user: Plain | None = None
    userid: int = 0
    comment: Plain | None = None
    size: int | None = None
    sha1: str | None = None
    tags: tuple[str, ...] = ()
    minor: bool = False
    suppressed: bool = False
    slots: Mapping[str, _Slot] = {}

    @property
    def hidden(self) -> frozenset[str]:
        """What of text, user and comment the wiki withholds."""
        withheld = {"text": self.sha1, "user": self.user, "comment": self.comment}
        return frozenset(name for name, value in withheld.items() if value is None)

    @property
    def text(self) -> str | None:
        """The wikitext, None where it was not asked for or is withheld."""
        return self.slots["main"].content if "main" in self.slots else None


class WikiPage(BaseModel):
    """A page. What does not exist has no page id, or is `missing`; `talkid` is its talk page's, 0 = none."""

    pageid: int = 0
    title: Plain = ""
    missing: bool = False
    lastrevid: int = 0
    talkid: int = 0
    contentmodel: str = WIKITEXT
    revisions: tuple[Revision, ...] = ()

    @property
    def exists(self) -> bool:
        """False for a page deleted or never there, and for a title that cannot be one."""
        return self.pageid > 0 and not self.missing


class User(BaseModel):
    """An account as it is now. Of an address and of a name that nobody has, only the name is told."""

    name: Plain = ""
    groups: tuple[str, ...] = ()
    editcount: int | None = None
    registration: AwareDatetime | None = None
