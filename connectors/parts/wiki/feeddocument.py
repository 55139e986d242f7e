"""A page's history feed to plain entries: what runs in the sandbox, on bytes of strangers.

MediaWiki writes each edit as an HTML table of lines, the old text on the left and the new one on the right:
https://www.mediawiki.org/wiki/Manual:Page_history, "Feeds"; includes/FeedUtils.php of MediaWiki. Its styles
differ between versions and say nothing that the columns do not.
"""

from __future__ import annotations

import calendar
import io
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import feedparser

from connectors.parts.feeds import wary
from connectors.parts.plain import clean

Entry = dict[str, Any]
Cells = list[str | int | None]
"""A line as it was, as it is (None where it is not there), and the number of each of both lines."""


def read(document: bytes) -> list[Entry] | None:
    """The entries of a feed, newest first, or None where the document is no feed.

    Each has: revid, page, heading (as the feed shows it), user, at (ISO 8601, UTC) and `rows`: a list of
    `Cells`, None where the entry has no comparison. Entities that nest, reach out or are large are refused.
    """
    document = wary.characters(wary.inflated(document))
    wary.refuse_entity_tricks(document)
    # The markup is read for its words alone, and a sanitiser would take away what tells cells apart.
    parsed = feedparser.parse(io.BytesIO(document), sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        return None
    return [entry for found in parsed.entries if (entry := _entry(found))]


def _entry(entry: Mapping[str, Any]) -> Entry | None:
    asked = parse_qs(urlsplit(entry.get("link") or "").query)
    number, at = asked.get("diff", [""])[0], _moment(entry)
    if not (number.isascii() and number.isdecimal() and at):
        return None
    return {
        "revid": int(number),
        "page": clean(asked.get("title", [""])[0]).replace("_", " "),
        "heading": clean(entry.get("title") or ""),
        "user": clean(entry.get("author") or ""),
        "at": at,
        "rows": _rows(entry.get("summary") or ""),
    }


def _moment(entry: Mapping[str, Any]) -> str | None:
    parsed: time.struct_time | None = entry.get("updated_parsed") or entry.get("published_parsed")
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC).isoformat() if parsed else None


@dataclass
class _Cell:
    classes: frozenset[str]
    columns: int
    text: str = ""


class _Table(HTMLParser):
    """The rows of the tables in a piece of HTML; None where there is no table at all."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[_Cell]] | None = None
        self._cell: _Cell | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "table":
            self.rows = self.rows or []
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag == "td" and self.rows:
            span = said.get("colspan") or ""
            self._cell = _Cell(frozenset((said.get("class") or "").split()), 2 if span == "2" else 1)
            self.rows[-1].append(self._cell)

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell:
            self._cell.text += data


def _rows(markup: str) -> list[Cells] | None:
    table = _Table()
    table.feed(markup)
    table.close()
    return None if table.rows is None else list(_numbered(table.rows))


def _numbered(rows: list[list[_Cell]]) -> Iterator[Cells]:
    """Each line with its numbers: a row says them where lines were left out."""
    numbers = [1, 1]
    for row in rows:
        if sum("diff-lineno" in cell.classes for cell in row) == len(numbers):
            numbers = [_number(cell.text) for cell in row if "diff-lineno" in cell.classes]
            yield [None, None, *numbers]
        elif any("diff-marker" in cell.classes for cell in row):
            old, new = _sides(row)
            yield [old, new, *numbers]
            numbers = [number + (text is not None) for number, text in zip(numbers, (old, new), strict=True)]


def _sides(row: list[_Cell]) -> tuple[str | None, str | None]:
    """What stands in the second column and in the fourth; the first and the third hold marks."""
    found: dict[int, str] = {}
    column = 0
    for cell in row:
        if "diff-marker" not in cell.classes and cell.columns == 1:
            found[column] = clean(cell.text)
        column += cell.columns
    return found.get(1), found.get(3)


def _number(text: str) -> int:
    """The number in "Line 1,234:", in whatever language and digits. 1 where there is none."""
    return int("".join(filter(str.isdecimal, text))[:9] or 1)
