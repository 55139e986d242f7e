"""What an edit of a watched wiki page does, as `rules/edits` reads it. Clauses: CDD-4.4.7-0 to -4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Annotated

from pydantic import Field

from monitor.types import Span
from rules.detectors import Hit, Options, detector
from rules.edits import Effect, EffectKind
from rules.edits.effects import effects_of
from rules.reading import Reading

UNDONE = "undone"
"""The level of what another edit has put right since."""
TRIMMED = "criticism-trimmed"
"""The level of a short loss of criticism that took neither its heading nor a source along."""
REVERTED = "criticism-reverted"
"""The level of a revert that takes sourced criticism off the page."""

SOURCES = "references-with-criticism"
"""The level of citations that went together with criticism: one loss, to be told once."""

_SURE = 0.8  # of removed criticism: `rules/edits/criticism.py` is less so of a short loss


class EditOptions(Options):
    """Which effects a rule is about, and which labels their spans must have; an empty list means all."""

    effects: list[Annotated[EffectKind, Field(strict=False)]] = Field(default_factory=list)
    labels: list[str] = Field(default_factory=list)


@detector(
    levels=(*EffectKind, UNDONE, TRIMMED, REVERTED, SOURCES),
    options=EditOptions,
    applies=lambda post, _: post.change is not None,
)
def edit(reading: Reading, options: EditOptions) -> Iterable[Hit]:
    """The effects asked for, worst first. They are worked out once for all rules."""
    effects = reading.once("effects", partial(effects_of, reading.post, reading.names))
    for effect in effects:
        if not options.effects or effect.kind in options.effects:
            yield from _hits(effect, options.labels, level_of(effect, effects))


def _hits(effect: Effect, labels: list[str], level: str) -> Iterator[Hit]:
    spans: list[Span | None] = [span for span in effect.spans if not labels or span.label in labels]
    if labels and not spans:
        return
    for span in spans or [None]:
        yield Hit(span, level, effect.confidence, effect.reason)


def level_of(effect: Effect, effects: Sequence[Effect]) -> str:
    """What a rule's `levels` call an effect of an edit that has these effects."""
    if effect.undone:
        return UNDONE
    if effect.kind is EffectKind.REVERT and effect.spans:
        return REVERTED
    if effect.kind is EffectKind.CRITICISM_REMOVED and effect.confidence < _SURE:
        return TRIMMED
    kinds = {each.kind for each in effects}
    if effect.kind is EffectKind.REFERENCES_LOST and EffectKind.CRITICISM_REMOVED in kinds:
        return SOURCES
    return effect.kind.value
