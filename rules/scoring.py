"""Scoring: precision, recall, F1 and how far each can be trusted, from what was expected and found.

A share over nothing is None, never perfect: whoever found nothing among nothing has shown nothing.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import sqrt

_Z = 1.959963984540054  # 95 % of a normal distribution lies within this many deviations
_ROUNDS = 1000
_SEED = 20261121

Outcome = tuple[frozenset[str], frozenset[str]]
"""The labels that were expected of one case, and those that were found."""
Outcomes = Mapping[Outcome, float]
"""How often each outcome occurred."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with its 95 % interval after Wilson (1927)."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Lower and upper end, None of nothing."""
        return wilson(self.hits, self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Score:
    """How one label fared: cases that bear it, cases where it was found, cases where both hold."""

    expected: int
    found: int
    both: int

    @property
    def precision(self) -> Share:
        """Of what was found, the share that was right."""
        return Share(self.both, self.found)

    @property
    def recall(self) -> Share:
        """Of what was there, the share that was found."""
        return Share(self.both, self.expected)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall, None where there was nothing of either."""
        return _f1(self.expected, self.found, self.both)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share of `of` > 0 cases (E. B. Wilson, JASA 22 (1927), 209-212)."""
    p, z2 = hits / of, _Z * _Z
    middle = p + z2 / (2 * of)
    reach = _Z * sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    return max((middle - reach) / (1 + z2 / of), 0.0), min((middle + reach) / (1 + z2 / of), 1.0)


def scores(outcomes: Mapping[Outcome, int]) -> dict[str, Score]:
    """The score of every label that was expected or found, by label."""
    return {label: Score(*map(round, counted)) for label, counted in sorted(_counted(outcomes).items())}


def macro_f1(outcomes: Outcomes, *, leaving_out: Collection[str] = ()) -> Estimate | None:
    """The mean of the labels' F1, each label alike; None without labels. The same input, the same interval.

    The interval is that of a Bayesian bootstrap (D. B. Rubin, Annals of Statistics 9 (1981), 130-134): it
    weighs the cases anew a thousand times, and costs the same for a thousand cases as for a million.
    """

    def mean(of: Outcomes) -> float | None:
        each = [
            value
            for label, counted in _counted(of).items()
            if label not in leaving_out and (value := _f1(*counted)) is not None
        ]
        return sum(each) / len(each) if each else None

    value = mean(outcomes)
    return None if value is None else Estimate(value, *_bootstrap(outcomes, mean))


def false_alarms(outcomes: Mapping[Outcome, int], label: str) -> Share:
    """Of the cases that do not bear `label`, the share where it was found."""
    without = {outcome: number for outcome, number in outcomes.items() if label not in outcome[0]}
    return Share(sum(n for (_, found), n in without.items() if label in found), sum(without.values()))


def _counted(outcomes: Outcomes) -> dict[str, list[float]]:
    """label -> [expected, found, both]."""
    counted: dict[str, list[float]] = defaultdict(lambda: [0, 0, 0])
    for (expected, found), number in outcomes.items():
        for place, labels in enumerate((expected, found, expected & found)):
            for label in labels:
                counted[label][place] += number
    return counted


def _f1(expected: float, found: float, both: float) -> float | None:
    return 2 * both / (expected + found) if expected + found else None


def _bootstrap(outcomes: Outcomes, statistic: Callable[[Outcomes], float | None]) -> tuple[float, float]:
    """The middle 95 % of the statistic over reweighted outcomes."""
    draw = random.Random(_SEED)  # noqa: S311  (a repeatable figure, no secret)
    ordered = sorted(outcomes, key=lambda outcome: tuple(map(sorted, outcome)))
    drawn = sorted(
        value
        for _ in range(_ROUNDS)
        if (value := statistic({o: draw.gammavariate(outcomes[o], 1) for o in ordered if outcomes[o]}))
        is not None
    )
    return drawn[int(0.025 * len(drawn))], drawn[int(0.975 * len(drawn))]
