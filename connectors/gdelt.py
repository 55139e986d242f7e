"""GDELT: headlines of news worldwide, by search (https://blog.gdeltproject.org, "GDELT DOC 2.0 API")."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from connectors import Context
from connectors.http import Response
from connectors.parts import plain, shape
from connectors.parts.cursors import Cursors
from connectors.parts.options import BaseUrl, Query
from connectors.parts.shape import Item
from monitor.config import Section
from monitor.errors import SourceChanged, SourceThrottled, SourceUnavailable
from monitor.types import Kind, Media, Origin, Page, Post

AT_ONCE = 250
WINDOW = timedelta(days=90)
BETWEEN_REQUESTS = timedelta(seconds=5)
LAG = timedelta(hours=6)
"""What is asked for again: an article is dated when it was seen, and shown some time later."""
_LANGUAGES = {"English": "en", "Welsh": "cy"}


class GdeltOptions(Section):
    """What a source of kind `gdelt` may set; a phrase in `query` stands in quotation marks."""

    query: Query
    base_url: BaseUrl = "https://api.gdeltproject.org"


class Gdelt:
    """Searches headlines, oldest first, by one request a reading: more than one in 5 seconds is refused.

    It often sheds load, first requests included, so what it misses says nothing. It keeps three months.
    """

    Options = GdeltOptions
    terms: ClassVar[str] = "gdelt"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: GdeltOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        self._cursors = Cursors.about(self._host, options.query)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield one page of what was seen after the cursor, or since `since`.

        Raises SourceThrottled where there is more (the next reading goes on from there), SourceUnavailable
        for words in place of JSON, SourceChanged for another shape, and where one moment has too many.
        """
        now = self._context.now()
        start = max(self._recall(cursor) or since, now - WINDOW)
        answer = self._ask(start)
        posts, is_full = tuple(self.posts(answer)), len(list(shape.some(answer, "articles"))) >= AT_ONCE
        reached = max((post.created_at for post in posts if post.created_at), default=start)
        yield Page(
            posts=posts,
            cursor=self._cursor(reached if is_full else max(start, now - LAG)),
            covered_from=start,
        )
        if is_full and reached <= start:
            raise SourceChanged(f"{self._host}: over {AT_ONCE} headlines at one moment: narrow the query")
        if is_full:
            raise SourceThrottled(f"{self._host}: there is more to read", until=now + BETWEEN_REQUESTS)

    def posts(self, answer: Any) -> Iterator[Post]:
        """The headlines of one answer of mode `artlist`; none is `{}`. Raises SourceChanged for the rest."""
        for article in shape.items(self._host, {"articles": []} if answer == {} else answer, "articles"):
            if url := shape.address(article, "url"):
                yield self._post(url, article)

    def _ask(self, start: datetime) -> Any:
        answer = self._context.http.get(
            f"{self._options.base_url}/api/v2/doc/doc",
            params={
                "query": self._options.query,
                "mode": "artlist",
                "format": "json",
                "sort": "dateasc",
                "maxrecords": str(AT_ONCE),
                "startdatetime": f"{start.astimezone(UTC):%Y%m%d%H%M%S}",
            },
        )
        return self._decoded(answer)

    def _decoded(self, answer: Response) -> Any:
        try:
            # Not strict: headlines come with raw control characters inside strings.
            return json.loads(answer.body, strict=False)
        except (ValueError, RecursionError):
            said = f"{self._host}: answered in words, not JSON"
            if answer.headers.get("content-type", "").startswith("text/"):
                raise SourceUnavailable(f"{said}: it is overloaded, or the query is too short") from None
            raise SourceChanged(said) from None

    def _post(self, url: str, article: Item) -> Post:
        now, picture = self._context.now(), shape.address(article, "socialimage")
        return Post(
            source=self._context.source,
            platform="gdelt",
            external_id=url,
            observed_at=now,
            kind=Kind.ARTICLE,
            origin=Origin.API,
            url=url,
            title=plain.one_line(shape.text(article, "title")),
            lang=_LANGUAGES.get(shape.text(article, "language")),
            created_at=shape.moment(article, now, "seendate"),
            media=(Media(kind="image", url=picture),) if picture else (),
            links=(url,),
            terms=self._context.terms,
        )

    def _cursor(self, reached: datetime) -> str:
        return self._cursors.write(**{"from": reached.isoformat()})

    def _recall(self, cursor: str | None) -> datetime | None:
        """From when the cursor reads on; None where it is not ours."""
        return self._cursors.read(cursor, lambda held: datetime.fromisoformat(held["from"]))
