"""Entries of a wiki's log: what was done to a page as a whole, or to a revision's visibility.

Shapes: https://www.mediawiki.org/wiki/API:Logevents. What the wiki hides of an entry is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, BaseModel

from connectors.parts import shape
from connectors.parts.wiki.revision import Plain
from monitor.types import PageEvent

LOG = "log:"
"""Before the number of an entry of the log, which counts apart from the revisions."""

_EVENTS = {
    ("move", "move"): PageEvent.MOVED,
    ("move", "move_redir"): PageEvent.MOVED,  # over a redirect
    ("delete", "delete"): PageEvent.DELETED,
    ("delete", "restore"): PageEvent.RESTORED,
    ("delete", "revision"): PageEvent.CONTENT_HIDDEN,
    ("protect", "protect"): PageEvent.PROTECTED,
    ("protect", "modify"): PageEvent.PROTECTED,
    ("protect", "unprotect"): PageEvent.UNPROTECTED,
    ("upload", "overwrite"): PageEvent.FILE_REPLACED,
    ("upload", "revert"): PageEvent.FILE_REPLACED,
}


class LogEntry(BaseModel):
    """One entry. `logpage` is the id that the page had then, 0 where that is hidden."""

    logid: int
    title: Plain = ""
    type: str = ""
    action: str = ""
    logpage: int = 0
    timestamp: AwareDatetime | None = None
    user: Plain | None = None
    userid: int = 0
    comment: Plain | None = None
    params: Mapping[str, Any] = {}

    @property
    def event(self) -> PageEvent | None:
        """What was done, None for what is no news of the page (its creation, a tag, a redirect's end)."""
        return _EVENTS.get((self.type, self.action))

    @property
    def moved_to(self) -> str | None:
        """The title that the page was moved to."""
        return shape.name(self.params, "target_title") if self.event is PageEvent.MOVED else None

    @property
    def target(self) -> str | None:
        """Where the page was moved to, or who may still do what to it ("edit: sysop, move: sysop")."""
        if self.event is not PageEvent.PROTECTED:
            return self.moved_to
        levels = self.params.get("details")
        told = [
            f"{shape.text(level, 'type')}: {shape.text(level, 'level')}"
            for level in (levels if isinstance(levels, list) else ())
            if shape.name(level, "level")
        ]
        return ", ".join(told) or None

    @property
    def hidden(self) -> frozenset[str]:
        """What of user and comment the wiki withholds."""
        withheld = {"user": self.user, "comment": self.comment}
        return frozenset(name for name, value in withheld.items() if value is None)

    @property
    def recheck_id(self) -> str:
        """The name by which it is asked about again: number, moment, what is hidden, title."""
        moment = f"{self.timestamp:%Y-%m-%dT%H:%M:%SZ}" if self.timestamp else ""
        return "|".join((f"{LOG}{self.logid}", moment, ",".join(sorted(self.hidden)), self.title))
