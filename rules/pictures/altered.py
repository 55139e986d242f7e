"""Altered marks: is a mark unlike its reference? Said only where a picture is good enough to judge.

Of small, tilted, warped and blurred marks too much would be said wrongly, so nothing is.
"""

from __future__ import annotations

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from rules.pictures.boxes import Quad, sides
from rules.pictures.decode import Pixels
from rules.pictures.templates import HEIGHT, WIDTH, Match, Template, blurred, grey, rectified

LEAST_WIDTH = 48
"""Pixels of the frame."""

_ASKEW = 0.035  # of the width: corners further from an upright rectangle are a tilted or warped mark's
_STRETCH = (0.88, 1.14)  # width by height, over the reference's: 2.2 to 2.85 for one of 5:2
_PALE, _HUE = 18, 28  # chroma; degrees from the reference's hue
_TINT, _DIM = (
    26,
    40,
)  # of letters: distance in a and b from the reference's; L that shadow alone can leave of white
_SHAPE = 0.93  # correlation
_BLACK, _LIGHT, _WHITE = 25, 70, 85  # L of a black box and of its letters, of the box of a reversed mark

Lab = NDArray[np.float32]


def altered(pixels: Pixels, found: Match, reference: Template) -> tuple[str, ...] | None:
    """What is unlike the reference (`colour`, `letters`, `shape`, `stretched`); None if that cannot be told.

    Black, and reversed out of a ground, are allowed forms (NHS identity guidelines): their colours are right.
    """
    if sides(found.quad)[0] < LEAST_WIDTH or not _upright(found.quad):
        return None
    if found.score < _SHAPE and blurred(grey(pixels), found, reference):
        return None
    verdicts = {"stretched": _stretched(found.quad, reference), "shape": found.score < _SHAPE}
    return tuple(
        sorted(said for said, true in (verdicts | _colours(pixels, found, reference)).items() if true)
    )


def _upright(quad: Quad) -> bool:
    (left, top), (right, bottom) = quad.min(axis=0), quad.max(axis=0)
    rectangle = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    return bool(np.abs(quad - rectangle).max() <= max(1.5, _ASKEW * (right - left)))


def _stretched(quad: Quad, reference: Template) -> bool:
    width, height = sides(quad)
    return not _STRETCH[0] <= width / max(height, 1.0) / reference.aspect <= _STRETCH[1]


def _colours(pixels: Pixels, found: Match, reference: Template) -> dict[str, bool]:
    ink = _ink(reference.pixels)
    own, seen = _lab(reference.pixels), _lab(rectified(pixels, found.quad, WIDTH, HEIGHT))
    ground, letters = _median(seen, ~ink), _median(seen, ink)
    right_ground, right_letters = _median(own, ~ink), _median(own, ink)
    if _black(ground, letters) or _reversed(ground, letters, right_ground):
        return {}
    pale = _chroma(right_ground) >= _PALE and _chroma(ground) < _PALE
    return {
        "colour": pale or _hues_apart(ground, right_ground) > _HUE,
        "letters": float(np.linalg.norm(letters[1:] - right_letters[1:])) > _TINT
        or bool(letters[0] < _DIM < right_letters[0]),
    }


def _ink(reference: Pixels) -> NDArray[np.bool_]:
    """Which pixels are letters: the side of the threshold that the edges are not on."""
    _, mask = cv2.threshold(grey(reference), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    edges = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return np.asarray(mask > 0 if edges.mean() < 128 else mask == 0, np.bool_)


def _black(ground: Lab, letters: Lab) -> bool:
    return bool(_chroma(ground) < _PALE and ground[0] < _BLACK and letters[0] > _LIGHT)


def _reversed(ground: Lab, letters: Lab, right: Lab) -> bool:
    """Light box; letters of the mark's own colour, or black."""
    coloured = _chroma(letters) >= _PALE and _hues_apart(letters, right) <= _HUE
    return bool(ground[0] > _WHITE and (coloured or (_chroma(letters) < _PALE and letters[0] < 2 * _BLACK)))


def _hues_apart(one: Lab, other: Lab) -> float:
    """Degrees between two hues; 0 where one of them is grey."""
    if min(_chroma(one), _chroma(other)) < _PALE:
        return 0.0
    apart = abs(np.degrees(np.arctan2(one[2], one[1]) - np.arctan2(other[2], other[1]))) % 360
    return float(min(apart, 360 - apart))


def _chroma(colour: Lab) -> float:
    return float(np.hypot(colour[1], colour[2]))


def _lab(pixels: MatLike) -> Lab:
    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _median(lab: Lab, where: NDArray[np.bool_]) -> Lab:
    return np.asarray(np.median(lab[where], axis=0), np.float32) if where.any() else np.zeros(3, np.float32)
