"""RSS, RDF, Atom and JSON feeds: news sites, blogs, podcasts, forums, alerts, comment feeds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, SecretStr

from connectors import Context
from connectors.http import Response
from connectors.parts import shape
from connectors.parts.cursors import digest
from connectors.parts.feeds.entries import Feed, Item, Reading
from connectors.parts.feeds.transcripts import Transcripts
from connectors.parts.options import Asks, WebAddress, web_address
from connectors.parts.paging import LeftOut
from connectors.parts.web import validators
from monitor.errors import SourceChanged
from monitor.types import Page, Post


def _secret_address(url: SecretStr) -> SecretStr:
    web_address(url.get_secret_value())
    return url


class RssOptions(Asks):
    """What a source of kind `rss` may set: `url`, or `secret_url` where the address itself is a secret.

    So it is with Google Alerts and with personal feeds. `platform` is the family its items belong to;
    `pages` how many pages of a WordPress or Blogger feed to read while they hold something new;
    `transcripts` whether the words of podcast episodes are fetched where the feed names them.
    """

    url: WebAddress | None = None
    secret_url: Annotated[SecretStr, AfterValidator(_secret_address)] | None = None
    platform: str = "web"
    pages: int = Field(default=1, ge=1, le=50)
    transcripts: bool = True

    @classmethod
    def questions(cls) -> tuple[str, ...]:
        """The two ways to give an address."""
        return ("url", "secret_url")


class Rss:
    """Reads one feed. The cursor is JSON: the validators of its first page and the newest date seen.

    A feed runs newest first, so the cursor comes with the last page. That an item has vanished
    means nothing: feeds forget.
    """

    Options = RssOptions
    terms: ClassVar[str] = "open"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: RssOptions, context: Context) -> None:
        self._options, self._context = options, context
        secret = options.secret_url
        self._url = secret.get_secret_value() if secret else options.url or ""
        self._feed = Feed(context, self._url, options.platform, private=secret is not None)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield the feed's items; with no cursor, or that of another address, only those newer than
        `since` or without a date; what that left out is told once it is edited.

        Raises SourceChanged where the answer is no feed, or `pages` did not reach what is known.
        """
        last = self._recall(cursor)
        first = self._context.http.get(self._url, etag=last.get("etag"), modified=last.get("modified"))
        if first.not_modified:
            yield Page(posts=(), cursor=cursor)
            return
        newest = datetime.fromisoformat(last["newest"]) if last.get("newest") else None
        transcripts = Transcripts(self._context.http, last.get("transcripts", {}))
        left = LeftOut(None if last else since, shape.strings(last, "left"))
        dates: list[datetime] = []
        for items, is_last in self._batches(first, newest or since):
            dates += [item.post.created_at for item in items if item.post.created_at]
            told = {post.key for post in left.others(item.post for item in items)}
            wanted = [item for item in items if item.post.key in told]
            yield Page(
                posts=tuple(self._told(wanted, transcripts)),
                cursor=self._cursor(first, max(dates, default=newest), transcripts, left)
                if is_last
                else None,
                covered_from=min(dates, default=None),
            )

    def posts(self, document: bytes) -> Iterator[Post]:
        """The posts of one document of the feed. Raises SourceChanged where it is none."""
        return iter(self._feed.read(document).posts)

    def _batches(self, response: Response, reached: datetime) -> Iterator[tuple[list[Item], bool]]:
        """The items of each page, and whether it is the last one that is needed."""
        seen: set[str] = set()  # a site that ignores paging answers with the first page for ever
        for number in range(1, self._options.pages + 1):
            reading = Reading() if response.status == 404 else self._read(response)
            items = [item for item in reading.items if item.post.external_id not in seen]
            oldest = min((item.post.created_at for item in items if item.post.created_at), default=None)
            is_last = self._options.pages == 1 or not items or (oldest is not None and oldest <= reached)
            yield items, is_last
            if is_last:
                return
            seen.update(item.post.external_id for item in items)
            if number < self._options.pages:
                # Blogger names the entry to go on with, WordPress counts pages.
                step = {"start-index": reading.following} if reading.following else {"paged": f"{number + 1}"}
                response = self._context.http.get(self._url, params=step, accept=(404,))
        raise SourceChanged(
            f"{self._feed.host}: {self._options.pages} pages of the feed did not reach what is known; "
            "raise `pages` of this source"
        )

    def _read(self, response: Response) -> Reading:
        return self._feed.read(response.body, response.url, response.headers.get("content-type", ""))

    def _told(self, items: list[Item], transcripts: Transcripts) -> Iterator[Post]:
        for item in items:
            post = transcripts.told(item) if self._options.transcripts else item.post
            if post is not None:
                yield post

    def _recall(self, cursor: str | None) -> dict[str, Any]:
        """What the cursor holds; nothing where it is not ours or of another address."""
        try:
            last: dict[str, Any] = json.loads(cursor or "{}")
            return last if last["feed"] == digest(self._url, length=32) else {}
        except (ValueError, KeyError, TypeError):
            return {}

    def _cursor(
        self, first: Response, newest: datetime | None, transcripts: Transcripts, left: LeftOut
    ) -> str:
        # The address by its digest: it may hold a private feed token. Transcripts that are still to be
        # fetched need the whole feed again, which the validators would keep from us.
        seen = {
            "feed": digest(self._url, length=32),
            "newest": min(newest, self._context.now()).isoformat() if newest else None,
            "transcripts": transcripts.marks,
            "left": left.marks,
        } | ({} if transcripts.pending else validators.kept(first.headers))
        return json.dumps({name: value for name, value in seen.items() if value})
