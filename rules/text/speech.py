"""Speech: whether a text says a thing in its author's own voice.

Words that would be an insult are quoted, reported, argued against, denied or turned on oneself far more
often than they are meant. Public tests of such rules (HateCheck) show that without these gates most
alarms are false.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from enum import StrEnum
from functools import cache, cached_property

from rules.text.patterns import found, place_around, spans
from rules.text.words import any_of, words

_SENTENCE = r"[^.!?\n]+"
_QUOTED = r"\"[^\"\n]{6,}\"|(?:^|[\s(:,])'(?:[^'\n]|\w'\w){5,}'(?:\W|$)"

_CLAUSE_END = r"[.!?;,:]|\b(?:but|because|though|although|however|yet|so|when|if)\b"
_DENIAL_REACHES = 30  # characters
_REACH = 300  # characters: what stands further away, in a sentence without an end, is about something else


class Gate(StrEnum):
    """Why words are not the author's own."""

    QUOTED = "quoted"
    DENIED = "denied"
    SELF = "about the author"
    REPORTED = "reported"
    COUNTERED = "argued against"
    RECLAIMED = "said of the author's own group"
    FICTION = "about a story"


class Speech:
    """A folded text, ready to be asked of any place in it. Linear in the text, however many places."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Where each sentence stands, in order and apart."""
        return list(spans(_SENTENCE, self.text))

    def sentence(self, at: int) -> tuple[int, int]:
        """The sentence around a position; the whole text where it stands in none."""
        return place_around(at, self.sentences) or (0, len(self.text))

    def gate(self, start: int, end: int | None = None) -> Gate | None:
        """The first reason why the words at `start:end` are not meant; None where they are."""
        if place_around(start, self._quotes):
            return Gate.QUOTED
        first, last = self.sentence(start)
        first, last = max(first, start - _REACH), max(min(last, start + _REACH), end or start)
        if self._denied(first, start):
            return Gate.DENIED
        if start in self._selves:
            return Gate.SELF
        if _within(self._reports, first, start):
            return Gate.REPORTED
        if start in self._among_us or _within(self._reclaims, first, last):
            return Gate.RECLAIMED
        if _within(self._counters, first, last):
            return Gate.COUNTERED
        return Gate.FICTION if _within(self._stories, first, last) else None

    @cached_property
    def _quotes(self) -> list[tuple[int, int]]:
        return list(spans(_QUOTED, self.text))

    def _denied(self, first: int, start: int) -> bool:
        last = bisect_right(self._denials, start) - 1
        if last < 0 or self._denials[last] < max(first, start - _DENIAL_REACHES):
            return False
        return not found(_CLAUSE_END, self.text[self._denials[last] : start])

    @cached_property
    def _denials(self) -> list[int]:
        """Where negations end that deny what follows."""
        rhetorical = list(spans(_listed("rhetorical"), self.text))
        return [
            end for start, end in spans(_listed("denying"), self.text) if not place_around(start, rhetorical)
        ]

    @cached_property
    def _selves(self) -> frozenset[int]:
        return self._after(rf"{_listed('self')}\W*")

    @cached_property
    def _among_us(self) -> frozenset[int]:
        return self._after(rf"{_listed('among us')}\W+")

    def _after(self, pattern: str) -> frozenset[int]:
        """Where words begin that follow a word of the pattern."""
        hits = spans(pattern, self.text)
        return frozenset(start + gap for start, end in hits for _, gap in spans(r"\W+", self.text[start:end]))

    @cached_property
    def _reports(self) -> list[int]:
        """Where verbs of saying and thinking begin whose subject is not the author."""
        own = {end for _, end in spans(f"{_listed('author')}[ -]{_listed('author says')}", self.text)}
        return [start for start, end in spans(_listed("reporting"), self.text) if end not in own]

    @cached_property
    def _counters(self) -> list[int]:
        waved_away = list(spans(_listed("waved away"), self.text))
        return [
            start
            for start, _ in spans(_listed("countering"), self.text)
            if not place_around(start, waved_away)
        ]

    @cached_property
    def _reclaims(self) -> list[int]:
        return [start for start, _ in spans(_listed("reclaiming"), self.text)]

    @cached_property
    def _stories(self) -> list[int]:
        return [start for start, _ in spans(_listed("fiction"), self.text)]


def _within(places: list[int], first: int, last: int) -> bool:
    at = bisect_left(places, first)
    return at < len(places) and places[at] < last


@cache
def _listed(name: str) -> str:
    return any_of(words("speech")[name])
