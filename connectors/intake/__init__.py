"""What people hand in, where nothing can be polled: reports, and files that platforms export.

Each door makes the same posts as a connector and gives them to the same pipeline: `Given` stands where a
connector does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from monitor.ports import Clock
from monitor.types import Page, Post

PER_PAGE = 500
MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """Under which name, when and in which time zone something is handed in."""

    source: str
    now: Clock
    zone: ZoneInfo


@dataclass(slots=True)
class LeftOut:
    """What of a file did not become a post: how much, and of the first few where and why."""

    number: int = 0
    told: list[str] = field(default_factory=list)

    def note(self, where: str, why: str) -> None:
        """Count one, and tell of it while there is room."""
        self.number += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(f"{where}: {why}")


@dataclass(frozen=True, slots=True)
class Given:
    """Posts handed in, as the pipeline reads them: all of them, whatever was read before."""

    posts: Iterable[Post]

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield them PER_PAGE at a time; no more are held in memory. Raises SourceChanged where they end."""
        posts = iter(self.posts)
        while page := _taken(posts):
            yield Page(posts=tuple(page.posts))
            if page.error is not None:
                raise page.error


@dataclass(slots=True)
class _Taken:
    posts: list[Post]
    error: Exception | None = None

    def __bool__(self) -> bool:
        return bool(self.posts or self.error)


def _taken(posts: Iterator[Post]) -> _Taken:
    """The next page; where the file breaks in it, what came before the break is not lost."""
    taken = _Taken([])
    try:
        for post in islice(posts, PER_PAGE):
            taken.posts.append(post)
    except Exception as error:
        taken.error = error
    return taken
