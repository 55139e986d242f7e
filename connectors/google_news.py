"""Google News: the headlines of a search, from its feed.

The feed is meant for personal readers, and its links are opaque: they are kept as they are, since resolving
them takes an interface that is not public. Google Alerts by `rss` shows where a story stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from connectors import Context
from connectors.parts.cursors import Cursors
from connectors.parts.feeds.entries import Feed, Item
from connectors.parts.options import BaseUrl, Query
from connectors.parts.web import validators
from monitor.config import Section
from monitor.types import Account, Page, Post


class GoogleNewsOptions(Section):
    """What a source of kind `google_news` may set. `within` is how far back the search goes: 1h to 30d."""

    query: Query
    language: str = Field(default="en-GB", pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")
    country: str = Field(default="GB", pattern=r"^[A-Z]{2}$")
    within: str = Field(default="1d", pattern=r"^[1-9][0-9]?[hd]$")
    base_url: BaseUrl = "https://news.google.com"


class GoogleNews:
    """Reads the one page that the feed has. The cursor is JSON: its validators."""

    Options = GoogleNewsOptions
    terms: ClassVar[str] = "google_news"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: GoogleNewsOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._url = f"{options.base_url}/rss/search"
        self._feed = Feed(context, self._url, "google_news")
        self._cursors = Cursors.about(*self._params().values(), urlsplit(self._url).netloc)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield the stories of the feed; with no cursor of ours, those since `since`. Raises SourceError."""
        known = self._cursors.read(cursor, dict[str, str])
        last = known or {}
        answer = self._context.http.get(
            self._url, params=self._params(), etag=last.get("etag"), modified=last.get("modified")
        )
        if answer.not_modified:
            yield Page(posts=(), cursor=cursor)
            return
        posts = list(self.posts(answer.body))
        dates = [post.created_at for post in posts if post.created_at]
        wanted = (p for p in posts if known is not None or p.created_at is None or p.created_at >= since)
        following = self._cursors.write(**validators.kept(answer.headers))
        yield Page(posts=tuple(wanted), cursor=following, covered_from=min(dates, default=None))

    def posts(self, document: bytes) -> Iterator[Post]:
        """The stories of one document of the feed. Raises SourceChanged where it is none."""
        return map(_story, self._feed.read(document).items)

    def _params(self) -> dict[str, str]:
        o = self._options
        edition = f"{o.country}:{o.language.partition('-')[0]}"
        return {"q": f"{o.query} when:{o.within}", "hl": o.language, "gl": o.country, "ceid": edition}


def _story(item: Item) -> Post:
    """The headline without its publisher, who is the author; the description only repeats both."""
    name, home = item.entry["publisher"] or ("", None)
    title, post = item.post.title, item.post
    return replace(
        post,
        external_id=item.entry["id"] or post.external_id,
        title=title.removesuffix(f" - {name}").rstrip() or title,
        text="",
        links=(),
        author=Account(platform="google_news", display_name=name, url=home) if name else post.author,
    )
