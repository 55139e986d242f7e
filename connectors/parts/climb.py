"""Climbing a feed by its ids: upwards from the last entry known, a page and a cursor at a time.

For interfaces that give the page right above an entry (`min_id`), however far below the newest it is: after
a gap of any length the next reading goes on where the last one ended. Ids are opaque; only the platform
compares them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.parts.paging import OVERLAP, Batch, Walk, digest
from monitor.errors import SourceChanged
from monitor.types import Page, Post


@dataclass(frozen=True, slots=True)
class Rung:
    """One answer, newest first: its posts, and id and moment of every entry, posts or not."""

    posts: Sequence[Post]
    entries: Sequence[tuple[str, datetime | None]]


Fetch = Callable[[Mapping[str, str]], Rung]
"""Asks for the page right above an entry (`min_id`), right below one (`max_id`), or the newest (nothing)."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far a feed is known: up to the entry `number`, None = there was none yet, and up to `at`."""

    number: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Climb:
    """Goes up from what is known; the first time, and until there is an entry to start from, `walk`s down."""

    walk: Walk

    def pages(self, fetch: Fetch, cursor: str | None, since: datetime) -> Iterator[Page]:
        """The pages above the cursor, oldest first, or with none of ours those down to `since`.

        A cursor stays below what is younger than OVERLAP: entries that reach the platform late get older ids.
        Raises SourceChanged where a page comes twice, or `pages` did not get there.
        """
        mark = self._recall(cursor) or _Mark(None, since)
        if mark.number:
            yield from self._up(fetch, mark, mark.number)
        else:
            yield from self._down(fetch, mark)

    def _up(self, fetch: Fetch, mark: _Mark, above: str) -> Iterator[Page]:
        for _ in range(self.walk.pages):
            rung = fetch({"min_id": above})
            begun, mark = mark.at, self._settled(rung, mark)
            yield Page(posts=tuple(reversed(rung.posts)), cursor=self._cursor(mark), covered_from=begun)
            if not rung.entries:
                return
            newest, _ = rung.entries[0]
            if newest == above:
                raise SourceChanged(f"{self.walk.host}: gives the same page again and again")
            above = newest
        raise SourceChanged(
            f"{self.walk.host}: {self.walk.pages} pages did not reach the newest; the next reading goes on "
            "from there: raise `pages` of this source if that stays so"
        )

    def _down(self, fetch: Fetch, mark: _Mark) -> Iterator[Page]:
        known = mark

        def below(token: str | None) -> Batch:
            nonlocal known
            rung = fetch({"max_id": token} if token else {})
            known = known if known.number else self._settled(rung, known)
            return Batch(rung.posts, rung.entries[-1][0] if rung.entries else None)

        for page in self.walk.newest_first(below, None, mark.at):
            yield replace(page, cursor=self._cursor(known) if page.cursor else None)

    def _settled(self, rung: Rung, mark: _Mark) -> _Mark:
        """The newest entry that nothing can slip in below any more, else `mark`."""
        latest = self.walk.context.now() - OVERLAP
        settled = (_Mark(number, at) for number, at in rung.entries if at and at <= latest)
        return next(settled, mark)

    def _cursor(self, mark: _Mark) -> str:
        return json.dumps({"of": self._digest(), "after": mark.number, "at": mark.at.isoformat()})

    def _recall(self, cursor: str | None) -> _Mark | None:
        """What the cursor holds; None where it is not ours."""
        try:
            last = json.loads(cursor or "{}")
            mark = _Mark(last["after"], datetime.fromisoformat(last["at"]))
            return mark if last["of"] == self._digest() else None
        except (ValueError, KeyError, TypeError):
            return None

    def _digest(self) -> str:
        return digest(self.walk.host, *self.walk.question)
