"""Digits that are nobody's: how many findings bare numbers raise. Reported, never asserted."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Post
from rules import pack
from rules.engine import RuleSet
from rules.examples import ORGANISATION
from tests.bench.figure import Figure

NUMBERS = 100_000
_SEED = 20261121
_MOMENT = datetime(2026, 11, 21, tzinfo=UTC)
_NEW_YEAR_2025, _YEAR = 1_735_689_600, 31_536_000
_SHAPES = (
    "07{}{}{}{}{}{}{}{}{}",
    "07{}{}{} {}{}{}{}{}{}",
    "07{}{}{} {}{}{} {}{}{}",
    "07{}{} {}{}{} {}{}{}{}",
    "(07{}{}{}) {}{}{}{}{}{}",
    "07{}{}{}-{}{}{}-{}{}{}",
    "+44 7{}{}{} {}{}{}{}{}{}",
    "0044 7{}{}{}{}{}{}{}{}{}",
)


def _ten_digits(rng: random.Random) -> str:
    return f"{rng.randrange(10**10):010d}"


def _timestamp(rng: random.Random) -> str:
    return str(_NEW_YEAR_2025 + rng.randrange(_YEAR))


def _post_id(rng: random.Random) -> str:
    return str(rng.randrange(10**18, 2 * 10**18))


def _telephone(rng: random.Random) -> str:
    return rng.choice(_SHAPES).format(*rng.choices("0123456789", k=9))


SETS: Mapping[str, Callable[[random.Random], str]] = {
    "bare ten-digit numbers": _ten_digits,
    "Unix timestamps of 2025": _timestamp,
    "post ids of 19 digits": _post_id,
    "telephone numbers": _telephone,
}
"""What a set holds -> one more of it."""


def run() -> list[Figure]:
    """Findings in 1,000 numbers of each set, and of the known weak spot."""
    rules = pack.load(ORGANISATION, PolicySettings(), RuleSettings())
    figures = [
        Figure(f"findings in 1,000 {name} ({NUMBERS:,})", _per_thousand(rules, name), "", "<= 1")
        for name in SETS
    ]
    name = f"same, mobiles without their first 0 in talk of a ward ({NUMBERS:,})"
    return [*figures, Figure(name, _per_thousand(rules, "telephone numbers", _on_a_ward), "")]


def raised(rules: RuleSet, name: str, count: int, said: Callable[[str], str] = str) -> int:
    """How many of `count` numbers of a set, the same each time, meet a rule at all."""
    rng = random.Random(_SEED)
    numbers: Iterator[str] = (SETS[name](rng) for _ in range(count))
    return sum(bool(rules.evaluate(_post(said(number)))) for number in numbers)


def _per_thousand(rules: RuleSet, name: str, said: Callable[[str], str] = str) -> float:
    return raised(rules, name, NUMBERS, said) * 1000 / NUMBERS


def _on_a_ward(telephone: str) -> str:
    digits = "".join(filter(str.isdigit, telephone))
    return f"{digits[-10:]} for bed 4 on the ward"


def _post(text: str) -> Post:
    return Post(source="noise", platform="noise", external_id="1", observed_at=_MOMENT, text=text)


if __name__ == "__main__":
    for figure in run():
        print(f"{figure.name:<80} {figure.value:>8.2f} {figure.target}")  # noqa: T201
