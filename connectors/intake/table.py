"""Posts in a table: CSV as spreadsheets and monitoring services export it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from connectors.intake import Arrival, LeftOut, dates
from connectors.intake.document import within
from connectors.parts import plain
from connectors.parts.cursors import digest
from monitor.errors import SourceChanged
from monitor.types import Account, Origin, Post

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "url": ("url", "link", "address", "permalink", "post url", "web address", "mention url"),
    "text": ("text", "content", "message", "body", "post", "comment", "snippet", "words", "full text"),
    "title": ("title", "headline", "subject"),
    "author": ("author", "user", "username", "handle", "account", "screen name", "author name", "name"),
    "date": (
        "date",
        "created",
        "created at",
        "posted",
        "posted at",
        "published",
        "published at",
        "time",
        "timestamp",
    ),
    "platform": ("platform", "network", "site", "channel", "page type"),
}
"""What a column holds, by its heading in small letters, _ and - read as spaces."""
LONGEST_CELL = 131_072  # characters
_DELIMITERS = ",;\t|"
_MOST_COLUMNS = 1_000
_LONGEST_LINE = 2**18  # characters


class _Row(Exception):
    """A row that cannot be read, and why."""


@dataclass
class Table:
    """Reads the rows of one table, twice: first to learn how its dates are written.

    A row that cannot be read is left out and named by its line. Cells are text, whatever a spreadsheet would
    make of them.
    """

    path: Path
    arrival: Arrival
    left_out: LeftOut = field(default_factory=LeftOut)

    def __post_init__(self) -> None:
        self.documents = within(self.path, lambda name: name.lower().endswith((".csv", ".tsv")))[:1]
        if not self.documents:
            raise SourceChanged(f"{self.path.name}: there is no table (.csv) in the archive")

    def posts(self) -> Iterator[Post]:
        """Every row that can be read. Raises SourceChanged where there is no heading that is known."""
        order = dates.Order()
        for _, cells, _ in self._rows():
            if found := dates.match(cells.get("date", "")):
                order.see(found)
        for line, cells, problem in self._rows():
            try:
                if problem:
                    raise _Row(problem)
                yield self._post(cells, order)
            except _Row as why:
                self.left_out.note(f"line {line}", str(why))

    def _rows(self) -> Iterator[tuple[int, dict[str, str], str]]:
        """(line, cells by what they hold, what is wrong) of every row that is not empty."""
        with self.documents[0].text() as text:
            heading = text.readline(2**16)
            delimiter = max(_DELIMITERS, key=heading.count)
            csv.field_size_limit(LONGEST_CELL)  # of the whole process: others set it, too
            columns = _columns(self.path.name, next(csv.reader([heading], delimiter=delimiter), []))
            reader = csv.reader(_bounded(text), delimiter=delimiter)
            line = 2
            while True:
                try:
                    cells = next(reader, None)
                except csv.Error as error:
                    yield line, {}, f"cannot be read as a table ({error})"
                    cells = []
                if cells is None:
                    return
                if any(cell.strip() for cell in cells):
                    problem = (
                        ""
                        if len(cells) == columns.number
                        else f"has {len(cells)} cells, not {columns.number}"
                    )
                    yield line, columns.named(cells), problem
                line = 2 + reader.line_num

    def _post(self, cells: dict[str, str], order: dates.Order) -> Post:
        url = plain.web_address(cells.get("url", "").strip())
        title, text = (plain.clean(cells.get(name, "")).strip() for name in ("title", "text"))
        if cells.get("url", "").strip() and url is None:
            raise _Row("the address is no web address")
        if not (url or title or text):
            raise _Row("has neither words nor an address")
        platform = " ".join(plain.clean(cells.get("platform", "")).split())[:60].casefold() or "web"
        author = " ".join(plain.clean(cells.get("author", "")).split())
        return Post(
            source=self.arrival.source,
            platform=platform,
            external_id=f"import/{digest(url, title, text, author, cells.get('date'), length=32)}",
            observed_at=self.arrival.now(),
            origin=Origin.IMPORT,
            url=url,
            author=Account(platform=platform, handle=author) if author else None,
            title=" ".join(title.split()),
            text=text,
            created_at=self._moment(cells.get("date", ""), order),
        )

    def _moment(self, written: str, order: dates.Order) -> datetime | None:
        if not written.strip():
            return None
        at = dates.parse(written, order, self.arrival.zone, self.arrival.now())
        if at is None:
            raise _Row("the date cannot be read: write 2026-11-21 09:30")
        return at


@dataclass(frozen=True, slots=True)
class _Columns:
    number: int
    at: dict[str, int]

    def named(self, cells: list[str]) -> dict[str, str]:
        return {name: cells[at] for name, at in self.at.items() if at < len(cells)}


def _columns(name: str, headings: list[str]) -> _Columns:
    plainly = [
        " ".join(heading.replace("_", " ").replace("-", " ").casefold().split()) for heading in headings
    ]
    at: dict[str, int] = {}
    for column, words in COLUMNS.items():
        if found := next((word for word in words if word in plainly), None):
            at[column] = plainly.index(found)
    if not at.keys() & {"url", "text", "title"} or len(headings) > _MOST_COLUMNS:
        raise SourceChanged(
            f"{name}: the first line must name the columns, and one of them be url, text or title; also read"
            " are author, date and platform"
        )
    return _Columns(len(headings), at)


def _bounded(text: IO[str]) -> Iterator[str]:
    """Lines with their ends. Of a very long one the rest is dropped: `csv` refuses it by its own limit."""
    while line := text.readline(_LONGEST_LINE):
        yield line
        while len(line) == _LONGEST_LINE and not line.endswith("\n"):
            line = text.readline(_LONGEST_LINE)
