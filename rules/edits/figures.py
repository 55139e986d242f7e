"""Ratings and numbers: the same statement with another figure.

What a year or a place adds is no change; nor is a figure in other writing ("8,000", "eight thousand").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz import fuzz

from rules.edits import Effect, EffectKind
from rules.edits.edit import Edit, exchanges
from rules.edits.numerals import MONTHS, figures_in
from rules.edits.passage import Sentence
from rules.text.fold import fold
from rules.text.patterns import compiled, found, spans
from rules.text.words import any_of, words

_LISTS = words("ratings")
RATING = any_of(_LISTS["scale"])
_JUDGED = any_of(_LISTS["judged"])
_KIND = {name: any_of(entries) for name, entries in _LISTS.items() if name not in ("scale", "judged")}
_FIGURE = re.compile(r"[£$€]?\d[\d,.:/]*(?:%|(?:st|nd|rd|th|bn|m|k|pm|am)\b)?")
_ALIKE = 72  # rapidfuzz ratio of two statements without their figures, above which they are one


def ratings(edit: Edit) -> Iterator[Effect]:
    """Ratings changed: in a sentence, a table or the infobox."""
    if edit.talk or edit.reverts:
        return
    changed = [pair for pair in _reworded(edit) if _rating_changed(*pair)]
    if changed:
        reason = "The same statement gives another rating."
        yield edit.effect(EffectKind.RATING_CHANGED, reason, _flat(changed), confidence=0.85)


def numbers(edit: Edit) -> Iterator[Effect]:
    """Numbers changed, in sentences of articles; those of the infobox are its own matter."""
    if edit.talk or edit.reverts:
        return
    pairs = (pair for pair in _reworded(edit) if not _rating_changed(*pair))
    changed = [pair for pair in pairs if _figure_changed(*pair)]
    if changed:
        reason = "The same statement gives another figure."
        yield edit.effect(EffectKind.NUMBER_CHANGED, reason, _flat(changed), confidence=0.8)


def rated(text: str, context: str = "") -> tuple[str, ...]:
    """The ratings of a folded text in order, by their kinds, where it or `context` speaks of rating."""
    if not found(_JUDGED, f"{text} {context}"):
        return ()
    return tuple(_kind(text[start:end]) for start, end in spans(RATING, text))


def without_ratings(text: str) -> str:
    """A folded text without the ratings in it: a rating that changed is told as such."""
    if not found(_JUDGED, text):
        return text
    return str(compiled(RATING).sub(" ", text))


def _kind(word: str) -> str:
    return next((name for name, pattern in _KIND.items() if found(pattern, word)), word)


def _reworded(edit: Edit) -> Iterator[tuple[Sentence, Sentence]]:
    """Sentences that became others, one to one."""
    for before, after in edit.successors.items():
        if edit.predecessors.get(after) is before:
            yield before, after


def _flat(pairs: list[tuple[Sentence, Sentence]]) -> list[Sentence]:
    return [sentence for pair in pairs for sentence in pair]


def _rating_changed(before: Sentence, after: Sentence) -> bool:
    context = fold(before.section or "").text
    one, other = rated(before.text, context), rated(after.text, context)
    old, new = Counter(one), Counter(other)
    exchanged = bool(old - new and new - old) or (old == new and one != other)
    exchanged = exchanged or _replaced(before.text, after.text, context)
    return exchanged and _one_statement(before.text, after.text, RATING)


def _replaced(before: str, after: str, context: str) -> bool:
    """True where a rating stands right in the place of another one, although that is given elsewhere too."""
    if not (rated(before, context) and rated(after, context)):
        return False
    for out, put in exchanges(before, after):
        one, other = (_in(each) for each in (out, put))
        if one and other and one != other:
            return True
    return False


def _in(text: str) -> list[str]:
    return [_kind(text[start:end]) for start, end in spans(RATING, text)]


def _one_statement(before: str, after: str, what: str) -> bool:
    one, other = (str(compiled(what).sub(" ", text)) for text in (before, after))
    return fuzz.ratio(" ".join(one.split()), " ".join(other.split())) >= 60


def _figure_changed(before: Sentence, after: Sentence) -> bool:
    old, new = Counter(figures_in(before.text)), Counter(figures_in(after.text))
    if not (old - new and new - old):
        return False
    lines = _line_figures(before.side.prose), _line_figures(after.side.prose)
    if not (lines[0] - lines[1] and lines[1] - lines[0]):
        return False
    one, other = _without_figures(before.text), _without_figures(after.text)
    return fuzz.ratio(one, other) >= _ALIKE or (not one and not other)


@lru_cache(maxsize=256)
def _line_figures(prose: str) -> Counter[object]:
    """The figures of a sentence's whole line: an abbreviation may have cut the sentence in two."""
    return Counter(figures_in(" ".join(fold(prose).text.split())))


def _without_figures(text: str) -> str:
    return " ".join(MONTHS.sub(" ", _FIGURE.sub(" ", text)).split())
