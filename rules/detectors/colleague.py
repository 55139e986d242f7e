"""A colleague's name beside a judgement of their work or their employment, or a private contact.

Clauses: VOY-AC-2, NT-3.4-2, CDD-4.4.1-1. There is no list of staff names: one would be a risk of its own. A
name is a capitalised word where people put names, and criticism without a name is somebody else's matter.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

from rules.detectors import Hit, detector
from rules.detectors.own_voice import MOST, is_meant
from rules.names import Names
from rules.reading import Reading
from rules.text.fold import Folded
from rules.text.patterns import compiled, found, place_around, spans
from rules.text.speech import Speech
from rules.text.words import any_of, words

_WORDS = words("colleagues")
_NAME = r"[a-z][a-z'\-]+"
_TITLED = rf"\b(?:{'|'.join(_WORDS['title'])})\.? ({_NAME})"
_ROLED = rf"\b(?:our|my|the|your)(?: [a-z\-]+){{0,2}} (?:{'|'.join(_WORDS['role'])}),? ({_NAME})"
_PLACE = rf"(?:on|in|from|at|over in) (?:our |the )?(?:{'|'.join(_WORDS['place'])})"
_PLACED = rf"\b({_NAME})(?: ({_NAME}))?,? {_PLACE}\b"
_ROLE_AFTER = rf"\b({_NAME})(?: ({_NAME}))?,? (?:our|my|the) (?:\w+ )?(?:{'|'.join(_WORDS['role'])})\b"
_NAMED = (_TITLED, _ROLED, _PLACED, _ROLE_AFTER)
_VERDICT = any_of(_WORDS["verdict"])
_RECORD = any_of(_WORDS["record"])
_CONTACT = "|".join(_WORDS["contact"])
_NO_NAME = frozenset(_WORDS["not_a_name"])
_WORKMATE = any_of(_WORDS["workmate"])
_ELSEWHERE = any_of(_WORDS["elsewhere"])
_PUBLISHED = any_of(_WORDS["published"])
_BEFORE, _AFTER = 120, 60  # characters between a name and what is said of it
_HARMLESS_GATES = frozenset({"quoted", "denied", "reported", "countered", "self", "asked"})
_REASON = {
    "verdict": "A colleague seems to be named beside a judgement of their work.",
    "record": "A colleague seems to be named beside a fact of their employment.",
    "contact": "A person's private telephone number or address seems to be given away.",
}


@detector(levels=tuple(_REASON), prefilter=(_VERDICT, _RECORD, _CONTACT))
def colleague(reading: Reading, _: object) -> Iterable[Hit]:
    """Each judgement, fact of employment or private contact that stands beside a colleague's name."""
    for part in reading.folded("title", "text"):
        for start, end, level in _found(part.folded, reading.names):
            confidence = 0.6 if level == "contact" else 0.5
            yield Hit(part.span(start, end, level), level, confidence, _REASON[level])


def _found(folded: Folded, ours: Names) -> Sequence[tuple[int, int, str]]:
    text = folded.text
    hits: list[tuple[int, int, str]] = []
    if not found(_PUBLISHED, text):
        hits += ((*place, "contact") for place in islice(spans(_CONTACT, text), MOST))
    if not found(_ELSEWHERE, text):
        hits += _said_of_one(folded, ours)
    return tuple(hits)


def _said_of_one(folded: Folded, ours: Names) -> Iterator[tuple[int, int, str]]:
    text = folded.text
    names: Sequence[int] | None = None
    speech = Speech(text)
    for level, pattern in (("verdict", _VERDICT), ("record", _RECORD)):
        for start, end in islice(spans(pattern, text), MOST):
            names = _names(folded, ours) if names is None else names
            at = bisect_left(names, start - _BEFORE)
            close = at < len(names) and names[at] <= end + _AFTER
            if close and is_meant(speech, start, _HARMLESS_GATES):
                yield start, end, level


def _names(folded: Folded, ours: Names) -> Sequence[int]:
    """Where people's names begin, in order. The organisation's own names are none of them."""
    text = folded.text
    hits = [hit for pattern in _NAMED for hit in compiled(pattern).finditer(text)]
    groups = (hit.span(number) for hit in hits for number in range(1, hit.re.groups + 1))
    starts = {place[0] for place in groups if place[0] >= 0 and _is_a_name(folded, *place)}
    if found(_WORKMATE, text):
        starts |= set(_first_and_last(folded))
    taken = list(spans(rf"{ours.said}|{ours.stems}", text))
    return sorted(at for at in starts if place_around(at, taken) is None)


def _first_and_last(folded: Folded) -> Iterator[int]:
    """Two capitalised words in a row; they count in talk about work only."""
    places = [place for place in spans(_NAME, folded.text) if _is_a_name(folded, *place)]
    yield from (one[0] for one, two in pairwise(places) if two[0] == one[1] + 1)


def _is_a_name(folded: Folded, start: int, end: int) -> bool:
    """True for a capitalised word, unless it is all capitals or a word that begins sentences."""
    at = folded.index[start]
    letters = folded.raw[at : at + 2]
    capital = letters[:1].isupper() and not letters[1:].isupper()
    return capital and folded.text[start:end] not in _NO_NAME
