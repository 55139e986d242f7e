"""The lists of Meta's interfaces: their shapes, their pages, and the comments beneath what they hold.

An answer's `paging.next` is an address with the token in it: it is looked at for whether there is more, and
never followed, kept or shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from connectors.parts import shape
from connectors.parts.meta.graph import Graph
from connectors.parts.paging import Batch, Fetch, Walk
from connectors.parts.shape import Item
from monitor.errors import SourceChanged
from monitor.types import Media, Page, Post, Ref

CommentDays = Annotated[int, Field(ge=0, le=90)]
"""For how many days after a post its comments are read, at every reading; 0 = never."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere in a list of the interface; `under` is the post beneath which that list stands."""

    path: str
    after: str | None = None
    under: Ref | None = None

    @property
    def asked(self) -> dict[str, str]:
        """The parameter that leads here."""
        return {"after": self.after} if self.after else {}

    def following(self, host: str, answer: Any, *, says_next: bool = True) -> Place | None:
        """The next place of the same list, None at its end.

        An interface that `says_next` ends where it does not; the others end with an empty list.
        """
        has_more = shape.find(answer, "paging", "next") is not None
        if not shape.find(answer, "data") or (says_next and not has_more):
            return None
        after = shape.name(answer, "paging", "cursors", "after")
        if after is None and has_more:
            raise SourceChanged(f"{host}: says that there is more and gives no cursor for it")
        return Place(self.path, after, self.under) if after else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """One list of an interface, and those that it leads to.

    `ask` asks for a place, no further back than a time; `posts` maps its answer; `beneath` gives the places
    of the comments on an answer's posts, each with what of it came along (None = nothing yet).
    """

    graph: Graph
    question: Sequence[str | None]
    most: int
    ask: Callable[[Place, datetime], Any]
    posts: Callable[[Any, Ref | None], Iterable[Post]]
    beneath: Callable[[Any], Iterable[tuple[Place, Any]]] = lambda answer: ()
    says_next: bool = True
    window: timedelta | None = None

    @property
    def walk(self) -> Walk:
        """To the last page: comments come between posts, so no date says that the rest is known."""
        return Walk(
            context=self.graph.context,
            host=self.graph.host,
            question=self.question,
            pages=self.most,
            window=self.window,
            by_date=False,
        )

    def pages(
        self, first: Place, cursor: str | None, since: datetime, comment_days: int = 0
    ) -> Iterator[Page]:
        """The pages from `first` on. Posts of the last `comment_days` are read every time."""
        reached, now = self.walk.reached(cursor, since), self.graph.context.now()
        oldest = min(reached, now - timedelta(days=comment_days)) if comment_days else reached
        return self.walk.newest_first(self._fetching(first, reached, oldest), cursor, since)

    def _fetching(self, first: Place, reached: datetime, oldest: datetime) -> Fetch:
        places, seen = deque([first]), set[Place]()

        def fetch(token: str | None) -> Batch:
            place = places.popleft()
            if place in seen:
                raise SourceChanged(f"{self.graph.host}: gives the same page again and again")
            seen.add(place)
            answer = self.ask(place, oldest)
            posts = tuple(self.posts(answer, place.under))
            places.extend(self._onward(place, answer, reached if place.under else oldest))
            for below, came in () if place.under else self.beneath(answer):
                places.extend([below] if came is None else self._onward(below, came, reached))
            return Batch(posts, f"{places[0].path} {places[0].after}" if places else None)

        return fetch

    def _onward(self, place: Place, answer: Any, reached: datetime) -> list[Place]:
        if self._ends_before(reached, answer):
            return []
        following = place.following(self.graph.host, answer, says_next=self.says_next)
        return [following] if following else []

    def _ends_before(self, reached: datetime, answer: Any) -> bool:
        """True where the last with a date is older: pinned ones stand at the top, whatever their date."""
        items, now = listed(self.graph.host, answer), self.graph.context.now()
        dates = [at for item in items if (at := written(item, now))]
        return bool(dates) and dates[-1] < reached


def written(item: Item, now: datetime) -> datetime | None:
    """When an object was written, by the name that Facebook or Instagram and Threads have for it."""
    return shape.moment(item, now, "created_time") or shape.moment(item, now, "timestamp")


def listed(host: str, answer: Any) -> Iterable[Item]:
    """The objects of an answer: a list of them, one alone, or several by their ids. Raises SourceChanged."""
    if isinstance(answer, dict) and "data" not in answer:
        if "id" in answer:
            return [answer]
        if answer and all(isinstance(value, dict) for value in answer.values()):
            return list(answer.values())
    return shape.items(host, answer, "data")


def reference(relation: str, item: Any) -> Ref:
    """A tie to an object: its id and its address, as far as they came along."""
    url = shape.address(item, "permalink_url") or shape.address(item, "permalink")
    return Ref(rel=relation, external_id=shape.name(item, "id"), url=url)


def commented(host: str, answer: Any) -> Iterator[tuple[Place, Any]]:
    """Where the comments on each object of an answer stand, and those that came with it."""
    for item in listed(host, answer):
        if (name := shape.name(item, "id")) and (nested := shape.find(item, "comments")):
            yield Place(f"{name}/comments", under=reference("parent", item)), nested


def lasting(address: str | None) -> str:
    """An address of a picture or film without a signature; empty where it has one, which soon expires."""
    return address if address and not urlsplit(address).query else ""


_SHOWN = {"image": "image", "carousel_album": "image", "video": "video", "reels": "video", "audio": "audio"}


def media(item: Item) -> Iterator[Media]:
    """What an Instagram or Threads object shows, an album's pictures one by one."""
    for shown in list(shape.some(item, "children", "data")) or [item]:
        if (kind := shape.text(shown, "media_type").casefold()) in _SHOWN:
            url, alt = lasting(shape.address(shown, "media_url")), shape.text(shown, "alt_text") or None
            yield Media(kind=_SHOWN[kind], url=url, alt_text=alt)
