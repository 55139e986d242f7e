"""The calls of the YouTube Data API, and the allowance that each is counted against.

A project may search 100 times a day and read 10,000 units otherwise; the day is that of the Pacific coast.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from connectors import Context
from connectors.http import Response
from connectors.parts import shape
from connectors.parts.shape import Item
from connectors.parts.youtube.errors import explain, reasons
from monitor.errors import SourceChanged, SourceRefused, SourceUnavailable
from monitor.types import SourceState, State

MOST = 50  # the most items, and the most ids, of nearly every call
REPLY_PAGES = 20  # YouTube shows at most 500 replies of a thread
_ZONE = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Api:
    """The interface at `base_url`, asked with `key`; `units` and `search_calls` are what a day allows."""

    context: Context
    host: str
    base_url: str
    key: SecretStr
    units: int
    search_calls: int

    def ask(self, what: str, **params: str | None) -> object:
        """The decoded answer of `what`.list. Raises SourceError."""
        return self._get(what, {name: value for name, value in params.items() if value is not None}).json()

    def channel(self, name: str) -> Item:
        """Profile and lists of the channel with this @handle or id. Raises SourceRefused for no such."""
        is_id = name.startswith("UC") and len(name) == 24
        who = {"id": name} if is_id else {"forHandle": f"@{name.lstrip('@')}"}
        answer = self.ask("channels", part="contentDetails,snippet,statistics", **who)
        # An answer with no list at all is how it says that there is none.
        items = shape.some(answer, "items") if shape.find(answer, "kind") else self._items(answer)
        if found := next(items, None):
            return found
        raise SourceRefused(
            f"{self.host}: knows no such channel: check the handle", state=SourceState.MISCONFIGURED
        )

    def whole(self, thread: Item) -> Item:
        """A thread with all its replies: a list of threads shows the first few of each."""
        shown = len(list(shape.some(thread, "replies", "comments")))
        if (shape.number(thread, "snippet", "totalReplyCount") or 0) <= shown:
            return thread
        return thread | {"replies": {"comments": list(self._replies(shape.name(thread, "id") or ""))}}

    def _replies(self, thread: str) -> Iterator[Item]:
        token: str | None = None
        for _ in range(REPLY_PAGES):
            answer = self.ask("comments", part="snippet", parentId=thread, maxResults="100", pageToken=token)
            yield from self._items(answer)
            token = shape.name(answer, "nextPageToken")
            if token is None:
                return
        raise SourceChanged(f"{self.host}: a thread of comments has no end")

    def lost_videos(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of at most MOST videos that are deleted or private."""
        answer = self.ask("videos", part="status", id=",".join(ids))
        found = {shape.name(item, "id"): item for item in self._items(answer)}
        for number in ids:
            if number not in found:
                yield number, State.DELETED
            elif shape.name(found[number], "status", "privacyStatus") == "private":
                yield number, State.HIDDEN

    def lost_comments(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of at most MOST comments that are deleted."""
        answer = self._get("comments", {"part": "id", "id": ",".join(ids)}, accept=(404,))
        if answer.status != 404:
            left = {shape.name(item, "id") for item in self._items(answer.json())}
            yield from ((number, State.DELETED) for number in ids if number not in left)
        elif "commentNotFound" not in reasons(answer.body):
            raise SourceUnavailable(f"{self.host} answered 404")
        elif len(ids) == 1:
            yield ids[0], State.DELETED
        else:  # one of them is missing, and it does not say which
            half = len(ids) // 2
            yield from self.lost_comments(ids[:half])
            yield from self.lost_comments(ids[half:])

    def _items(self, answer: object) -> Iterator[Item]:
        return shape.items(self.host, answer, "items")

    def _get(self, what: str, params: Mapping[str, str], accept: Collection[int] = ()) -> Response:
        now = self.context.now().astimezone(_ZONE)
        # One count serves both allowances: `search_calls` searches weigh as much as all the `units`.
        cost = -(-self.units // self.search_calls) if what == "search" else 1
        self.context.meter.charge(cost, self.units, now.date())
        return self.context.http.get(
            f"{self.base_url}/youtube/v3/{what}",
            params=params,
            headers={"X-Goog-Api-Key": self.key.get_secret_value()},
            accept=accept,
            explain=lambda answer: explain(answer, self.host, now),
        )
