"""Shorthand: a text in which each word of a class is one capital, so that turns of phrase can be patterns.

Folded text has no capitals, so a capital is always a class. `hate all these women` becomes `H all P G`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.text.patterns import PatternSet, spans
from rules.text.words import words

_PIECE = re.compile(r"[a-z0-9](?:[a-z0-9']*[a-z0-9])?|'[a-z]+|[.!?\n]+|[,;:()\"']|--")
_SENTENCE_END = frozenset(".!?\n")
_WORDS = 100  # in a sentence: one without an end is cut, so that it costs no more than others

_ANY = r"[a-z0-9]+(?:'[a-z]+)*|'ll|'d|'ve|[YVWPFQATR]"  # a plain word, or one of a class that says little
_NOTHING_HAPPENS = r"(?: (?:[^BUMXZK]|$)|$)"
_NOTHING_WISHED = (
    r"(?:$| ,| 's\b"
    r"| (?:in|here|near|on|under|over|ever|again|anywhere|anyway|around)\b"
    r"| (?:or|and|with|like|coming|running|teaching|if|P)\b)"
)
_FORM = re.compile(r"([~@#%])(\d)|[&!;=]")


def turn(written: str) -> str:
    """The pattern of a turn of phrase as remarks.yaml writes it. Linear: every repeat is bounded."""
    return "(?-i)" + _FORM.sub(_written_out, written)


def _written_out(form: re.Match[str]) -> str:
    match form[0]:
        case "!":
            return _NOTHING_HAPPENS
        case ";":
            return _NOTHING_WISHED
        case "=":
            return r"(?:[^XZUOK]* )?"
        case "&":
            return rf"(?:{_one_of('after a group')} (?:(?:{_ANY}) ){{0,4}})?"
    small = {"@": "pointing", "#": "pointing at many", "%": "degree"}.get(form[1])
    return rf"(?:{_one_of(small) if small else f'(?:{_ANY})'} ){{0,{form[2]}}}"


def _one_of(small: str) -> str:
    return f"(?:{'|'.join(words('small')[small])})"


@dataclass(frozen=True)
class Sentence:
    """One sentence in shorthand: where its words begin in `short`, and where they stand in the text."""

    short: str
    starts: Sequence[int]
    places: Sequence[tuple[int, int]]

    def joined(self, after: Sentence) -> Sentence:
        """This sentence and the next as one, with a stop that belongs to no word between them."""
        gap = len(self.short) + len(" . ")
        starts = [*self.starts, *(gap + start for start in after.starts)]
        return Sentence(f"{self.short} . {after.short}", starts, [*self.places, *after.places])

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text the stretch `short[start:end]` comes from."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = max(bisect_right(self.starts, max(end - 1, start)) - 1, first)
        return self.places[first][0], self.places[last][1]

    def rewritten(self, text: str, marks: str, word: str) -> str:
        """The sentence's words as they stand in the text, with `word` for each of a class in `marks`."""
        ends = (*self.starts[1:], len(self.short) + 1)
        return " ".join(
            word if end - start == 2 and self.short[start] in marks else text[slice(*place)]
            for start, end, place in zip(self.starts, ends, self.places, strict=True)
        )


class Shorthand:
    """Classes of words, in order of precedence, and how a text reads in their capitals."""

    def __init__(self, classes: Mapping[str, str]) -> None:
        self._classes = tuple(classes.items())
        self._scan = PatternSet(classes.values())

    def sentences(self, text: str) -> list[Sentence]:
        """The sentences of a folded text."""
        sentences: list[Sentence] = []
        words: list[tuple[str, int, int]] = []
        for word in self._words(text):
            if word[0][0] in _SENTENCE_END or len(words) == _WORDS:
                sentences += _sentence(words)
                words = []
            if word[0][0] not in _SENTENCE_END:
                words.append(word)
        return sentences + _sentence(words)

    def _words(self, text: str) -> Iterable[tuple[str, int, int]]:
        at = 0
        for start, end, mark in self._marked(text):
            yield from _plain(text, at, start)
            if mark:
                yield mark, start, end
            else:
                yield from _plain(text, start, end)
            at = end
        yield from _plain(text, at, len(text))

    def _marked(self, text: str) -> Iterable[tuple[int, int, str]]:
        """The places of the classes, in order; of two that overlap the earlier class wins."""
        taken = bytearray(len(text))
        kept = []
        for mark, pattern in (self._classes[number] for number in sorted(self._scan.match(text))):
            for start, end in spans(pattern, text):
                if taken.find(1, start, end) < 0:
                    taken[start:end] = b"\1" * (end - start)
                    kept.append((start, end, mark))
        return sorted(kept)


def _plain(text: str, start: int, end: int) -> Iterable[tuple[str, int, int]]:
    for match in _PIECE.finditer(text, start, end):
        yield match[0], match.start(), match.end()


def _sentence(words: Sequence[tuple[str, int, int]]) -> list[Sentence]:
    if not words:
        return []
    starts, at = [], 0
    for word, _, _ in words:
        starts.append(at)
        at += len(word) + 1
    short = " ".join("," if word in ";:()--\"'" else word for word, _, _ in words)
    return [Sentence(short, starts, [(start, end) for _, start, end in words])]
