"""Hacker News: stories and comments by search, from Algolia's interface (https://hn.algolia.com/api)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from connectors import Context
from connectors.parts import plain, shape
from connectors.parts.options import BaseUrl, Pages, Query
from connectors.parts.paging import Batch, Walk
from connectors.parts.shape import Item
from monitor.config import Section
from monitor.types import Account, Kind, Origin, Page, Post, State

PER_PAGE = 100
_ITEM = "https://news.ycombinator.com/item?id="
_USER = "https://news.ycombinator.com/user?id="


class HackerNewsOptions(Section):
    """What a source of kind `hacker_news` may set. The interface gives at most 1,000 items a search."""

    query: Query
    base_url: BaseUrl = "https://hn.algolia.com"
    pages: Pages = 10


class HackerNews:
    """Searches stories and comments, newest first."""

    Options = HackerNewsOptions
    terms: ClassVar[str] = "hacker_news"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: HackerNewsOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        self._walk = Walk(context=context, host=self._host, question=[options.query], pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was written after the cursor, or since `since`. Raises SourceError."""
        return self._walk.newest_first(self._fetch, cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that the site no longer has."""
        for number in ids:
            found = self._context.http.get(f"{self._options.base_url}/api/v1/items/{number}", accept=(404,))
            if found.status == 404:
                yield number, State.DELETED

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer of `search_by_date`. Raises SourceChanged where it is none."""
        for hit in shape.items(self._host, answer, "hits"):
            if number := shape.name(hit, "objectID"):
                yield self._post(number, hit)

    def _fetch(self, token: str | None) -> Batch:
        params = {"query": self._options.query, "hitsPerPage": str(PER_PAGE), "page": token or "0"}
        answer = self._context.http.get(f"{self._options.base_url}/api/v1/search_by_date", params=params)
        found = answer.json()
        page, pages = shape.number(found, "page") or 0, shape.number(found, "nbPages") or 0
        return Batch(tuple(self.posts(found)), str(page + 1) if page + 1 < pages else None)

    def _post(self, number: str, hit: Item) -> Post:
        handle, now = shape.name(hit, "author"), self._context.now()
        link = shape.address(hit, "url")
        comment = shape.text(hit, "comment_text")
        return Post(
            source=self._context.source,
            platform="hacker_news",
            external_id=number,
            observed_at=now,
            kind=Kind.COMMENT if comment else Kind.POST,
            origin=Origin.API,
            url=f"{_ITEM}{number}",
            author=Account(platform="hacker_news", handle=handle, url=_USER + handle) if handle else None,
            title=plain.one_line(shape.text(hit, "title")),
            text=plain.from_html(comment or shape.text(hit, "story_text")),
            created_at=shape.moment(hit, now, "created_at_i"),
            links=(link,) if link else (),
            terms=self._context.terms,
            recheck_id=number,
        )
