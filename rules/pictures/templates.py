"""Templates: how much what stands in a box looks like a mark, in any colour and either way up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from rules.pictures.boxes import Grey, Quad, sides
from rules.pictures.decode import Pixels

WIDTH, HEIGHT = 100, 40
"""A box is made this large before it is compared: 5:2, the shape of the mark that most references are."""

HOPELESS = 0.35
"""Correlation below which nothing is looked at more closely."""

_COARSE = (40, 16)
_BLUR = 1.2  # pixels: letters that stand a little aside still cover each other
_SOFT = 2.5  # pixels: the blur at which letters begin to run into each other
_STEPS = ((0.05, 0.7), (0.025, 0.5))  # an edge is moved by this share of the height, in pixels at least

Normal = NDArray[np.float32]
"""Grey values with mean 0 and length 1: the product of two is their correlation."""


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """A reference as it is compared; `name` and `shared` as in `Mark`, `aspect` its width by its height.

    `pixels` are the reference, made 100 x 40; `coarse` and `fine` its grey values, upright and turned, and
    `soft` those of the reference as a blurred picture shows it.
    """

    name: str
    shared: bool
    aspect: float
    pixels: Pixels
    coarse: Normal
    fine: Normal
    soft: Normal


class Match(NamedTuple):
    """How well a box matches: 0 to 1, and its corners from the mark's own top left."""

    score: float
    quad: Quad


def template(name: str, pixels: Pixels, *, shared: bool = False) -> Template:
    """The template of a reference that is cut to its edges."""
    values = grey(pixels)
    return Template(
        name=name,
        shared=shared,
        aspect=pixels.shape[1] / pixels.shape[0],
        pixels=np.asarray(_small(pixels, (WIDTH, HEIGHT)), np.uint8),
        coarse=_both(_normal(_small(values, _COARSE))),
        fine=_both(_fine(_small(values, (WIDTH, HEIGHT)))),
        soft=_normal(cv2.GaussianBlur(_small(values, (WIDTH, HEIGHT)), (0, 0), _SOFT)),
    )


def grey(pixels: Pixels) -> Grey:
    """The picture in grey."""
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def match(grey: Grey, quad: Quad, reference: Template) -> Match:
    """How well the picture matches the reference within `quad`. A negative is as good as a positive."""
    coarse = np.dot(reference.coarse, _normal(rectified(grey, quad, *_COARSE)))
    if np.abs(coarse).max() < HOPELESS:
        return Match(0.0, quad)
    both = np.abs(np.dot(reference.fine, _fine(rectified(grey, quad, WIDTH, HEIGHT))))
    return Match(float(both.max()), np.roll(quad, 2, axis=0) if both[1] > both[0] else quad)


def refined(grey: Grey, found: Match, reference: Template) -> Match:
    """The same with each edge moved in or out while that matches better: outlines are a pixel or two off."""
    for share, least in _STEPS:
        step = max(least, share * sides(found.quad)[1])
        for side in range(4):
            tries = (match(grey, moved(found.quad, side, by), reference) for by in (step, -step))
            found = max(found, *tries, key=lambda each: each.score)
    return found


def blurred(grey: Grey, found: Match, reference: Template) -> bool:
    """Whether what was found looks more like a blurred picture of the reference than like the reference."""
    seen = _fine(rectified(grey, found.quad, WIDTH, HEIGHT))
    return bool(abs(np.dot(reference.soft, seen)) >= found.score)


def moved(quad: Quad, side: int, by: float) -> Quad:
    """The quad with one side (0 top, 1 right, 2 bottom, 3 left) moved outwards by so many pixels."""
    there = quad.copy()
    for corner, inner in ((side, side - 1), ((side + 1) % 4, (side + 2) % 4)):
        along = quad[corner] - quad[inner]
        there[corner] += by * along / max(float(np.linalg.norm(along)), 1e-6)
    return there


def rectified(image: MatLike, quad: Quad, width: int, height: int) -> MatLike:
    """What `quad` shows, as an upright rectangle."""
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(quad, target)
    return cv2.warpPerspective(image, warp, (width, height), borderMode=cv2.BORDER_REPLICATE)


def _small(image: MatLike, size: tuple[int, int]) -> MatLike:
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _both(normal: Normal) -> Normal:
    return np.stack([normal, normal[::-1]])


def _fine(grey: Grey) -> Normal:
    return _normal(cv2.GaussianBlur(grey, (0, 0), _BLUR))


def _normal(grey: Grey) -> Normal:
    flat = grey.ravel().astype(np.float32)
    flat -= flat.mean()
    length = np.linalg.norm(flat)
    return flat / length if length > 1 else np.zeros_like(flat)
