"""Framing: does a box end where it seems to? Text on a longer button has no left or right edge."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rules.pictures.boxes import Quad
from rules.pictures.decode import Pixels

_WIDTH, _HEIGHT, _MARGIN = 100, 40, 14


def contrast(pixels: Pixels, quad: Quad) -> float:
    """How much the least distinct of the four edges shows: the distance of colours in Lab (dE).

    Strips just outside and just inside of each edge are compared by their medians, so that text which touches
    the box does not matter.
    """
    lab = _surroundings(pixels, quad)
    m, right, bottom = _MARGIN, _MARGIN + _WIDTH, _MARGIN + _HEIGHT
    along, across = slice(m + 5, right - 5), slice(m + 4, bottom - 4)
    edges = (
        (lab[m - 9 : m - 4, along], lab[m + 1 : m + 4, along]),
        (lab[bottom + 4 : bottom + 9, along], lab[bottom - 4 : bottom - 1, along]),
        (lab[across, m - 9 : m - 4], lab[across, m + 1 : m + 4]),
        (lab[across, right + 4 : right + 9], lab[across, right - 4 : right - 1]),
    )
    return min(float(np.linalg.norm(_median(outside) - _median(inside))) for outside, inside in edges)


def _surroundings(pixels: Pixels, quad: Quad) -> NDArray[np.float32]:
    m, right, bottom = _MARGIN, _MARGIN + _WIDTH, _MARGIN + _HEIGHT
    target = np.array([[m, m], [right, m], [right, bottom], [m, bottom]], np.float32)
    flat = cv2.warpPerspective(
        pixels,
        cv2.getPerspectiveTransform(quad, target),
        (right + m, bottom + m),
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(cv2.cvtColor(flat.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _median(strip: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.median(strip.reshape(-1, 3), axis=0), np.float32)
