"""Labelled files as they come: JSON Lines, or tables with commas, semicolons or tabs."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import typer

from monitor.cli.check import bounded
from monitor.cli.given import GivenRefused, loaded

_LONGEST_CELL = 4 << 20  # characters
_MARK = b"\xef\xbb\xbf"  # some editors put it before UTF-8

_PUBLIC_SETS = {
    ("test_case", "label_gold"): "hateful",  # HateCheck
    ("comment", "isHate"): ">=0.5",  # Ethos, binary
    ("tweet", "subtask_a"): "OFF",  # OLID, level A
}
"""Text and label columns of public sets -> what their label says where the text is hateful."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns (or keys) of a file hold the text and a yes-or-no label, and when that means yes."""

    text: str | None = None
    label: str | None = None
    positive: str | None = None

    def known(self, header: list[str]) -> Columns:
        """These, or where none were named those of a public set that the header gives away."""
        for (text, label), positive in _PUBLIC_SETS.items():
            if self == Columns() and {text, label} <= set(header):
                return Columns(text, label, positive)
        return self

    def applied(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with its label as `expect`. Raises GivenRefused where a column is missing or empty."""
        if self.label is None:
            if "expect" in row:
                return row
            there = ", ".join(sorted(row))
            hint = "name the columns with --text-column, --label-column and --positive"
            raise GivenRefused(f"no `expect` among {there}: {hint}")
        text, label = row.get(self.text or "text"), row.get(self.label)
        if text is None or label is None:
            raise GivenRefused(f"no {'text' if text is None else 'label'}")
        identity = row.get("id", row.get("case_id"))
        return row | {"id": identity, "text": text, "expect": {"hateful": self._means_yes(label)}}

    def _means_yes(self, label: object) -> bool:
        positive = self.positive or ""
        if not positive.startswith(">="):
            return str(label).strip().casefold() == positive.casefold()
        try:
            return float(str(label)) >= float(positive[2:])
        except ValueError:
            raise GivenRefused("the label is not a number") from None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, and its value or why it has none."""

    line: int
    value: dict[str, Any] | None = None
    refused: str = ""


def rows(path: Path, columns: Columns, by: str | None, advance: Callable[[int], object]) -> Iterator[Row]:
    """Every row of the file, one at a time. `advance` is told of bytes as they are read.

    Raises a usage error where the file cannot be read, or as a table lacks a column that was named.
    """
    try:
        with path.open("rb") as file:
            lines = _Lines(bounded(file), advance)
            first = next((line for line in lines if line is None or line.strip()), b"")
            begins = (first or b"").removeprefix(_MARK).lstrip()[:1]
            reader = _objects if begins in (b"{", b"[") or path.suffix == ".jsonl" else _table
            yield from reader(first, lines, columns, by)
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}", param_hint="FILE") from None


class _Lines(Iterator[bytes | None]):
    """Lines with the number of the one that was given last."""

    def __init__(self, lines: Iterator[bytes | None], advance: Callable[[int], object]) -> None:
        self._lines, self._advance, self.number = lines, advance, 0

    def __next__(self) -> bytes | None:
        line = next(self._lines)
        self.number += 1
        self._advance(len(line or b""))
        return line


def _objects(first: bytes | None, lines: _Lines, columns: Columns, by: str | None) -> Iterator[Row]:
    """A file of JSON objects, one a line."""
    for line in chain([first and first.removeprefix(_MARK)], lines):
        if line is None or line.strip():
            try:
                value = loaded(line)
                yield Row(lines.number, columns.known(list(value)).applied(value))
            except GivenRefused as refused:
                yield Row(lines.number, refused=str(refused))


def _table(first: bytes | None, lines: _Lines, columns: Columns, by: str | None) -> Iterator[Row]:
    """A table with a header. `expect` and `given`, where there are such columns, hold JSON."""
    head = _text(first)
    delimiter = max("\t;,", key=head.count)
    # Tab-separated sets are written without quoting: a lone quotation mark is a post's own.
    texts = (_text(line) for line in lines)
    if delimiter == "\t":
        reader = csv.reader(texts, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(texts, delimiter=delimiter)
    header = [name.strip() for name in next(csv.reader([head], delimiter=delimiter), [])]
    columns = columns.known(header)
    _all_there(header, [columns.text, columns.label, by])
    csv.field_size_limit(_LONGEST_CELL)
    while True:
        try:
            cells = next(reader)
            if cells:
                yield replace(_row(header, cells, columns), line=lines.number)
        except csv.Error as error:
            yield Row(lines.number, refused=f"not a row of a table ({error})")
        except StopIteration:
            return


def _row(header: list[str], cells: list[str], columns: Columns) -> Row:
    try:
        if len(cells) != len(header):
            raise GivenRefused(f"{len(cells)} cells under {len(header)} headings")
        if any("\udc80" <= char <= "\udcff" for cell in cells for char in cell):
            raise GivenRefused("not UTF-8")
        row: dict[str, Any] = dict(zip(header, cells, strict=True))
        for key in ("expect", "given"):
            if row.get(key):
                row[key] = json.loads(row[key])
            else:
                row.pop(key, None)
        return Row(0, columns.applied(row))
    except json.JSONDecodeError:
        return Row(0, refused="`expect` and `given` must hold JSON")
    except GivenRefused as refused:
        return Row(0, refused=str(refused))


def _text(line: bytes | None) -> str:
    """A line too long to hold becomes one that no table has."""
    return "\udc80" if line is None else line.decode("utf-8-sig", "surrogateescape")


def _all_there(header: list[str], wanted: list[str | None]) -> None:
    for name in wanted:
        if name is not None and name not in header:
            raise typer.BadParameter(f"no column {name!r}; there are: {', '.join(header)}")
