"""Patterns: RE2 only, so that matching is linear in the text whatever a rule or a post contains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import re2

_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.log_errors = False  # a refused pattern is our error to report, not a line on stderr

# At 300 rules the default of 8 MiB makes RE2 rebuild its automaton again and again (tests/bench/engine.py).
_SET_MEMORY = 256 << 20

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


def first(pattern: str, text: str) -> tuple[int, int] | None:
    """The first hit of the pattern in the text, or None."""
    match = compiled(pattern).search(text)
    return match.span() if match else None


def found(pattern: str, text: str) -> bool:
    """True where the pattern occurs in the text."""
    return compiled(pattern).search(text) is not None


def check(pattern: str) -> None:
    """Raise PatternRefused where a pattern could not run, or would match what it should not."""
    if _LOOKAROUND.search(pattern):
        raise PatternRefused("look-around is not available in RE2: use `unless`")
    if _BACK_REFERENCE.search(pattern):
        raise PatternRefused("a back-reference is not available in RE2: write a detector")
    for char in pattern:
        if not char.isascii() and not char.isalpha():
            raise PatternRefused(f"U+{ord(char):04X} never occurs in folded text: use its plain form")
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
        self._set: Any = None
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        options.max_mem = _SET_MEMORY
        scan = re2.Set.SearchSet(options)
        for pattern in patterns:
            scan.Add(pattern)
            self._set = scan
        if self._set is not None:
            scan.Compile()

    def match(self, text: str) -> Sequence[int]:
        """The positions of the patterns that occur, in no particular order; empty if none does."""
        if self._set is None:
            return ()
        hits: Sequence[int] | None = self._set.Match(text)
        return hits or ()
