"""YouTube: videos by search or of a channel, and comments, from its Data API.

https://developers.google.com/youtube/v3/docs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from connectors import Context
from connectors.parts import shape
from connectors.parts.options import Asks, BaseUrl, Handle, Pages, Query
from connectors.parts.paging import Batch, Fetch, Walk
from connectors.parts.shape import Item
from connectors.parts.youtube import posts as read
from connectors.parts.youtube.api import MOST, Api
from connectors.parts.youtube.errors import NothingThere
from monitor.types import Account, Page, Post, State


class YouTubeOptions(Asks):
    """What a source of kind `youtube` may set: one of query, channel, comments_on and account.

    Comments on an official channel all concern the organisation: `keep = "everything"` keeps each.
    """

    query: Query | None = None
    """Videos that mention this."""
    channel: Handle | None = None
    """The videos of an official channel, by its @handle or its id."""
    comments_on: Handle | None = None
    """Comments on an official channel's videos, by its @handle or its id. A reply is found while its thread
    is new: the interface does not say that an old thread has another one."""
    account: Handle | None = None
    """The videos of a member of staff's channel, by its @handle or its id."""
    api_key: SecretStr
    """A key of a Google Cloud project that has the YouTube Data API switched on."""
    base_url: BaseUrl = "https://www.googleapis.com"
    pages: Pages = 10
    search_calls: Annotated[int, Field(ge=1)] = 90
    """Searches a day. YouTube gives a project 100, for all sources with its keys together."""
    units: Annotated[int, Field(ge=1)] = 9000
    """Other reads a day. YouTube gives a project 10,000, for all sources with its keys together."""

    @classmethod
    def questions(cls) -> tuple[str, ...]:
        """One of these is asked."""
        return ("query", "channel", "comments_on", "account")


class YouTube:
    """Reads videos or comments, newest first."""

    Options = YouTubeOptions
    terms: ClassVar[str] = "youtube"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: YouTubeOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        self._api = Api(
            context, self._host, options.base_url, options.api_key, options.units, options.search_calls
        )
        question = [getattr(options, name) for name in options.questions()]
        self._walk = Walk(context=context, host=self._host, question=question, pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was published after the cursor, or since `since`. Raises SourceError."""
        yield from self._walk.newest_first(self._fetching(cursor, since), cursor, since)

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer that lists videos or comments. Raises SourceChanged where it is none."""
        return read.posts(answer, self._context, self._host)

    @staticmethod
    def amount(spent: int) -> str:
        """Units, as Google's console has them; of searches the share that they weigh."""
        return f"{spent:,} units"

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that are deleted or private."""
        for name, lost in (("video", self._api.lost_videos), ("comment", self._api.lost_comments)):
            numbers = [number for kind, _, number in (each.partition(":") for each in ids) if kind == name]
            for start in range(0, len(numbers), MOST):
                yield from ((f"{name}:{number}", how) for number, how in lost(numbers[start : start + MOST]))

    def profiles(self, query: str) -> Iterator[Account]:
        """The channels found for `query`, by one search and one other read."""
        answer = self._api.ask("search", part="snippet", type="channel", q=query, maxResults=str(MOST))
        found = shape.items(self._host, answer, "items")
        ids = [channel for item in found if (channel := shape.name(item, "id", "channelId"))]
        accounts = self._accounts(ids)
        return (accounts[channel] for channel in ids if channel in accounts)

    def _fetching(self, cursor: str | None, since: datetime) -> Fetch:
        options = self._options
        if options.query:
            after = min(since, self._walk.reached(cursor, since)).astimezone(UTC)
            return partial(self._search, f"{after:%Y-%m-%dT%H:%M:%SZ}")
        channel = self._api.channel(options.comments_on or options.channel or options.account or "")
        return partial(self._comments if options.comments_on else self._uploads, channel)

    def _search(self, after: str, token: str | None) -> Batch:
        """A page of a search, looked up: it gives the beginnings of descriptions and no handles itself."""
        asked = {"type": "video", "order": "date", "publishedAfter": after, "q": self._options.query}
        answer = self._api.ask("search", part="snippet", maxResults=str(MOST), pageToken=token, **asked)
        ids = list(dict.fromkeys(post.external_id for post in self.posts(answer)))
        videos = self._api.ask("videos", part="snippet,status", id=",".join(ids)) if ids else {"items": []}
        found = {post.external_id: post for post in self.posts(videos)}
        posts = [found[number] for number in ids if number in found]
        channels = {post.author.external_id: "" for post in posts if post.author and post.author.external_id}
        return _batch(answer, list(read.signed(posts, self._accounts(list(channels)))))

    def _uploads(self, channel: Item, token: str | None) -> Batch:
        uploads = shape.name(channel, "contentDetails", "relatedPlaylists", "uploads")
        if not uploads:
            return Batch(())
        part = "snippet,contentDetails,status"
        try:
            answer = self._api.ask(
                "playlistItems", part=part, playlistId=uploads, maxResults=str(MOST), pageToken=token
            )
        except NothingThere:
            return Batch(())
        accounts = read.channels({"items": [channel]}, self._context)
        return _batch(answer, list(read.signed(self.posts(answer), accounts)))

    def _accounts(self, channels: Sequence[str]) -> Mapping[str, Account]:
        if not channels:
            return {}
        answer = self._api.ask("channels", part="snippet,statistics", id=",".join(channels))
        return read.channels(answer, self._context)

    def _comments(self, channel: Item, token: str | None) -> Batch:
        asked = {"order": "time", "maxResults": str(MOST), "pageToken": token}
        of = shape.name(channel, "id")
        try:
            answer = self._api.ask(
                "commentThreads", part="snippet,replies", allThreadsRelatedToChannelId=of, **asked
            )
        except NothingThere:
            return Batch(())
        threads = [self._api.whole(thread) for thread in shape.items(self._host, answer, "items")]
        return _batch(answer, tuple(self.posts({"items": threads})))


def _batch(answer: Any, posts: Sequence[Post]) -> Batch:
    return Batch(posts, shape.name(answer, "nextPageToken"))
