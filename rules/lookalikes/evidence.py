"""Evidence: what speaks for or against an account being posed as ours, in points and in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Evidence:
    """One signal. `points` are whole, and count against the resemblance in a mitigation.

    `nearest` is the entry that it comes from; `claims` says that it claims to be the organisation, not just
    to bear its name; `names` that it is ours for certain that is named, not a place or a part of it.
    `told` is a plain sentence without the account's own words.
    """

    points: int
    told: str
    nearest: str = ""
    claims: bool = False
    names: bool = False

    @property
    def sentence(self) -> str:
        """The sentence with its points."""
        return f"{self.told} ({self.points} points)"


def best(found: Iterable[Evidence]) -> Evidence | None:
    """The signal of a group that weighs most, None where none weighs anything: near-duplicates do not add up.

    It claims, or names us, where any of its group does.
    """
    weighing = [each for each in found if each.points > 0]
    top = max(weighing, key=lambda each: (each.points, each.claims), default=None)
    if top is None:
        return None
    return replace(top, claims=any(e.claims for e in weighing), names=any(e.names for e in weighing))
