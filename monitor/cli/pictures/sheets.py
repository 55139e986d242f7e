"""Tables of shares: how often something held, by row and column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rules.scoring import Share

_FEW = 5  # of so few cases the share itself says nothing


@dataclass
class Sheet:
    """One table, filled case by case; rows and columns stand in the order in which they are first met."""

    title: str
    note: str = ""
    cells: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    def count(self, row: str, column: str, hits: int, of: int = 1) -> None:
        """`of` more cases, in `hits` of which it held."""
        cell = self.cells.setdefault(row, {}).setdefault(column, [0, 0])
        cell[0] += hits
        cell[1] += of

    def share(self, row: str, column: str) -> Share:
        """What a cell holds; a share of nothing where nothing was counted."""
        return Share(*self.cells.get(row, {}).get(column, (0, 0)))

    @property
    def columns(self) -> list[str]:
        """The headings of its columns but for the first."""
        return list(dict.fromkeys(column for cells in self.cells.values() for column in cells))

    def rows(self) -> Iterator[tuple[str, list[Share]]]:
        """Each row with its shares, in the order of `columns`; totals come last."""
        for row in sorted(self.cells, key=lambda name: "all" in name.split()):
            yield row, [self.share(row, column) for column in self.columns]

    def as_data(self) -> dict[str, Any]:
        """For scripts."""
        rows = {
            row: {column: share_data(share) for column, share in zip(self.columns, shares, strict=True)}
            for row, shares in self.rows()
        }
        return {"title": self.title, "note": self.note, "rows": rows}


def share_data(share: Share) -> dict[str, Any]:
    """A share with its interval, as the other reports write it."""
    low, high = share.interval or (None, None)
    return {"value": share.value, "low": low, "high": high, "hits": share.hits, "of": share.of}


def share_text(share: Share) -> str:
    """A share for people: the figure, its 95 % interval, and of how many."""
    if share.value is None or share.interval is None:
        return "-"
    if share.of < _FEW:
        return f"{share.hits} of {share.of}"
    low, high = share.interval
    return f"{share.value:.3f} ({low:.3f} to {high:.3f}), {share.hits:,} of {share.of:,}"
