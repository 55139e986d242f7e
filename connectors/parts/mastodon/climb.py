"""Climbing a feed by its ids: upwards from the last entry known, a page and a cursor at a time.

For interfaces that give the page right above an entry (`min_id`), however far below the newest it is: after
a gap of any length the next reading goes on where the last one ended. Ids are opaque; only the platform
compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.parts.paging import OVERLAP, Batch, Walk
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
        mark = self._recall(cursor)
        if mark and mark.number:
            yield from self._up(fetch, mark, mark.number)
        else:
            yield from self._down(fetch, mark, since)

    def _up(self, fetch: Fetch, mark: _Mark, above: str) -> Iterator[Page]:
        is_settled = True
        for _ in range(self.walk.pages):
            rung = fetch({"min_id": above})
            begun = mark.at
            if is_settled:
                mark, is_settled = self._settled(rung, mark)
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

    def _down(self, fetch: Fetch, mark: _Mark | None, since: datetime) -> Iterator[Page]:
        """Without a mark, what is older than `since` is left out; with one it is news, whatever its date."""
        start = known = mark or _Mark(None, since)

        def below(token: str | None) -> Batch:
            nonlocal known
            rung = fetch({"max_id": token} if token else {})
            settled, is_settled = self._settled(rung, start)
            known = known if is_settled and known.number else settled
            return Batch(rung.posts, rung.entries[-1][0] if rung.entries else None)

        seen = self.walk.cursor(mark.at) if mark else None
        for page in self.walk.newest_first(below, seen, start.at):
            yield replace(page, cursor=self._cursor(known) if page.cursor else None)

    def _settled(self, rung: Rung, mark: _Mark) -> tuple[_Mark, bool]:
        """The highest entry that nothing can slip in below any more, else `mark`; whether all are so.

        Dates say that of an entry only with those below it: one that bears an old date may stand on top.
        """
        latest = self.walk.context.now() - OVERLAP
        for number, at in reversed(rung.entries):
            if at and at > latest:
                return mark, False
            if at:
                mark = _Mark(number, max(mark.at, at))
        return mark, True

    def _cursor(self, mark: _Mark) -> str:
        return self.walk.cursors.write(after=mark.number, at=mark.at.isoformat())

    def _recall(self, cursor: str | None) -> _Mark | None:
        """What the cursor holds; None where it is not ours."""
        return self.walk.cursors.read(
            cursor, lambda held: _Mark(held["after"], datetime.fromisoformat(held["at"]))
        )
