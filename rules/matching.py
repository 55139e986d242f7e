"""The `match` and `unless` blocks of a rule over folded text: any, all, near, and windows in words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property

from rules.schema import AnyOf, Match, Near, Window
from rules.text.patterns import found as occurs
from rules.text.patterns import spans

Place = tuple[int, int]
_WORD = re.compile(r"\w+")


def necessary(match: Match) -> tuple[str, ...]:
    """Patterns of which at least one occurs wherever the block holds."""
    if match.any:
        return tuple(match.any)
    if match.all:
        first = match.all[0]
        return tuple(first.any) if isinstance(first, AnyOf) else (first,)
    return (match.near[0].a,)


def hits_of(match: Match, unless: Iterable[str | Window], text: str) -> list[Place]:
    """The places where the block holds; [] if it does not.

    A place beside a windowed exception does not count. The places are those of `any` and `all`; where
    there is only `near`, those of its `a`.
    """
    words = _Words(text)
    blocks: list[Sequence[str]] = [match.any] if match.any else []
    blocks += [block.any if isinstance(block, AnyOf) else [block] for block in match.all]
    found = [[place for pattern in block for place in spans(pattern, text)] for block in blocks]
    close = [words.near(near) for near in match.near]
    if not (all(found) and all(close)):
        return []
    windows = [item for item in unless if isinstance(item, Window) and occurs(item.pattern, text)]
    kept = [
        [place for place in places if not any(words.has(window, place) for window in windows)]
        for places in found or close
    ]
    return sorted({place for places in kept for place in places}) if all(kept) else []


class _Words:
    """Distances in words, by bisection: a post may repeat one hit a hundred thousand times."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._numbers_of: dict[str, Sequence[int]] = {}

    @cached_property
    def _starts(self) -> list[int]:
        return [match.start() for match in _WORD.finditer(self._text)]

    def near(self, near: Near) -> list[Place]:
        """The hits of `a` that have a hit of `b` close enough, in either order."""
        return [
            (start, end)
            for start, end in spans(near.a, self._text)
            if self._occurs(near.b, self._number(start) - near.words, self._number(start) + near.words)
        ]

    def has(self, window: Window, place: Place) -> bool:
        """True where the exception stands close to the place."""
        first, last = self._number(place[0]), self._number(max(place[1] - 1, place[0]))
        return self._occurs(window.pattern, first - window.words, last + window.words)

    def _occurs(self, pattern: str, low: int, high: int) -> bool:
        """True where the pattern begins at a word numbered `low` to `high`."""
        if pattern not in self._numbers_of:
            self._numbers_of[pattern] = [self._number(start) for start, _ in spans(pattern, self._text)]
        numbers = self._numbers_of[pattern]
        at = bisect_left(numbers, low)
        return at < len(numbers) and numbers[at] <= high

    def _number(self, at: int) -> int:
        return bisect_right(self._starts, at)
