"""The text of a picture: recognised boxes, put into the order in which people read them.

Boxes of one row are joined by a blank and rows by a line break, so that what finds identifiers in a post
finds them here: a number in three boxes, or its name in the row above. rapidocr reads (`reader`), with the
models inside its wheel. Handwriting is not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from monitor.types.pictures import Box, Line
from rules.pictures.decode import Frame, Pixels
from rules.pictures.misread import mended

if TYPE_CHECKING:
    from rules.pictures.reader import Reader

_SLIMMEST = 64  # pixels; what is slimmer is padded, for rapidocr enlarges a side of less than 30
_MOST_UNLIKE = 6  # times longer than wide; the same
_IN_ROW = 0.5  # of the lower box's height, that two of a row stand beside each other

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Piece:
    """Text recognised in one place: its corners in the frame, clockwise, and which way it runs."""

    text: str
    corners: Points
    along: Points


def read(frame: Frame, page: int = 1) -> tuple[str, tuple[Line, ...]]:
    """The text of a frame, and where each stretch of it stands at full size."""
    text, lines = "", []
    for row in rows(_pieces(frame.pixels)):
        at = len(text) + bool(text)
        words = mended(" ".join(piece.text for piece in row))
        text = f"{text}\n{words}" if text else words
        for piece in row:
            end = at + len(piece.text)
            lines.append(Line(start=at, end=end, box=_box(piece.corners, frame.scale), page=page))
            at = end + 1
    return text, tuple(lines)


def recognise(pixels: Pixels) -> list[str]:
    """The rows of text in some pixels, top to bottom."""
    return [" ".join(piece.text for piece in row) for row in rows(_pieces(pixels))]


def rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces in reading order: by rows, and from the left in each, however the page was turned."""
    if not pieces:
        return []
    placed = [_Placed.of(piece, _direction(pieces)) for piece in pieces]
    found: list[list[_Placed]] = []
    for each in sorted(placed, key=lambda piece: piece.left):
        row = max(found, key=lambda row: row[-1].beside(each), default=None)
        if row is None or row[-1].beside(each) < _IN_ROW:
            found.append([each])
        else:
            row.append(each)
    found.sort(key=lambda row: sum(each.middle for each in row) / len(row))
    return [[each.piece for each in row] for row in found]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A piece once the page is turned upright; `starts` and `ends` say how low its two edges' middles are."""

    piece: Piece
    left: float
    right: float
    starts: float
    ends: float
    height: float

    @classmethod
    def of(cls, piece: Piece, along: Points) -> _Placed:
        down = np.array([-along[1], along[0]])
        across, below = piece.corners @ along, piece.corners @ down
        by_left = np.argsort(across)
        starts, ends = below[by_left[:2]], below[by_left[2:]]
        height = (np.ptp(starts) + np.ptp(ends)) / 2
        return cls(piece, across.min(), across.max(), starts.mean(), ends.mean(), float(height) or 1.0)

    @property
    def middle(self) -> float:
        return (self.starts + self.ends) / 2

    def beside(self, after: _Placed) -> float:
        """How much of the lower one's height both share, where `after` stands to the right of this one."""
        lower = min(self.height, after.height)
        if after.left < self.right - lower:
            return 0.0
        shared = (self.height + after.height) / 2 - abs(after.starts - self.ends)
        return min(shared, lower) / lower


def _direction(pieces: Sequence[Piece]) -> Points:
    """The way most of the text runs: long pieces count for more, one letter says little."""
    total = sum((piece.along * np.linalg.norm(piece.along) for piece in pieces), np.zeros(2))
    length = float(np.linalg.norm(total))
    return total / length if length else np.array([1.0, 0.0])


def _box(corners: Points, scale: float) -> Box:
    (left, top), (right, bottom) = corners.min(axis=0) * scale, corners.max(axis=0) * scale
    return Box(int(left), int(top), round(right - left) or 1, round(bottom - top) or 1)


def _pieces(pixels: Pixels) -> list[Piece]:
    return list(_reader().pieces(_padded(pixels)))


def _padded(pixels: Pixels) -> Pixels:
    """The pixels, and white below and to the right of a strip."""
    height, width = pixels.shape[:2]
    least = max(_SLIMMEST, max(height, width) // _MOST_UNLIKE)
    below, beside = max(0, least - height), max(0, least - width)
    return (
        np.pad(pixels, ((0, below), (0, beside), (0, 0)), constant_values=255) if below or beside else pixels
    )


@cache
def _reader() -> Reader:
    """The reader, made once in a process: it takes half a second. Raises ImportError without the extra."""
    from rules.pictures.reader import Reader

    return Reader()
