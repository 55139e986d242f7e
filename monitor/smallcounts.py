"""Small counts of people: what leaves the organisation says "fewer than 5", so that nobody is worked out."""

from __future__ import annotations

SMALL = 5
"""NHS bodies print no smaller count: somebody might be identified by it ([2021] UKUT 192)."""
TOO_FEW = f"fewer than {SMALL}"


def few(count: int) -> str:
    """A count as it may leave: none, too few to say, or the number."""
    if count == 0:
        return "none"
    return TOO_FEW if count < SMALL else f"{count}"
