"""An edit as a person reads it: passages, of which each piece stayed, went or came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitor.types import Change

Was = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and what became of it."""

    text: str
    was: Was


@dataclass(frozen=True, slots=True)
class Passage:
    """One changed place under its heading; None stands for what comes before the first."""

    section: str | None
    pieces: tuple[Piece, ...]


def passages(change: Change, budget: int | None = None) -> tuple[Passage, ...]:
    """The changed places of an edit in page order."""
    found = []
    for hunk in change.hunks:
        parts: tuple[tuple[str, Was], ...] = (
            (hunk.before, "same"), (hunk.old, "removed"), (hunk.new, "added"), (hunk.after, "same")
        )  # fmt: skip
        found.append(Passage(hunk.section, tuple(Piece(text, was) for text, was in parts if text)))
    return tuple(found)
