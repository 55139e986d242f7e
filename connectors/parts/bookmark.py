"""Where the last reading of an interface stood that is asked for what is newer than a post."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.parts.paging import OVERLAP, Batch


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The id and date of the newest post that was seen, and when its source was last `read`, all of it.

    Both may be unknown: where nothing was ever found, and where the platform gave no date.
    """

    read: datetime
    newest: str | None = None
    at: datetime | None = None

    def write(self, of: str) -> str:
        """As a cursor of the question `of`."""
        at = self.at.isoformat() if self.at else None
        return json.dumps({"of": of, "read": self.read.isoformat(), "newest": self.newest, "at": at})


def recall(cursor: str | None, of: str) -> Bookmark | None:
    """The bookmark of a cursor; None where it is not one of the question `of`."""
    try:
        last = json.loads(cursor or "{}")
        at = datetime.fromisoformat(last["at"]) if last["at"] else None
        read = datetime.fromisoformat(last["read"])
        return Bookmark(read, last["newest"], at) if last["of"] == of else None
    except (ValueError, KeyError, TypeError):
        return None


def start(known: Bookmark | None, since: datetime, edge: datetime | None) -> tuple[dict[str, Any], datetime]:
    """What to ask from (`since_id` or `start_time`), and the moment that it reaches back to.

    `edge` is how far back the interface goes, None = all the way. An id from before it may be refused: what
    came after is asked for by date then.
    """
    if known and known.newest and known.at and (edge is None or known.at > edge):
        return {"since_id": known.newest}, known.at
    at = known.read - OVERLAP if known else since
    at = max(at, edge) if edge else at
    return {"start_time": at}, at


def after(first: Batch, known: Bookmark | None, now: datetime) -> Bookmark:
    """The next bookmark, from the first page of a reading: it holds the newest."""
    if first.newest is None:
        return Bookmark(now, known.newest, known.at) if known else Bookmark(now)
    dates = (post.edited_at or post.created_at for post in first.posts if post.recheck_id == first.newest)
    return Bookmark(now, first.newest, next(dates, None))
