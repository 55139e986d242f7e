"""Counts as people write them: "3 sources", "one source"."""

from __future__ import annotations

_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def number(count: int, one: str, many: str | None = None) -> str:
    """The count in figures with its noun."""
    return f"{count} {plural(count, one, many)}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """The noun for that count."""
    return one if count == 1 else many or one + "s"


def spell(count: int) -> str:
    """The count in words below ten, else in figures."""
    return _WORDS[count] if count < len(_WORDS) else str(count)
