"""The files of a sitemap: what they list, newest first, within the site itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from connectors import Context
from connectors.parts import shape
from connectors.parts.cursors import digest
from connectors.parts.web.robots import Robots
from monitor import sandbox
from monitor.errors import SourceChanged

PARSER = "connectors.parts.web.sitemapxml:read"
FILES = 20
"""The most files of one sitemap that a poll reads."""
MOST = 20_000
"""The most entries that may be new at once."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_DAY = timedelta(days=1, seconds=-1)


@dataclass(frozen=True, slots=True)
class Entry:
    """An address as of a change: `at` is None where the sitemap does not date it."""

    url: str
    written: str
    title: str
    at: datetime | None

    @property
    def name(self) -> str:
        """What is remembered of it."""
        return digest(self.url, self.written)[:10]


@dataclass(frozen=True, slots=True)
class Listing:
    """The sitemap at `url`, as far as its pages' paths begin with `under`."""

    context: Context
    url: str
    under: str = "/"

    @property
    def host(self) -> str:
        """What errors name."""
        return urlsplit(self.url).netloc.lower()

    def entries(self, robots: Robots, floor: datetime) -> list[Entry]:
        """Every entry since `floor`, each address once: newest first, those without a date last.

        Raises SourceRefused where robots.txt forbids it, SourceChanged where there are too many.
        """
        root = self._file(robots, self.url)
        files = [root]
        if root["index"]:
            named = [entry for entry in self._listed(root, "/") if entry.at is None or entry.at >= floor]
            if len(named) > FILES:
                raise self._too_much(f"names {len(named)} sitemaps: give the one that you need as `url`")
            files = [self._file(robots, entry.url) for entry in named]
        listed = (entry for file in files for entry in self._listed(file, self.under))
        found = {entry.url: entry for entry in listed if entry.at is None or entry.at >= floor}
        if len(found) > MOST:
            raise self._too_much(f"lists {len(found)} pages that may be new: narrow it by `under`")
        return sorted(found.values(), key=lambda entry: entry.at or _NEVER, reverse=True)

    def parsed(self, document: bytes) -> Iterator[Entry]:
        """The entries of one file of it. Raises SourceChanged where it is none."""
        return self._listed(self._parsed(document, self.url), self.under)

    def _file(self, robots: Robots, url: str) -> dict[str, Any]:
        robots.check(url)
        answer = self.context.http.get(url)
        return self._parsed(answer.body, answer.url)

    def _parsed(self, document: bytes, url: str) -> dict[str, Any]:
        try:
            found = sandbox.run(PARSER, document, url)
        except sandbox.ParserError as error:
            raise SourceChanged(f"{self.host}: the sitemap cannot be read ({error})") from None
        if found is None:
            raise SourceChanged(f"{self.host}: the answer is not a sitemap; look whether its address changed")
        return dict(found)

    def _listed(self, file: dict[str, Any], under: str = "/") -> Iterator[Entry]:
        """The entries of one file that belong to the same site, as the protocol demands."""
        for url, written, title in file["entries"]:
            parts = urlsplit(url)
            if _site(parts.netloc) == _site(self.host) and (parts.path or "/").startswith(under):
                yield Entry(url, written, title, _moment(written, self.context.now()))

    def _too_much(self, why: str) -> SourceChanged:
        return SourceChanged(f"{self.host}: the sitemap {why}")


def _site(host: str) -> str:
    return host.lower().removeprefix("www.")


def _moment(written: str, now: datetime) -> datetime | None:
    """The moment of a `lastmod`; of a day its last second, so that nothing of that day is behind."""
    at = shape.moment(written, now)
    return at + _DAY if at and len(written) == len("2026-11-21") else at
