"""Misspellings: one slip of the pen in one word of a long name that is the organisation's alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA

from rules.references.spelling import GAP, words
from rules.text.patterns import compiled

_LONG_WORD = 6
_LONG_NAME = 18  # characters; below that the slip may be another's name, as Barnes is of Barnet Hospital


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A long name with one word left open.

    `pattern` matches where all the other words stand; only there are letters compared.
    """

    text: str
    pattern: str
    expected: Sequence[str]

    def find(self, text: str) -> tuple[int, int] | None:
        """The first place in folded text where the open word is one slip from the right one."""
        for match in compiled(self.pattern).finditer(text):
            number = next(n for n, word in enumerate(match.groups()) if word is not None)
            if _one_slip(match[number + 1], self.expected[number]):
                start, end = match.span()
                return start, end
        return None


def misspelling(text: str, *, tail: str = "", welsh: bool = False) -> Misspelling | None:
    """What to look for, None where the name is too short for one letter to be a slip.

    `tail` is a pattern that must follow the name.
    """
    pieces = words(text, welsh=welsh)
    open_ones = [number for number, (word, _) in enumerate(pieces) if len(word) >= _LONG_WORD]
    if (len(text) < _LONG_NAME and not tail) or len(pieces) < 2 or not open_ones:
        return None
    forms = [GAP.join(_opened(pieces, number)) for number in open_ones]
    pattern = rf"\b(?:{'|'.join(forms)}){tail}\b"
    return Misspelling(text, pattern, [pieces[number][0] for number in open_ones])


def _opened(pieces: Sequence[tuple[str, str]], number: int) -> list[str]:
    patterns = [pattern for _, pattern in pieces]
    word = pieces[number][0]
    patterns[number] = rf"({word[0]}[a-z]{{{len(word) - 2},{len(word)}}})"
    return patterns


def _one_slip(word: str, expected: str) -> bool:
    return OSA.distance(word, expected, score_cutoff=1) <= 1
