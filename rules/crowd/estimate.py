"""Crowd: about how many people fit a description, as an estimate that shows its arithmetic.

k = the people of an anchor x the fraction of them that each feature leaves. That features are independent
is an assumption; a person always judges what comes of it. NHS bodies suppress counts below five, hence the
lower band.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Literal

from monitor.config import People
from rules.crowd.weights import ANCHORS, Anchor, Feature, features, weights

Band = Literal["breach", "weak", "none"]

_DAYS = 7  # "today" is rarely the day of the post, so that a week's patients may be meant


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how many people fit: `people` of the anchor, and the features that were counted."""

    people: int
    anchor: Anchor
    features: Mapping[str, Feature]
    several: bool = False

    @classmethod
    def of(cls, found: Iterable[str], people: People, *, several: bool = False) -> Estimate:
        """The estimate for the features of these names, told of one person or of `several` at once."""
        known = features()
        here = {name for name in found if known[name].of_several or not several}
        counted = {
            name: known[name] for name in known if name in here and here.isdisjoint(known[name].not_with)
        }
        named = {feature.anchor for feature in counted.values()}
        anchor: Anchor = next((each for each in ANCHORS if each in named), "catchment")
        return cls(_people(people)[anchor], anchor, counted, several)

    @property
    def k(self) -> float:
        """The number of people, a fraction where it is less than one."""
        return self.people / prod(feature.one_in for feature in self.features.values())

    @property
    def band(self) -> Band:
        """How telling the description is. Without a feature it is none, of several people at most weak."""
        bands = weights().bands
        if not self.features or self.k >= bands.weak:
            return "none"
        return "breach" if self.k < bands.breach and not self.several else "weak"

    @property
    def arithmetic(self) -> str:
        """The sum in words, for instance "About 25 people fit: 1,000 in-patients x ward (1 in 40)"."""
        factors = [f"{self.people:,} {weights().anchors[self.anchor]}"]
        factors += [f"{feature.shown} (1 in {feature.one_in:,})" for feature in self.features.values()]
        return f"About {_plain(self.k)} people fit: {' x '.join(factors)}"


def _people(people: People) -> Mapping[Anchor, int]:
    week = people.attendances * _DAYS
    return {"inpatients": people.inpatients, "attendances": week, "catchment": people.catchment}


def _plain(number: float) -> str:
    """Two digits that count, without an exponent: 12,000, 25, 0.89, 0.000021."""
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.15f}".rstrip("0").rstrip(".")
