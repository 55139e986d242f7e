"""Hospital, unit and case-note numbers: there is no national shape, so each organisation names its own.

Shapes come from the settings (`organisation.hospital_numbers`): `#` stands for a digit, `?` for a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial

from rules.detectors import Hit, Options, detector
from rules.reading import Reading
from rules.sighting import Sighting, hits
from rules.text.context import CARE, Links, around
from rules.text.fold import Folded, fold
from rules.text.patterns import compiled, found, spans

LABEL = "hospital number"
_NUMBER = r"(?:nos?\b|num\b|numbers?\b|id\b|#)"
_KEYWORD = (
    rf"(?:\b(?:hospital|hosp|unit|case ?notes?|medical records?|pas|patient|pt) ?{_NUMBER}"
    rf"|\bmrn(?: {_NUMBER})?|\bcase ?notes?)[.:]?(?: is| was)?\W{{0,3}}"
)
_NAMED = rf"{_KEYWORD}$"
CALLED = rf"{_KEYWORD}[a-z]{{0,4}}[ \-]?\d"
"""What stands wherever a text calls something a hospital number."""
_LETTERED = r"\b(?:[a-z]{1,4}-?\d{5,9}|\d{5,9}[a-z]{1,4})\b"
_ANY = r"\b[a-z]{0,2}\d{5,8}\b"
_COUNTED = re.compile(r"0000?$")  # "patient number 50000 was vaccinated today"
_NEVER = r"[^\x{0}-\x{10ffff}]"

_JUDGEMENTS = {
    "high": (
        0.9,
        "A hospital number in the organisation's own shape stands beside words that say it is one.",
    ),
    "medium": (0.6, "Digits stand beside words for a hospital number, or in its shape beside words of care."),
}


@detector(levels=tuple(_JUDGEMENTS), prefilter=(CALLED, _LETTERED))
def local_number(reading: Reading, _: Options) -> Iterable[Hit]:
    """The hospital numbers of a post. Clauses: CDD-4.2-1, CDD-4.4.1-1."""
    shapes = reading.names.organisation.hospital_numbers
    return hits(reading, partial(hospital_numbers, shapes=shapes), _JUDGEMENTS)


def hospital_numbers(folded: Folded, shapes: tuple[str, ...]) -> Iterator[Sighting]:
    """Numbers of the configured shapes, and digits that the text calls a hospital number.

    A shape that begins with letters of the organisation's own is hidden wherever it stands; one without
    needs its keyword, or words of care.
    """
    text = folded.text
    ours = compiled(shaped(shapes))
    links = Links(text)
    for start, end in spans(rf"{shaped(shapes)}|{_ANY}", text):
        longer = text[end : end + 2].strip(" -")[:1].isdigit()  # a telephone number, say
        if longer or start in links:
            continue
        level = _level(text, start, end, ours=ours.fullmatch(text[start:end]) is not None)
        if level or any(text[start:end].startswith(prefix) for prefix in _prefixes(shapes)):
            yield Sighting(start, end, level, LABEL)


def _level(text: str, start: int, end: int, *, ours: bool) -> str | None:
    if found(_NAMED, text[max(start - 40, 0) : start]):
        if ours:
            return "high"
        return None if _COUNTED.search(text[start:end]) else "medium"
    lettered = ours and not text[start:end].isdigit()
    return "medium" if lettered and found(CARE, around(text, start, end, 40)) else None


@lru_cache
def shaped(shapes: tuple[str, ...]) -> str:
    """One pattern for all shapes; a shape's letters may stand a gap away from its digits."""
    return rf"\b(?:{'|'.join(map(_shape, shapes))})\b" if shapes else _NEVER


def _shape(shape: str) -> str:
    parts = re.findall(r"#+|\?+|[^#?]+", shape)
    signs = {"#": r"\d", "?": "[a-z]"}
    return r"[ \-]?".join(
        signs[part[0]] + f"{{{len(part)}}}" if part[0] in signs else re.escape(fold(part).text)
        for part in parts
    )


@lru_cache
def _prefixes(shapes: tuple[str, ...]) -> tuple[str, ...]:
    """The letters, two at least, that some shapes begin with."""
    starts = (re.match(r"[^#?\W\d]{2,}", shape) for shape in shapes)
    return tuple(fold(start[0]).text for start in starts if start)
