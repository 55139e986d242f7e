"""Explanations: the sum behind the answer that a post speaks of the organisation, or does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.types import Reference, Span

THRESHOLD = 0.55
"""The score from which a post counts as a mention."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of a sum."""

    weight: float
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name met, what it counts for itself and what the rest of the post adds or takes."""

    alias: str
    own: Reason
    around: tuple[Reason, ...] = ()
    span: Span | None = None

    @property
    def score(self) -> float:
        """The sum, held between 0 and 1."""
        return round(min(max(sum(r.weight for r in (self.own, *self.around)), 0.0), 1.0), 2)

    @property
    def why(self) -> str:
        """The sum in words, for the store and for people."""
        if not self.around:
            return self.own.text
        own = f"{self.alias} {self.own.weight:+.2f}"
        return ", ".join([own, *(f"{reason.text} {reason.weight:+.2f}" for reason in self.around)])


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every name met in a post, best first, also those that count too little."""

    candidates: tuple[Candidate, ...] = ()

    @property
    def refers(self) -> bool:
        """True where the best candidate reaches THRESHOLD."""
        return bool(self.candidates) and self.candidates[0].score >= THRESHOLD

    @property
    def references(self) -> Sequence[Reference]:
        """What is stored of a post that refers; empty where it does not."""
        if not self.refers:
            return ()
        return tuple(
            Reference(alias=one.alias, score=one.score, why=one.why, span=one.span) for one in self.candidates
        )
