"""Patterns: RE2 only, so that matching is linear in the text whatever a rule or a post contains."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import re2

from rules.text.fold import fold

# So many patterns are one automaton: with more its states multiply and are rebuilt again and again. More than
# three of them are slower than RE2's filter (words first, then each pattern that may occur), which is meant
# for rare words: 23,000 posts/s against 51,000 at 300 generated rules (tests/bench/engine.py). The shipped
# ones are of common words, and the filter tries a dozen of them on every post: 4,500 posts/s by staff against
# 5,500, and 11,000 by the public against 14,000 (tests/bench/policies.py).
_AT_ONCE = 96
_MANY = 3 * _AT_ONCE
_SET_MEMORY = 64 << 20


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False  # a refused pattern is our error to report, not a line on stderr
    return options


_OPTIONS = _options()

_LOOKAROUND = re.compile(r"\(\?<?[=!]")
_BACK_REFERENCE = re.compile(r"\\[1-9]|\(\?P=")


class PatternRefused(ValueError):
    """A pattern that cannot be used; the text is the reason in plain words."""


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Any:
    """The RE2 object of a pattern: case-insensitive, positions in characters."""
    return re2.compile(pattern, _OPTIONS)


def spans(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Every non-overlapping hit of the pattern in the text."""
    return (match.span() for match in compiled(pattern).finditer(text))


def place_around(at: int, places: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """The one of `places`, which stand in order and apart, that the position `at` lies in."""
    before = bisect_right(places, at, key=itemgetter(0))
    return places[before - 1] if before and at < places[before - 1][1] else None


def first(pattern: str, text: str) -> tuple[int, int] | None:
    """The first hit of the pattern in the text, or None."""
    match = compiled(pattern).search(text)
    return match.span() if match else None


def found(pattern: str, text: str) -> bool:
    """True where the pattern occurs in the text: half the price of finding out where."""
    return _finder(pattern)(text) is not None


@lru_cache(maxsize=4096)
def _finder(pattern: str) -> Callable[[str], Sequence[int] | None]:
    return _set((pattern,))


def check(pattern: str) -> None:
    """Raise PatternRefused where a pattern could not run, or would match what it should not."""
    if _LOOKAROUND.search(pattern):
        raise PatternRefused("look-around is not available in RE2: use `unless`")
    if _BACK_REFERENCE.search(pattern):
        raise PatternRefused("a back-reference is not available in RE2: write a detector")
    if fold(pattern).text != pattern.lower():
        foreign = next(char for char in pattern if fold(char).text != char.lower())
        raise PatternRefused(f"U+{ord(foreign):04X} never occurs in folded text: use its plain form")
    try:
        expression = compiled(pattern)
    except re2.error as error:
        raise PatternRefused(_reason(error)) from None
    if expression.search("") is not None:
        raise PatternRefused("the pattern matches the empty text, so it would match every post")


def _reason(error: Exception) -> str:
    detail = error.args[0] if error.args else error
    text = detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
    if "repetition size" in text:
        return f"a repeat above 1,000 is not available in RE2 ({text})"
    return f"not a pattern that RE2 takes ({text})"


class PatternSet:
    """Many patterns, one pass: which of them occur in a text."""

    def __init__(self, patterns: Iterable[str]) -> None:
        wanted = tuple(patterns)
        build, size = (_filter, len(wanted)) if len(wanted) > _MANY else (_known_set, _AT_ONCE)
        starts = range(0, len(wanted), size)
        self._scans = [(first, build(wanted[first : first + size])) for first in starts]

    def match(self, text: str) -> Sequence[int]:
        """The positions of the patterns that occur, in no particular order; empty if none does."""
        return [first + hit for first, scan in self._scans for hit in scan(text) or ()]


def _set(patterns: Sequence[str]) -> Callable[[str], Sequence[int] | None]:
    options = _options()
    options.max_mem = _SET_MEMORY
    scan = re2.Set.SearchSet(options)
    for pattern in patterns:
        scan.Add(pattern)
    scan.Compile()
    match: Callable[[str], Sequence[int] | None] = scan.Match
    return match


@lru_cache(maxsize=64)
def _known_set(patterns: tuple[str, ...]) -> Callable[[str], Sequence[int] | None]:
    return _set(patterns)


@lru_cache(maxsize=64)
def _filter(patterns: tuple[str, ...]) -> Callable[[str], Sequence[int] | None]:
    scan = re2.Filter()
    for pattern in patterns:
        scan.Add(pattern, _OPTIONS)
    scan.Compile()
    match: Callable[[str], Sequence[int] | None] = scan.Match
    return match
