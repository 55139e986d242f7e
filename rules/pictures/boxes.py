"""Boxes: the four-cornered regions of a picture that may be a boxed mark, whatever their colour.

A picture is cut into light and dark by nine thresholds, and the outline of each region is looked at once.
Shape alone decides here; `templates` compares what stands in the box. Which thresholds: the smallest set
that finds as much as sixteen do (decision 0033).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from rules.pictures.decode import Pixels

Grey = MatLike  # numpy's uint8, as OpenCV hands it on
Outline = NDArray[np.int32]
Quad = NDArray[np.float32]
"""Four corners, from the top left clockwise as the mark is read: 4 x 2, pixels of the frame."""

MOST_BOXES = 1500
"""Looked at in one picture, largest first. A crowded screen has some five hundred."""

_LEAST = (18, 7, 160)  # long side, short side, area: a smaller box shows no letters
_MOST_AREA = 0.97  # of the picture: more is its own edge
_ASPECT = (1.15, 4.6)  # 5:2, stretched or seen from the side
_FILLS = 0.78  # of the smallest rectangle around it
_ARC = 0.03  # an outline simplified by so much of its length has its corners left
_STEP = 2  # pixels: outlines nearer than this are one region, found by two thresholds
_BLUES = (((92, 70, 40), (128, 255, 255)), ((98, 130, 100), (114, 255, 255)))  # any, and clear ones: HSV
_GRAINY = 0.15  # of neighbouring pixels differ: noise; a page of small print has a tenth
_STROKES = np.ones((5, 5), np.uint8)  # what is narrower is cut away: text that touches a box


class Boxes(NamedTuple):
    """What was found, and whether there were more than MOST_BOXES."""

    quads: list[Quad]
    cut: bool


def boxes(pixels: Pixels) -> Boxes:
    """The regions with the shape of a boxed mark, largest first. Raises nothing, whatever the picture."""
    found = _distinct(outline for mask in masks(pixels) for outline in _outlines(mask))
    largest = sorted(found, key=lambda place: place[2] * place[3], reverse=True)
    quads = [quad for place in largest[:MOST_BOXES] for quad in _quads(found[place])]
    return Boxes(quads, len(found) > MOST_BOXES)


def masks(pixels: Pixels) -> Iterator[Grey]:
    """The picture in black and white, by one threshold after the other."""
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    for low, high in _BLUES:
        yield cv2.inRange(hsv, np.array(low), np.array(high))
    light, a, b = cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB))
    level, dark = _otsu(light)
    yield cv2.morphologyEx(cv2.bitwise_not(dark), cv2.MORPH_OPEN, _STROKES)
    yield cv2.bitwise_not(_above(light, 0.6 * level))
    yield _otsu(a)[1]
    yield cv2.bitwise_not(_otsu(b)[1])
    yield cv2.bitwise_not(_otsu(cv2.extractChannel(pixels, 0))[1])
    saturation = cv2.extractChannel(hsv, 1)
    level = _otsu(saturation)[0]
    yield _above(saturation, level + 0.4 * (255 - level))
    smooth = cv2.blur(light, (3, 3))
    yield cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 6)


def _otsu(channel: Grey) -> tuple[float, Grey]:
    return cv2.threshold(channel, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)


def _above(channel: Grey, level: float) -> Grey:
    return cv2.threshold(channel, level, 255, cv2.THRESH_BINARY)[1]


Place = tuple[int, int, int, int]


def _outlines(mask: Grey) -> Iterator[tuple[Place, Outline]]:
    """Outlines of regions and of holes in them, that are large enough, with left, top, width and height."""
    most = _MOST_AREA * mask.size
    for outline in cv2.findContours(_calmed(mask), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]:
        if len(outline) < 4:
            continue
        x, y, width, height = cv2.boundingRect(outline)
        area = width * height
        if max(width, height) >= _LEAST[0] and min(width, height) >= _LEAST[1] and _LEAST[2] <= area <= most:
            yield (x, y, width, height), np.asarray(outline, np.int32)


def _calmed(mask: Grey) -> Grey:
    """The mask without its specks where it is hardly more than specks: each would be an outline."""
    changes = cv2.countNonZero(cv2.absdiff(mask[:, 1:], mask[:, :-1])) if mask.shape[1] > 1 else 0
    return cv2.morphologyEx(mask, cv2.MORPH_OPEN, _STROKES) if changes > _GRAINY * mask.size else mask


def _distinct(outlines: Iterable[tuple[Place, Outline]]) -> dict[Place, Outline]:
    met: dict[tuple[int, ...], tuple[Place, Outline]] = {}
    for place, outline in outlines:
        met.setdefault(tuple(edge // _STEP for edge in place), (place, outline))
    return dict(met.values())


def _quads(outline: Outline) -> Iterator[Quad]:
    """The smallest rectangle around the outline, and its own four corners where it has four."""
    hull = cv2.convexHull(outline)
    around = cv2.minAreaRect(hull)
    short, long = sorted(around[1])
    if short < _LEAST[1] or not _ASPECT[0] <= long / short <= _ASPECT[1]:
        return
    if cv2.contourArea(hull) < _FILLS * long * short:
        return
    yield upright(cv2.boxPoints(around))
    corners = cv2.approxPolyDP(hull, _ARC * cv2.arcLength(hull, True), True)
    if len(corners) == 4:
        yield upright(corners)


def upright(corners: object) -> Quad:
    """Four corners in any order, as a Quad whose long sides are top and bottom."""
    points = np.asarray(corners, np.float32).reshape(4, 2)
    aside = points - points.mean(axis=0)
    clockwise = points[np.argsort(np.arctan2(aside[:, 1], aside[:, 0]))]
    top, right, bottom, left = np.linalg.norm(clockwise - np.roll(clockwise, -1, axis=0), axis=1)
    if top + bottom < right + left:
        clockwise = np.roll(clockwise, -1, axis=0)
    if clockwise[[0, 3], 0].sum() > clockwise[[1, 2], 0].sum():  # its left end is on the right
        clockwise = np.roll(clockwise, 2, axis=0)
    return clockwise


def sides(quad: Quad) -> tuple[float, float]:
    """Its width and its height: the means of opposite sides, in pixels."""
    top, right, bottom, left = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1)
    return float(top + bottom) / 2, float(left + right) / 2
