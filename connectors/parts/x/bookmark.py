"""Where the reading of an interface stands that gives the newest first and takes marks to read between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from connectors.parts.paging import OVERLAP, Batch

SECOND = timedelta(seconds=1)  # X's dates have no smaller part, and the end is not read itself


@dataclass(frozen=True, slots=True)
class Stretch:
    """What to read: what is newer than `since` and older than `until`, None = all up to now.

    The ids are those of the posts that stand there, where they are known: they are exact.
    """

    since: datetime
    since_id: str | None = None
    until: datetime | None = None
    until_id: str | None = None

    def asked(self, edge: datetime | None) -> tuple[dict[str, Any], datetime]:
        """How to ask for it, and the moment that this reaches back to.

        `edge` is how far back the interface goes, None = all the way. An id from before it is refused, and so
        are ids together with dates (https://github.com/plhery/node-twitter-api-v2/issues/152).
        """
        if self.since_id and (edge is None or self.since > edge):
            return {"since_id": self.since_id, "until_id": self.until_id}, self.since
        start = max(self.since, edge) if edge else self.since
        return {"start_time": start, "end_time": self.until and self.until + SECOND}, start

    def below(self, batch: Batch) -> Stretch:
        """What is left of it after that page: rather too much, where the page does not say its end."""
        until = _date(batch, batch.oldest) or self.until
        return replace(self, until=until, until_id=batch.oldest or self.until_id)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """The id and date of the newest post that was seen, and when the reading that saw it was begun.

    Both may be unknown: where nothing was ever found, and where the platform gave no date. `gap` is what that
    reading has still to read; `of` names the question.
    """

    of: str
    read: datetime
    newest: str | None = None
    at: datetime | None = None
    gap: Stretch | None = None

    def write(self, gap: Stretch | None) -> str:
        """As a cursor, with what is left to read."""
        return _FORM.dump_json(replace(self, gap=gap)).decode()


_FORM = TypeAdapter(Bookmark)


def recall(cursor: str | None, of: str) -> Bookmark | None:
    """The bookmark of a cursor; None where it is not one of the question `of`."""
    try:
        known = _FORM.validate_json(cursor or "{}")
    except ValidationError:
        return None
    return known if known.of == of else None


def unread(
    known: Bookmark | None, since: datetime, edge: datetime | None
) -> Iterator[tuple[Stretch, Bookmark | None]]:
    """What to read, and the bookmark of its reading where that was begun before: first a gap, then the new.

    A gap that is older than `edge` cannot be read any more.
    """
    gap = known.gap if known else None
    if gap and (edge is None or gap.until is None or gap.until > edge):
        yield gap, known
    if known and known.newest and known.at:
        yield Stretch(known.at, known.newest), None
    else:
        yield Stretch(known.read - OVERLAP if known else since), None


def begun(first: Batch, known: Bookmark | None, now: datetime, of: str) -> Bookmark:
    """The bookmark of a reading, from its first page: it holds the newest."""
    if first.newest:
        return Bookmark(of, now, first.newest, _date(first, first.newest))
    return replace(known, read=now, gap=None) if known else Bookmark(of, now)


def _date(batch: Batch, number: str | None) -> datetime | None:
    """The date of the post with that id, where it is given: an edited one has its first version's as well."""
    found = next((post for post in batch.posts if post.recheck_id == number), None)
    if found is None:
        return None
    return found.created_at if found.external_id == number else found.edited_at
