"""Owner: whose a shared mark is, by the name beside it.

All bodies of the NHS have the same mark; each has its name below or beside it. Below about 48 pixels that
cannot be read, and nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from rapidfuzz import fuzz

from monitor.types import Box, Mark
from rules.pictures.decode import Frame, Pixels

Recognise = Callable[[Pixels], list[str]]
"""The lines of text in a picture."""

LEAST_WIDTH = 44
"""Pixels of the frame: about 48, of which boxes lose a few; of 32 two owners of nine can be read."""

_AROUND = (3.0, 0.4, 1.6, 2.6)  # left, top, right, bottom: of the mark's width, or height
_READ_AT = 260  # pixels: the width that a mark is given before its surroundings are read
_ALIKE = 85  # rapidfuzz partial ratio
_BREAK = "|"  # stands in no name
_LEAST_LETTERS = 6  # a shorter name stands in any text
_COMMON = re.compile(
    r"\b(?:nhs|foundation|trust|integrated care board|icb|limited|board)\b|[^a-z]", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Name:
    spelled: str
    letters: str
    ours: bool

    @property
    def size(self) -> int:
        return len(self.letters)


class _Reading(NamedTuple):
    worth: float
    name: _Name
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the organisation and of other bodies, as they are looked for."""

    listed: tuple[_Name, ...]

    @classmethod
    def of(cls, ours: Iterable[str], others: Iterable[str]) -> Names:
        """Our names, aliases among them, and those of others; a name that both have is ours."""
        made = {_letters(name): _Name(name, _letters(name), False) for name in others}
        made |= {_letters(name): _Name(name, _letters(name), True) for name in ours}
        return cls(tuple(name for name in made.values() if name.size >= _LEAST_LETTERS))


def owner(frame: Frame, mark: Mark, recognise: Recognise, names: Names) -> Mark:
    """The mark with `owner` and `ours` filled where a name can be read beside it, else as it was."""
    if not mark.shared or mark.box.width < LEAST_WIDTH * frame.scale:
        return mark
    read = named(recognise(surroundings(frame, mark.box)), names)
    return replace(mark, owner=read.spelled, ours=read.ours) if read else mark


def named(lines: Iterable[str], names: Names) -> _Name | None:
    """The body that the lines name; None where they name none, or ours in one place and another elsewhere."""
    text = _letters(" ".join(lines))
    best = max(_readings(text, names), key=_worth, default=None)
    if best is None:
        return None
    elsewhere = text[: best.start] + _BREAK * best.name.size + text[best.end :]
    torn = any(
        rival.name.ours != best.name.ours and rival.name.letters not in best.name.letters
        for rival in _readings(elsewhere, names)
    )
    return None if torn else best.name


def surroundings(frame: Frame, box: Box) -> Pixels:
    """The mark and what stands around it, as large as it is read best."""
    left, top, width, height = (edge / frame.scale for edge in (box.left, box.top, box.width, box.height))
    tall, wide = frame.pixels.shape[:2]
    rows = slice(max(0, int(top - _AROUND[1] * height)), min(tall, int(top + (1 + _AROUND[3]) * height)))
    columns = slice(max(0, int(left - _AROUND[0] * width)), min(wide, int(left + (1 + _AROUND[2]) * width)))
    scale = _READ_AT / width
    method = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    crop = cv2.resize(frame.pixels[rows, columns], None, fx=scale, fy=scale, interpolation=method)
    return np.asarray(crop, np.uint8)


def _letters(text: str) -> str:
    """Small letters without spaces (readers glue words), without what all bodies are called."""
    return _COMMON.sub("", text.replace("&", " and ").lower())


def _readings(text: str, names: Names) -> Iterator[_Reading]:
    """Where names stand in the text, and what that is worth: letters met, less twice those missed."""
    for name in names.listed:
        if len(text) < name.size * _ALIKE / 100:
            continue
        padded = text.ljust(name.size, _BREAK)  # else the shorter text would be looked for in the name
        if place := fuzz.partial_ratio_alignment(name.letters, padded, score_cutoff=_ALIKE):
            worth = name.size * (3 * place.score / 100 - 2)
            yield _Reading(worth, name, place.dest_start, place.dest_end)


def _worth(reading: _Reading) -> float:
    return reading.worth
