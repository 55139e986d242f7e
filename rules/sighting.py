"""A sighting: an identifier seen in a folded text, before a rule reports it or a mask hides it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rules.detectors import Hit
from rules.reading import Reading
from rules.text.fold import Folded


@dataclass(frozen=True, slots=True)
class Sighting:
    """`text[start:end]` of a folded text; `label` says in plain words what it is.

    `level` is None for what is hidden although no rule speaks of it.
    """

    start: int
    end: int
    level: str | None
    label: str


Judgement = tuple[float, str]
"""Confidence, and the reason as a plain sentence."""


def hits(
    reading: Reading, see: Callable[[Folded], Iterable[Sighting]], judgements: Mapping[str, Judgement]
) -> Iterable[Hit]:
    """The sightings of a post, wherever they stand, as a rule takes them."""
    for part in reading.folded("title", "text", "added", "bio", *reading.shown):
        for sighting in see(part.folded):
            if sighting.level is not None:
                span = part.span(sighting.start, sighting.end, sighting.label)
                yield Hit(span, sighting.level, *judgements[sighting.level])
