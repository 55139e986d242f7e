"""The pages of a sitemap that are new or changed, a few in each poll, as its site's robots.txt allows.

What was read stands in the cursor, so that the next poll carries on with the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field

from connectors import Context
from connectors.parts import shape
from connectors.parts.cursors import Cursors
from connectors.parts.options import WebAddress
from connectors.parts.web import webpage
from connectors.parts.web.robots import Robots
from connectors.parts.web.sitemaps import Entry, Listing
from connectors.parts.web.webpage import WebPages
from monitor.config import Section
from monitor.errors import SourceChanged, SourceError, SourceRefused
from monitor.types import Page, Post, SourceState

OVERLAP = timedelta(days=3)
"""How far back entries may still turn up late: many sites write only the day into `lastmod`."""
_UNHURRIED = 60.0  # seconds; where a site asks for pauses, no more pages in a poll than fit in here


class SitemapOptions(Section):
    """What a source of kind `sitemap` may set: the `url` of the sitemap, and the most `pages` of a poll.

    `under` narrows it to addresses whose path begins so.
    """

    url: WebAddress
    under: str = Field(default="/", pattern=r"^/[^?#\s]*$")
    pages: int = Field(default=20, ge=1, le=200)


@dataclass(slots=True)
class _Mark:
    """Dated entries before `floor` are done, and those whose names are in `done`."""

    floor: datetime
    done: set[str] = field(default_factory=set)
    refused: str = ""


class Sitemap:
    """Reads the pages of one sitemap, or of the sitemaps that an index names."""

    Options = SitemapOptions
    terms: ClassVar[str] = "open"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: SitemapOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._listing = Listing(context, options.url, options.under)
        self._cursors = Cursors.about(options.url, options.under)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield the pages that changed after the cursor, or since `since`, or that have no date.

        The cursor comes last, before any error: what was read until then is not read again. Raises
        SourceRefused where nothing that there was to read may be read.
        """
        mark, robots = self._recall(cursor) or _Mark(since), Robots(self._context.http)
        entries = self._listing.entries(robots, mark.floor)
        waiting = [entry for entry in entries if entry.name not in mark.done]
        web, failed = WebPages(self._context, robots), None
        for entry in waiting[: self._share(robots)]:
            try:
                post = self._read(web, entry)
                mark.refused = ""
            except SourceRefused as error:
                post, mark.refused = None, str(error)
            except SourceChanged:
                post = None  # a page without words costs the others nothing
            except SourceError as error:
                failed = error
                break
            mark.done.add(entry.name)
            if post is not None:
                yield Page(posts=(post,))
        is_behind = any(entry.name not in mark.done for entry in waiting)
        yield Page(posts=(), cursor=self._cursor(mark, entries, is_behind), covered_from=mark.floor)
        if failed or mark.refused:
            raise failed or SourceRefused(mark.refused, state=SourceState.MISCONFIGURED)

    def posts(self, document: bytes) -> Iterator[Post]:
        """What one file of the sitemap says of its pages, without their words. Raises SourceChanged."""
        return (self._post(entry) for entry in self._listing.parsed(document))

    def _share(self, robots: Robots) -> int:
        """How many pages this poll may ask for."""
        return max(1, min(self._options.pages, int(_UNHURRIED // max(robots.delay, 0.1))))

    def _read(self, web: WebPages, entry: Entry) -> Post | None:
        """The page of an entry; None where it is gone, which sitemaps are slow to notice."""
        post = web.fetch(entry.url).post
        return post and replace(
            post, title=post.title or entry.title, created_at=post.created_at or self._post(entry).created_at
        )

    def _post(self, entry: Entry) -> Post:
        at = shape.moment(entry.written, self._context.now())
        return replace(webpage.bare(entry.url, self._context), title=entry.title, created_at=at)

    def _recall(self, cursor: str | None) -> _Mark | None:
        """What the cursor holds; None where it is not ours."""

        def mark(held: dict[str, Any]) -> _Mark:
            return _Mark(datetime.fromisoformat(held["floor"]), set(held["done"]), str(held["refused"]))

        return self._cursors.read(cursor, mark)

    def _cursor(self, mark: _Mark, entries: list[Entry], is_behind: bool) -> str:
        newest = max((entry.at for entry in entries if entry.at), default=mark.floor)
        reached = min(newest, self._context.now()) - OVERLAP
        floor = mark.floor if is_behind else max(mark.floor, reached)
        done = sorted(mark.done & {entry.name for entry in entries})
        return self._cursors.write(floor=floor.isoformat(), done=done, refused=mark.refused)
