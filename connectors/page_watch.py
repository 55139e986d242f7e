"""Pages that are watched by name: a post each, edited when its words change, deleted when it goes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from connectors import Context
from connectors.parts.cursors import digest
from connectors.parts.options import WebAddress
from connectors.parts.web import webpage
from connectors.parts.web.robots import Robots
from connectors.parts.web.webpage import Found, WebPages
from monitor.config import Section
from monitor.errors import SourceError, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.types import Page, Post, SourceState, State

MISSES = 3
"""Polls in a row that answer 404 before a page counts as deleted: sites give one while they are renewed."""

Mark = dict[str, Any]  # etag, modified, words (a digest), missed (times in a row), gone (told so)


class PageWatchOptions(Section):
    """What a source of kind `page_watch` may set: the whole addresses of pages, or of public files."""

    urls: tuple[WebAddress, ...] = Field(min_length=1, max_length=200)


class PageWatch:
    """Reads the named pages, each as far as its site's robots.txt allows."""

    Options = PageWatchOptions
    terms: ClassVar[str] = "open"
    keeps_everything: ClassVar[bool] = True  # somebody thought each page worth naming

    def __init__(self, options: PageWatchOptions, context: Context) -> None:
        self._options, self._context = options, context

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield the pages that are new or changed, whatever their date; the cursor comes last.

        A page that cannot be read costs the others nothing: its SourceError is raised after them.
        """
        marks, failed, there = self._recall(cursor), list[SourceError](), 0
        web = WebPages(self._context, Robots(self._context.http))
        for url in self._options.urls:
            mark = marks.setdefault(digest(url), {})
            try:
                found = web.fetch(url, mark)
                there += found.status not in webpage.ABSENT
                post = self._news(url, mark, found)
            except SourceError as error:
                failed.append(error)
                continue
            if post is not None:
                yield Page(posts=(post,))
        yield Page(posts=(), cursor=json.dumps(marks))
        if failed:
            raise _worst(failed)
        if not there:
            raise SourceRefused(
                "none of the pages is there any more: take them out of `urls`", state=SourceState.GONE
            )

    def posts(self, document: bytes) -> Iterator[Post]:
        """The post of one document of the first page. Raises SourceChanged where it has no main text."""
        yield webpage.read(document, self._options.urls[0], "", self._context)

    def _news(self, url: str, mark: Mark, found: Found) -> Post | None:
        """What to tell of an answer, with `mark` moved on. Raises SourceUnavailable for a 404 in doubt."""
        if found.status in webpage.ABSENT:
            return self._absent(url, mark, found.status)
        mark.pop("missed", None)
        if found.post is None:
            return None
        before, words = mark.get("words"), webpage.changed(found.post)
        mark.clear()
        mark.update(found.validators or {}, words=words)
        if before == words:
            return None
        if before is None:
            return found.post
        return replace(found.post, state=State.EDITED, edited_at=self._context.now())

    def _absent(self, url: str, mark: Mark, status: int) -> Post | None:
        missed = mark["missed"] = min(mark.get("missed", 0) + 1, MISSES)
        is_certain = status == 410 or missed >= MISSES
        is_known = "words" in mark
        if not is_certain or not (is_known or mark.get("gone") or status == 410):
            parts = urlsplit(url)
            raise SourceUnavailable(
                f"{parts.netloc} answered {status} for {parts.path}, {missed} times in a row: once read, "
                f"a page counts as deleted after {MISSES} times; otherwise correct `urls` of this source"
            )
        mark.clear()
        mark.update(missed=missed, gone=True)
        return replace(webpage.bare(url, self._context), state=State.DELETED, url=None) if is_known else None

    def _recall(self, cursor: str | None) -> dict[str, Mark]:
        """What is remembered of the pages that are still watched; nothing where the cursor is not ours."""
        try:
            last = json.loads(cursor or "{}")
            known = {digest(url): last.get(digest(url)) for url in self._options.urls}
        except (ValueError, AttributeError):
            return {}
        return {name: mark for name, mark in known.items() if isinstance(mark, dict)}


def _worst(errors: list[SourceError]) -> SourceError:
    """The error to show: one that says when to come back, else one that a person has to act on."""
    kinds = (SourceThrottled, SourceRefused, SourceUnavailable)
    ranked = (error for kind in kinds for error in errors if isinstance(error, kind))
    return next(ranked, errors[0])
