"""Features: marks without a box, and boxed ones whose outline is lost, by local features and a homography."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from rules.pictures.boxes import Grey, Quad
from rules.pictures.decode import Pixels

LEAST = 4
"""Inliers, below which there is no homography to speak of."""

_WIDTH = 300  # of a reference: more detail than a picture shows finds no more
_ENLARGED = 900  # pictures with a shorter side are enlarged, at most twice
_RATIO = 0.8  # Lowe's: the best match is so much nearer than the second
_PIXELS, _ROUNDS = 4.0, 3000  # MAGSAC's
_SKEW = 2.2  # opposite edges of a mark that somebody can read differ by less


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """SIFT features of a picture of this size: where they are, and RootSIFT descriptors."""

    points: NDArray[np.float32]
    descriptors: NDArray[np.float32]
    width: int
    height: int


class Placed(NamedTuple):
    """Where a reference is, and how many features say so."""

    quad: Quad
    inliers: int


def of_reference(pixels: Pixels) -> Features:
    """The features of a reference."""
    height = max(1, round(pixels.shape[0] * _WIDTH / pixels.shape[1]))
    shrinks = pixels.shape[1] > _WIDTH
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return _features(
        np.asarray(cv2.resize(_grey(pixels), (_WIDTH, height), interpolation=method), np.uint8), 1.0
    )


def of_picture(pixels: Pixels) -> Features:
    """The features of a picture, at its own pixels."""
    grey = _grey(pixels)
    scale = min(2.0, max(1.0, _ENLARGED / max(grey.shape)))
    if scale > 1:
        grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)
    return _features(grey, scale)


def placed(reference: Features, picture: Features) -> Placed | None:
    """Where the picture shows the reference, or None. Says nothing yet about what stands there."""
    pairs = _pairs(reference, picture)
    if len(pairs) < LEAST:
        return None
    there, here = reference.points[pairs[:, 0]], picture.points[pairs[:, 1]]
    homography, inliers = cv2.findHomography(there, here, cv2.USAC_MAGSAC, _PIXELS, maxIters=_ROUNDS)
    if homography is None or inliers is None or inliers.sum() < LEAST:
        return None
    w, h = reference.width, reference.height
    corners = np.array([[[0, 0], [w, 0], [w, h], [0, h]]], np.float32)
    quad = cv2.perspectiveTransform(corners, homography)[0].astype(np.float32)
    return Placed(quad, int(inliers.sum())) if _readable(quad) else None


def _grey(pixels: Pixels) -> Grey:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _features(grey: Grey, scale: float) -> Features:
    sift = cv2.SIFT.create(nfeatures=3000, contrastThreshold=0.02, edgeThreshold=20)
    keypoints, found = sift.detectAndCompute(grey, None)
    raw = np.zeros((0, 128), np.float32) if found is None else np.asarray(found, np.float32)
    points = np.array([point.pt for point in keypoints], np.float32).reshape(-1, 2) / scale
    root = np.sqrt(raw / np.maximum(raw.sum(axis=1, keepdims=True), 1e-6))
    return Features(points, root, round(grey.shape[1] / scale), round(grey.shape[0] / scale))


def _pairs(reference: Features, picture: Features) -> NDArray[np.intp]:
    """Pairs of reference and picture whose best match is clear: n x 2 places in `points`."""
    if len(reference.points) < LEAST or len(picture.points) < 2:
        return np.zeros((0, 2), np.intp)
    alike = reference.descriptors @ picture.descriptors.T  # of unit length: distance is sqrt(2 - 2 x this)
    two = np.argpartition(-alike, 1, axis=1)[:, :2]
    near = np.sort(np.take_along_axis(alike, two, axis=1), axis=1)
    first = np.take_along_axis(
        two, np.argmax(np.take_along_axis(alike, two, axis=1), axis=1)[:, None], axis=1
    )
    clear = np.sqrt(np.maximum(2 - 2 * near[:, 1], 0)) < _RATIO * np.sqrt(np.maximum(2 - 2 * near[:, 0], 0))
    return np.stack([np.flatnonzero(clear), first[clear, 0]], axis=1)


def _readable(quad: Quad) -> bool:
    if not np.isfinite(quad).all() or not cv2.isContourConvex(quad) or cv2.contourArea(quad) < 100:
        return False
    top, right, bottom, left = np.maximum(np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1), 1e-3)
    return bool(max(top / bottom, bottom / top, left / right, right / left) < _SKEW)
