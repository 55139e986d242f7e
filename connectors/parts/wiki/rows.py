"""Changed lines, as a wiki compares them, to hunks.

A wiki marks words by its own lights, and differently in its interface and its feeds. So only its lines are
taken, and the words in them are compared as everywhere: the same edit gives the same hunks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby

from connectors.parts.wiki.wikitext import Wikitext
from connectors.parts.wiki.worddiff import between
from monitor.types import Hunk


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one revision: its number from 1, and the heading above it where that is known."""

    text: str
    number: int
    above: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it was and as it is, None on the side that does not have it."""

    old: Line | None
    new: Line | None

    @property
    def changed(self) -> bool:
        """False for a line that is only there for the reader to know where they are."""
        return self.old is None or self.new is None or self.old.text != self.new.text


def hunks(rows: Iterable[Row]) -> tuple[Hunk, ...]:
    """The hunks of a comparison's rows, which stand in page order.

    A line that moved is a row where it was and a row where it is now: an old and a new hunk say its words.
    """
    blocks = (list(block) for changed, block in groupby(rows, key=lambda row: row.changed) if changed)
    return tuple(chain.from_iterable(_compared(block) for block in blocks))


def _compared(block: list[Row]) -> Iterator[Hunk]:
    old, new = (row.old for row in block), (row.new for row in block)
    yield from between(_part(old), _part(new))


def _part(side: Iterable[Line | None]) -> Wikitext:
    lines = [line for line in side if line]
    if not lines:
        return Wikitext("", part=True)
    text = "".join(f"{line.text}\n" for line in lines)
    return Wikitext(text, above=lines[0].above, first=lines[0].number, part=True)
