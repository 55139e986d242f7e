"""Evidence: what speaks for or against an account being posed as ours, in points and in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One signal. `points` are whole, and count against the resemblance in a mitigation.

    `nearest` is the entry that it comes from; `claims` says that it claims to be the organisation, not just
    to bear its name; `told` is a plain sentence without the account's own words.
    """

    points: int
    told: str
    nearest: str = ""
    claims: bool = False

    @property
    def sentence(self) -> str:
        """The sentence with its points."""
        return f"{self.told} ({self.points} points)"


def best(found: Iterable[Evidence]) -> Evidence | None:
    """The signal of a group that weighs most, claims before others; None where none weighs anything.

    Near-duplicates in a group do not add up.
    """
    weighing = [each for each in found if each.points > 0]
    return max(weighing, key=lambda each: (each.points, each.claims), default=None)
