"""Walking through the pages of an interface: when to stop, and what to remember for the next time.

It stops loudly: a page token that comes again, and more pages than the operator allowed, are errors that
people see. Nothing that is remembered holds a key: where a page stands is built anew from its token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors import Context
from connectors.parts import shape
from connectors.parts.cursors import Cursors, digest
from monitor.errors import SourceChanged, SourceError
from monitor.types import Page, Post

MOST_LEFT_OUT = 200
"""Marks of items left out that a cursor holds: two pages of most interfaces, and most of any feed."""
OVERLAP = timedelta(hours=1)
"""What is read again each time: indexes lag, and known posts cost nothing."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The posts of one answer, in the platform's order, and the token of the next; None = it was the last.

    `newest` and `oldest` are the marks between which its posts stand, where the platform gives them;
    `trouble` what was wrong with the rest of the answer.
    """

    posts: Sequence[Post]
    following: str | None = None
    newest: str | None = None
    oldest: str | None = None
    trouble: SourceError | None = None


Fetch = Callable[[str | None], Batch]
"""Asks for the page of a token, None = the first."""

FetchAfter = Callable[[datetime, str | None], Batch]
"""Asks for the page of a token, None = the first, of what came after a moment."""


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a walk has come that asks for what came `after` a moment, and `began` at another."""

    after: datetime
    began: datetime
    token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How an interface that gives the newest first is walked.

    `question` tells apart what is asked, so that a cursor of other settings is not taken for ours; `pages` is
    the most that one poll may read. `window` is how far back the platform itself reaches, None = to the
    beginning. Where `whole` is False, an end of the pages only means that it shows no more; where `by_date`
    is False, what is listed has some other order, and only its last page is an end.
    """

    context: Context
    host: str
    question: Sequence[str | None]
    pages: int
    window: timedelta | None = None
    whole: bool = True
    by_date: bool = True

    def newest_first(self, fetch: Fetch, cursor: str | None, since: datetime) -> Iterator[Page]:
        """The pages down to what is known, or with no cursor of ours to `since`; the last has the cursor.

        Raises SourceChanged where a token comes twice, or `pages` did not get there.
        """
        newest = self._recall(cursor)
        reached = self.reached(cursor, since)
        left = LeftOut(None if newest else since, self._left(cursor))
        dates: list[datetime] = []
        for batch, is_last in self._batches(fetch, reached):
            dates += [post.created_at for post in batch.posts if post.created_at]
            yield Page(
                posts=tuple(left.others(batch.posts)),
                cursor=self.cursor(max(dates, default=newest), left.marks) if is_last else None,
                covered_from=self._reach(dates, reached, batch) if is_last else _so_far(dates, reached),
            )

    def reached(self, cursor: str | None, since: datetime) -> datetime:
        """The moment that a walk from `cursor`, or with none of ours from `since`, goes back to."""
        newest = self._recall(cursor)
        return newest - OVERLAP if newest else since

    def to_the_end(self, fetch: Fetch) -> Iterator[tuple[Batch, bool]]:
        """Every page, and whether it is the last, of an interface that itself leaves out what is known.

        Raises as `newest_first` does.
        """
        return self._batches(fetch, datetime.min.replace(tzinfo=UTC))

    def oldest_first(self, fetch: FetchAfter, cursor: str | None, since: datetime) -> Iterator[Page]:
        """The pages of what came after the cursor, or after `since`; each has a cursor.

        All pages are of one question, and the last cursor asks anew from when the walk began: so nothing is
        lost where the platform sorts by another date than it filters by. A cursor in between names the page
        that was read last, not the next: what is withdrawn meanwhile moves the others up.

        Raises SourceChanged where a page comes twice, or `pages` were not enough; after the last page what
        was wrong with one of them, and from that one on no page has a cursor.
        """
        trouble = None
        for batch, place in self._onward(fetch, self._place(cursor) or _Place(since, self.context.now())):
            trouble = trouble or batch.trouble
            reached = place if batch.following else replace(place, after=place.began - OVERLAP, token=None)
            yield Page(
                posts=tuple(batch.posts),
                cursor=None if trouble else self._mark(reached),
                covered_from=place.after,
            )
        if trouble:
            raise trouble

    def _onward(self, fetch: FetchAfter, place: _Place) -> Iterator[tuple[Batch, _Place]]:
        """Each answer and where it stands. One page more than allowed: the first may be read again."""
        keys: list[tuple[str, str]] = []
        for _ in range(self.pages + 1):
            batch = fetch(place.after, place.token)
            before, keys = keys, [post.key for post in batch.posts]
            if keys and keys == before:
                raise SourceChanged(f"{self.host}: gives the same page again and again")
            yield batch, place
            if batch.following is None:
                return
            place = replace(place, token=batch.following)
        raise SourceChanged(
            f"{self.host}: {self.pages} pages were not all; the next reading goes on, or raise `pages`"
        )

    def _batches(self, fetch: Fetch, reached: datetime) -> Iterator[tuple[Batch, bool]]:
        token: str | None = None
        for _ in range(self.pages):
            batch = fetch(token)
            is_last = batch.following is None or (self.by_date and _is_behind(batch.posts, reached))
            yield batch, is_last
            if is_last:
                return
            if batch.following == token:
                raise SourceChanged(f"{self.host}: gives the same page again and again")
            token = batch.following
        raise SourceChanged(
            f"{self.host}: {self.pages} pages did not reach what is known; raise `pages` of this source"
        )

    def _reach(self, dates: list[datetime], reached: datetime, last: Batch) -> datetime | None:
        if not self.whole and last.following is None:
            return min(dates, default=None)
        return max(reached, self.context.now() - self.window) if self.window else reached

    @property
    def cursors(self) -> Cursors:
        """Those of its question."""
        return Cursors.about(self.host, *self.question)

    def cursor(self, newest: datetime | None, left: Iterable[str] = ()) -> str:
        """What `newest_first` goes on from where everything up to `newest` is known, and `left` left out."""
        now, marks = self.context.now(), list(left)
        known = min(newest or now, now).isoformat()
        return self.cursors.write(newest=known, **({"left": marks} if marks else {}))

    def _left(self, cursor: str | None) -> list[str]:
        return self.cursors.read(cursor, lambda held: list(shape.strings(held, "left"))) or []

    def _mark(self, place: _Place) -> str:
        after, began = place.after.isoformat(), place.began.isoformat()
        return self.cursors.write(after=after, began=began, token=place.token)

    def _place(self, cursor: str | None) -> _Place | None:
        def place(held: dict[str, Any]) -> _Place:
            after, token = datetime.fromisoformat(held["after"]), held["token"]
            return _Place(after, datetime.fromisoformat(held["began"]) if token else now, token)

        now = self.context.now()
        return self.cursors.read(cursor, place)

    def _recall(self, cursor: str | None) -> datetime | None:
        """The newest date that the cursor holds; None where it is not ours."""
        return self.cursors.read(cursor, lambda held: datetime.fromisoformat(held["newest"]))


class LeftOut:
    """What the first reading of a source left out as too old, so that the next does not take it for news.

    `since` is where a first reading begins, None at any later one. `marks` go into the cursor. What is
    edited has another mark, and is told.
    """

    def __init__(self, since: datetime | None, marks: Iterable[str]) -> None:
        self._since = since
        self.marks = list(marks)

    def others(self, posts: Iterable[Post]) -> Iterator[Post]:
        """Those of `posts` that are to be told."""
        for post in posts:
            mark = digest(post.external_id, post.title, post.text)[:8]
            if self._since is not None and not is_newer(post, self._since):
                self.marks += [mark] if len(self.marks) < MOST_LEFT_OUT else []
            elif self._since is not None or mark not in self.marks:
                yield post


def _so_far(dates: list[datetime], reached: datetime) -> datetime | None:
    """How far back the pages go that were read: not to the old date that a new post bears."""
    return max(reached, min(dates)) if dates else None


def is_newer(post: Post, since: datetime) -> bool:
    """True where a post was written or edited since then, or has no date at all."""
    last = post.edited_at or post.created_at
    return last is None or last >= since


def _is_behind(posts: Sequence[Post], reached: datetime) -> bool:
    """True where the last post with a date is known: pinned ones stand at the top, whatever their date."""
    dates = [post.created_at for post in posts if post.created_at]
    return bool(dates) and dates[-1] <= reached
