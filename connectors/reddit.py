"""Reddit: public mentions by search, with an approved application or your own private feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from connectors import Context
from connectors.parts import shape
from connectors.parts.options import BaseUrl, Handle, Pages, Query
from connectors.parts.paging import Batch, Walk
from connectors.parts.reddit import listing as reddit
from connectors.parts.reddit.access import Application, PrivateFeed
from connectors.parts.tokens import ClientCredentials
from monitor import sandbox
from monitor.config import Section
from monitor.errors import SourceChanged, SourceRefused
from monitor.types import GONE, Page, Post, SourceState, State

PER_PAGE = 100
PARSER = "connectors.parts.feeds.feed:read"


class RedditOptions(Section):
    """What a source of kind `reddit` may set: either `client_id` and `client_secret`, or the two of a feed.

    The feed's token and user stand in the addresses at https://www.reddit.com/prefs/feeds. `subreddit`
    restricts the search to one. `site_url` is where feeds and tokens come from, `base_url` the interface.
    """

    query: Query
    subreddit: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{2,21}$")] | None = None
    client_id: Handle | None = None
    client_secret: SecretStr | None = None
    feed_user: Handle | None = None
    feed_token: SecretStr | None = None
    base_url: BaseUrl = "https://oauth.reddit.com"
    site_url: BaseUrl = reddit.SITE
    pages: Pages = 10

    @model_validator(mode="after")
    def _one_door(self) -> RedditOptions:
        application, feed = (self.client_id, self.client_secret), (self.feed_user, self.feed_token)
        if all(application) + all(feed) != 1 or any(application) + any(feed) != 1:
            raise ValueError("give client_id and client_secret, or feed_user and feed_token, not both")
        return self


class Reddit:
    """Searches posts, newest first. Reddit shows about a thousand of one search.

    Nobody is matched to a person, and no account is read. What a feed told cannot be asked about again.
    """

    Options = RedditOptions
    terms: ClassVar[str] = "reddit"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: RedditOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._application, self._feed = _application(options, context), _feed(options, context)
        self._host = urlsplit(options.base_url if self._application else options.site_url).netloc
        question = [options.query, options.subreddit]
        self._walk = Walk(
            context=context, host=self._host, question=question, pages=options.pages, whole=False
        )

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was written after the cursor, or since `since`. Raises SourceError."""
        return self._walk.newest_first(self._fetch, cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that were deleted or removed. Raises SourceRefused without an application."""
        if self._application is None:
            why = f"{self._host}: a feed cannot say what was deleted: give client_id and client_secret"
            raise SourceRefused(why, state=SourceState.MISCONFIGURED)
        for start in range(0, len(ids), PER_PAGE):
            asked = ids[start : start + PER_PAGE]
            found = self.posts(self._application.ask("/api/info", {"id": ",".join(asked)}).json())
            shown = {post.external_id for post in found if post.state not in GONE}
            yield from ((number, State.DELETED) for number in asked if number not in shown)

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts and comments of a listing, or of a feed as it came.

        Raises SourceChanged where it is neither.
        """
        if isinstance(answer, bytes):
            found = (reddit.entry(entry, self._context) for entry in self._entries(answer))
        else:
            children = shape.items(self._host, answer, "data", "children")
            things = ((shape.name(child, "kind"), child.get("data")) for child in children)
            found = (reddit.thing(kind, data, self._context) for kind, data in things if type(data) is dict)
        yield from filter(None, found)

    def _fetch(self, token: str | None) -> Batch:
        params = {"q": self._options.query, "sort": "new", "type": "link", "limit": str(PER_PAGE)}
        params |= {"restrict_sr": "true"} if self._options.subreddit else {}
        params |= {"after": token} if token else {}
        where = f"/r/{self._options.subreddit}/search" if self._options.subreddit else "/search"
        if self._application:
            listing = self._application.ask(where, params).json()
            return Batch(tuple(self.posts(listing)), shape.name(listing, "data", "after"))
        assert self._feed  # noqa: S101 - the options have one of the two
        posts = tuple(self.posts(self._feed.ask(where, params).body))
        return Batch(posts, posts[-1].external_id if len(posts) >= PER_PAGE else None)

    def _entries(self, document: bytes) -> list[dict[str, Any]]:
        now = self._context.now().isoformat()
        try:
            # Not with the address that was asked: it holds the token, and relative links are made from it.
            feed = sandbox.run(PARSER, document, reddit.SITE, "", now)
        except sandbox.ParserError:
            feed = None
        if feed is None:
            raise SourceChanged(f"{self._host}: the answer is neither a listing nor a feed")
        return list(feed["entries"])


def _application(options: RedditOptions, context: Context) -> Application | None:
    if not options.client_id or not options.client_secret:
        return None
    address = f"{options.site_url}/api/v1/access_token"
    credentials = ClientCredentials(context, address, options.client_id, options.client_secret)
    return Application(context, options.base_url, credentials)


def _feed(options: RedditOptions, context: Context) -> PrivateFeed | None:
    if not options.feed_user or not options.feed_token:
        return None
    return PrivateFeed(context, options.site_url, options.feed_user, options.feed_token)
