"""Mending: a second copy of a text in which hostile words that were misspelt to hide are whole again.

Digits for letters, letters set apart, a letter missing, two swapped, two words in one. Only words of the
list `mended` are mended, never the text as a whole: that would destroy numbers and other people's words.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from rules.text.words import words

_LEET = str.maketrans("03457@$!", "oeastasi")
_PIECE = re.compile(r"(?:(?<![a-z0-9'])[a-z](?:[ .*_-]{1,2}[a-z](?![a-z0-9'])){2,14})|[a-z0-9@$!]+")
_SEPARATOR = re.compile(r"[ .*_-]+")
_LONG_ENOUGH = 5  # letters of a word that may miss one
_JOINED = 4  # letters of a word that may be found joined to another: "peopledisgust"
_LONGEST = 16


@dataclass(frozen=True)
class Mended:
    """The mended text, and the way back."""

    text: str
    _starts: tuple[int, ...]
    _places: tuple[tuple[int, int], ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where the stretch `text[start:end]` stands in the text that was mended."""
        return self._back(start)[0], self._back(end - 1)[1]

    def _back(self, at: int) -> tuple[int, int]:
        number = bisect_right(self._starts, at) - 1
        first, last = self._places[number]
        if last < 0:  # an unchanged stretch
            place = first + at - self._starts[number]
            return place, place + 1
        return first, last


def mend(text: str) -> Mended | None:
    """The mended copy of a folded text; None where nothing in it needed mending."""
    pieces: list[str] = []
    starts: list[int] = []
    places: list[tuple[int, int]] = []
    at = length = 0
    for start, end, whole in _changes(text):
        for piece, place in ((text[at:start], (at, -1)), (whole, (start, end))):
            if piece:
                pieces.append(piece)
                starts.append(length)
                places.append(place)
                length += len(piece)
        at = end
    if not pieces:
        return None
    return Mended("".join([*pieces, text[at:]]), (*starts, length), (*places, (at, -1)))


def _changes(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _PIECE.finditer(text):
        whole = _whole(match[0])
        if whole is not None:
            yield match.start(), match.end(), whole


@lru_cache(maxsize=16384)  # people use the same words over and over
def _whole(piece: str) -> str | None:
    """What a piece should read; None where it is left alone."""
    if piece.isalpha():
        return _variants().get(piece) or _split(piece)
    for one in "il":
        plain = _SEPARATOR.sub("", piece).replace("1", one).translate(_LEET)
        if plain in _mended():
            return plain
        if plain[0] in "ai" and plain[1:] in _mended():
            return f"{plain[0]} {plain[1:]}"
        if plain[-1] in "ai" and plain[:-1] in _mended():
            return f"{plain[:-1]} {plain[-1]}"
        if plain in _variants():
            return _variants()[plain]
    return None


def _split(piece: str) -> str | None:
    """Two words run together, of which one is a listed word of some length."""
    for size in range(_JOINED, min(len(piece) - 1, _LONGEST)):
        head, tail = piece[:-size], piece[-size:]
        if tail in _mended() and head in _companions():
            return f"{head} {tail}"
        head, tail = piece[:size], piece[size:]
        if head in _mended() and tail in _companions():
            return f"{head} {tail}"
    return None


@cache
def _mended() -> frozenset[str]:
    return frozenset(words("hostility")["mended"])


@cache
def _companions() -> frozenset[str]:
    return _mended() | frozenset(words("hostility")["companions"])


@cache
def _variants() -> Mapping[str, str]:
    """misspelling -> word: one inner letter missing, or two neighbours but the first swapped."""
    variants: dict[str, str] = {}
    for word in words("hostility")["mended"]:
        inner = range(1, len(word) - 1) if len(word) >= _LONG_ENOUGH else ()
        variants |= {word[:at] + word[at + 1 :]: word for at in inner}
        swaps = range(1, len(word) - 1) if len(word) > 3 else ()
        variants |= {word[:at] + word[at + 1] + word[at] + word[at + 2 :]: word for at in swaps}
    untouchable = _mended() | frozenset(words("hostility")["genuine"])
    return {variant: word for variant, word in variants.items() if variant not in untouchable}
