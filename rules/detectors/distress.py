"""A person's own distress: words of not wanting to live, of self-harm, of being worn down.

A welfare matter and never one of conduct. Only what people say of themselves, now: prevention, helplines,
songs, jokes and what is long over stay quiet. The word lists are in rules/catalogue/words/distress.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from rules.detectors import Hit, detector
from rules.reading import Reading
from rules.text.patterns import found, place_around, spans
from rules.text.speech import Speech
from rules.text.words import any_of, words

_WORDS = {key: any_of(entries) for key, entries in words("distress").items()}
_BEFORE = rf"(?:{_WORDS['denied']}|{_WORDS['others']}|{_WORDS['said_by_others']}[\s:,\"'-]*(?:that)?)\s*$"
_QUOTED = r'"[^"\n]{6,}"'
_SUNG_OR_LAUGHED = r"[\x{1F3A4}\x{1F3B5}\x{1F3B6}\x{266A}\x{266B}\x{1F602}\x{1F923}\x{1F606}\x{1F639}]"
_REASON = (
    "The author may be in distress. Reach out kindly and soon: Samaritans answer on 116 123, Shout by text "
    "to 85258, day and night; staff also have staff support. This is about care, never about conduct."
)


@detector(levels=("crisis", "strain"), prefilter=(_WORDS["crisis"], _WORDS["strain"]))
def distress(reading: Reading, _: object) -> Iterable[Hit]:
    """What an author says of their own distress."""
    words_of = _Voice(reading.text)
    for level, confidence in (("crisis", 0.6), ("strain", 0.4)):
        if place := next(words_of.own(level), None):
            return [Hit(reading.span(*place, "distress"), level, confidence, _REASON)]
    return []


def in_crisis(text: str) -> bool:
    """True where the author of a folded text may be in danger."""
    return found(_WORDS["crisis"], text) and next(_Voice(text).own("crisis"), None) is not None


class _Voice:
    """A post's words, without those that are not of its author and of now."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._speech = Speech(text)

    def own(self, level: str) -> Iterator[tuple[int, int]]:
        """Where the author says it of themselves."""
        if level == "strain" and not found(_WORDS["of"], self._text):
            return
        for start, end in spans(_WORDS[level], self._text):
            sentence = self._speech.sentence(start)
            if sentence in self._asides or place_around(start, self._quotations):
                continue
            if level == "strain" and sentence in self._of_others:
                continue
            if not found(_BEFORE, self._text[max(start - 60, 0) : start]):
                yield start, end

    @cached_property
    def _asides(self) -> set[tuple[int, int]]:
        return self._sentences_with(f"{_WORDS['aside']}|{_SUNG_OR_LAUGHED}")

    @cached_property
    def _of_others(self) -> set[tuple[int, int]]:
        return self._sentences_with(_WORDS["worn_others"])

    def _sentences_with(self, pattern: str) -> set[tuple[int, int]]:
        return {self._speech.sentence(start) for start, _ in spans(pattern, self._text)}

    @cached_property
    def _quotations(self) -> list[tuple[int, int]]:
        return [*spans(_QUOTED, self._text)]
