"""Marks: logos of the organisation in a picture, and the mark that every body of the NHS has.

A boxed mark is found by its box, a mark without one by its features, which also find boxes whose outline is
lost. Tiers are of the refined score (decision 0033 has the measurements).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from monitor.types import Box, Mark, Tier
from rules.pictures import boxes, features, framing, templates
from rules.pictures.altered import altered
from rules.pictures.boxes import Grey, Quad
from rules.pictures.decode import Frame, Pixels
from rules.pictures.features import Features
from rules.pictures.references import Emblem, References
from rules.pictures.templates import Match, Template

CERTAIN, PROBABLE = 0.92, 0.8
"""Scores. The same letters on an ordinary button reach .91, other words in such a box .83."""

CUT = f"it has more than {boxes.MOST_BOXES} boxes; the largest were compared with the logos"
"""What is told of a picture that was not looked at whole."""

_FRAMED = 8.0  # dE at each edge; below it a mark may still be a mark, never surely:
_FAINT, _FAINTLY = 4.0, 0.9  # an edge that hardly shows,
_UNFRAMED = 0.95  # and none at all, as on a ground of the mark's own colour
_PROMISING, _MOST = 0.45, 12  # what is refined: matches from this score, and how many of them
_NEAR_MISS, _MARGIN = 0.5, 0.6  # the score of a box that is looked around, and how far, in its widths
_INLIERS = 6  # of a mark without a box: none of 795 pictures without it had as many
_SMALL = 400  # pixels: a smaller picture, such as an avatar, is doubled


class Found(NamedTuple):
    """The marks of a picture, surest first. `cut` is CUT where the picture had too many boxes, else ""."""

    marks: list[Mark]
    cut: str


class _Sight(NamedTuple):
    mark: Mark
    quad: Quad


def find(frame: Frame, references: References, *, closely: bool = False) -> list[Mark]:
    """The marks of `search`."""
    return search(frame, references, closely=closely).marks


def search(frame: Frame, references: References, *, closely: bool = False) -> Found:
    """The marks that a picture shows. Raises nothing, whatever it shows.

    `closely` looks for features too: marks without a box are found only so, at three times the cost.
    """
    pixels, scale = _enlarged(frame)
    grey = templates.grey(pixels)
    shapes = boxes.boxes(pixels) if references.boxed else boxes.Boxes([], False)
    sights = [sight for logo in references.boxed for sight in _boxed(pixels, grey, shapes.quads, logo)]
    if closely and (references.emblems or references.boxed):
        sights += _by_features(pixels, grey, references, sights)
    marks = [_placed(sight, frame, scale) for sight in _distinct(sights)]
    return Found(marks, CUT if shapes.cut else "")


def _enlarged(frame: Frame) -> tuple[Pixels, float]:
    if not 0 < max(frame.pixels.shape[:2]) < _SMALL:
        return frame.pixels, frame.scale
    twice = cv2.resize(frame.pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return np.asarray(twice, np.uint8), frame.scale / 2


def _boxed(pixels: Pixels, grey: Grey, quads: Sequence[Quad], logo: Emblem) -> list[_Sight]:
    """The boxes that show the mark; where none does, what the nearest miss turns out to be."""
    reference = logo.template
    matches = (templates.match(grey, quad, reference) for quad in quads)
    promising = sorted((match for match in matches if match.score >= _PROMISING), key=_score, reverse=True)
    better = [templates.refined(grey, match, reference) for match in promising[:_MOST]]
    sights = [
        _sight(match, tier, reference, altered(pixels, match, reference))
        for match in better
        if (tier := _tier(match.score, framing.contrast(pixels, match.quad)))
    ]
    nearest = max(better, key=_score, default=None)
    if sights or nearest is None or nearest.score < _NEAR_MISS:
        return sights
    return list(_around(pixels, grey, nearest.quad, logo))


def _around(pixels: Pixels, grey: Grey, quad: Quad, logo: Emblem) -> Iterator[_Sight]:
    """The mark by its features near a box that was not cut right: a tenth of what the whole picture costs."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    margin = _MARGIN * float((high - low).max())
    left, top = (int(max(v - margin, 0)) for v in low)
    right, bottom = (int(v + margin) for v in high)
    picture = features.of_picture(np.ascontiguousarray(pixels[top:bottom, left:right]))
    yield from _hidden_box(pixels, grey, picture, logo, (left, top))


def _score(match: Match) -> float:
    return match.score


def _tier(score: float, contrast: float) -> Tier | None:
    if contrast > _FRAMED:
        return Tier.CERTAIN if score >= CERTAIN else Tier.PROBABLE if score >= PROBABLE else None
    return Tier.PROBABLE if score >= (_FAINTLY if contrast > _FAINT else _UNFRAMED) else None


def _by_features(
    pixels: Pixels, grey: Grey, references: References, sights: Sequence[_Sight]
) -> Iterator[_Sight]:
    """Marks without a box, and boxed ones of which none was found."""
    met = {sight.mark.reference for sight in sights}
    missed = [logo for logo in references.boxed if logo.template.name not in met]
    if not missed and not references.emblems:
        return
    picture = features.of_picture(pixels)
    for logo in missed:
        yield from _hidden_box(pixels, grey, picture, logo)
    for logo in references.emblems:
        yield from _emblem(grey, picture, logo)


def _hidden_box(
    pixels: Pixels, grey: Grey, picture: Features, logo: Emblem, corner: tuple[int, int] = (0, 0)
) -> Iterator[_Sight]:
    """A boxed mark by the features of a picture, or of a part of it that has this `corner`."""
    if place := features.placed(logo.features, picture):
        quad = np.asarray(place.quad + np.array(corner, np.float32), np.float32)
        better = templates.refined(grey, templates.match(grey, quad, logo.template), logo.template)
        if tier := _tier(better.score, framing.contrast(pixels, better.quad)):
            yield _sight(better, tier, logo.template, None)


def _emblem(grey: Grey, picture: Features, logo: Emblem) -> Iterator[_Sight]:
    place = features.placed(logo.features, picture)
    if place and place.inliers >= _INLIERS:
        match = templates.match(grey, place.quad, logo.template)
        yield _sight(Match(match.score, place.quad), Tier.PROBABLE, logo.template, None)


def _sight(match: Match, tier: Tier, reference: Template, unlike: tuple[str, ...] | None) -> _Sight:
    mark = Mark(
        reference=reference.name,
        tier=tier,
        score=round(match.score, 3),
        box=Box(0, 0, 0, 0),
        shared=reference.shared,
        ours=None if reference.shared else True,
        altered=unlike,
    )
    return _Sight(mark, match.quad)


def _distinct(sights: Iterable[_Sight]) -> list[_Sight]:
    """The surest of those that lie over each other, whichever reference they are of."""
    kept: list[_Sight] = []
    for sight in sorted(
        sights, key=lambda each: (each.mark.tier is Tier.CERTAIN, each.mark.score), reverse=True
    ):
        if not any(_over(sight.quad, other.quad) for other in kept):
            kept.append(sight)
    return kept


def _over(one: Quad, other: Quad) -> bool:
    return any(
        cv2.pointPolygonTest(around, tuple(map(float, within.mean(axis=0))), False) >= 0
        for around, within in ((one, other), (other, one))
    )


def _placed(sight: _Sight, frame: Frame, scale: float) -> Mark:
    """The mark with its place in the picture at full size."""
    low, high = sight.quad.min(axis=0) * scale, sight.quad.max(axis=0) * scale
    left, top = (
        int(np.clip(round(float(v)), 0, most - 1))
        for v, most in zip(low, (frame.width, frame.height), strict=True)
    )
    right, bottom = (
        int(np.clip(round(float(v)), least + 1, most))
        for v, least, most in zip(high, (left, top), (frame.width, frame.height), strict=True)
    )
    return replace(sight.mark, box=Box(left, top, right - left, bottom - top))
