"""Lists of patients in a picture: a theatre list, a whiteboard, a screen. Clause: SWL-5.9-2.

One identifier is another rule's; several in one picture, or names each beside a date long past, are a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from monitor.types import Post, Span
from rules.detectors import Hit, detector, local_number, nhs_number
from rules.names import Names
from rules.reading import Part, Reading
from rules.text.dates import DATE, read_date
from rules.text.fold import Folded, fold
from rules.text.patterns import spans

LABEL = "list of patients"
ROW = "row of a list of patients"
BESIDE = "words beside a patient's number"
NUMBERS, ROWS = 2, 3
"""Different numbers, and different rows of a name and a date, from which it is a list."""
_BESIDE = 60  # characters between a name and its date
_YOUNGEST, _OLDEST = 365, 120 * 366  # days; later dates are those of shifts, papers and appointments
_NAME = re.compile(r"\b(?:[A-Z][a-z]+(?:[- ][A-Z][a-z]+)+|[A-Z][A-Z'\-]{2,},? +[A-Z][A-Za-z]+)\b")
_CONFIDENCE = {"numbers": 0.9, "rows": 0.6}
_REASON = {
    "numbers": "A picture shows the numbers of several patients.",
    "rows": "A picture shows several names, each beside a date that may be one of birth.",
}


def _shows_words(post: Post, _: Names) -> bool:
    return any(picture.text for _, picture in post.images)


@detector(levels=tuple(_REASON), applies=_shows_words)
def patient_list(reading: Reading, _: object) -> Iterable[Hit]:
    """At most one hit for each picture; its span reaches from the first sign to the last."""
    today = reading.post.observed_at.date()
    shapes = reading.names.organisation.hospital_numbers
    for where, picture in reading.post.images:
        part = Part(where, fold(picture.text))
        level, signs = _signs(part.folded, shapes, today)
        if level:
            span = part.span(min(signs)[0], max(end for _, end in signs), LABEL)
            yield Hit(span, level, _CONFIDENCE[level], _REASON[level])


def words_beside(where: str, text: str, shapes: tuple[str, ...], known: Sequence[Span]) -> Iterator[Span]:
    """What stands between the `known` identifiers of a picture that has a patient's number and is no list.

    A letter, a label or a wristband has the name and the address, too, in places that nobody can foretell.
    """
    folded = fold(text)
    if not any(nhs_number.candidates(folded, synthetic="issued")) and not _local(folded, shapes):
        return
    at = 0
    for start, end in [*sorted((span.start, span.end) for span in known), (len(text), len(text))]:
        if words := re.search(r"\S(?:.*\S)?", text[at : max(start, at)], re.DOTALL):
            yield Span(at + words.start(), at + words.end(), BESIDE, where)
        at = max(at, end)


def rows_of_list(where: str, text: str, shapes: tuple[str, ...], today: date) -> Iterator[Span]:
    """The lines of a list of patients that say something of one of them, whole: names stand there, too.

    Nothing of a picture whose text is no such list.
    """
    part = Part(where, fold(text))
    level, signs = _signs(part.folded, shapes, today)
    if not level:
        return
    places = [part.folded.raw_span(*sign) for sign in (*signs, *_rows(part.folded, today))]
    for line in re.finditer(r"[^\n]+", text):
        if any(start < line.end() and line.start() < end for start, end in places):
            yield Span(*line.span(), ROW, where)


def _signs(folded: Folded, shapes: tuple[str, ...], today: date) -> tuple[str, list[tuple[int, int]]]:
    """What makes it a list, and the places of that; no level where it is none."""
    national, local, rows = _national(folded), _local(folded, shapes), list(_rows(folded, today))
    # A letter has two numbers of one patient, each of another kind.
    for level, found, enough in (
        ("numbers", national, NUMBERS),
        ("numbers", local, NUMBERS),
        ("rows", rows, ROWS),
    ):
        if len({folded.text[start:end] for start, end in found}) >= enough:
            return level, [*national, *local] if level == "numbers" else found
    return "", []


def _national(folded: Folded) -> list[tuple[int, int]]:
    seen = nhs_number.candidates(folded, synthetic="issued")
    return [(each.start, each.end) for each in seen if each.level is not None]


def _local(folded: Folded, shapes: tuple[str, ...]) -> list[tuple[int, int]]:
    return [(each.start, each.end) for each in local_number.hospital_numbers(folded, shapes)]


def _rows(folded: Folded, today: date) -> Iterator[tuple[int, int]]:
    """Dates of a person's age, each with a name before or behind it."""
    for start, end in spans(DATE, folded.text):
        day = read_date(folded.text[start:end], today)
        if day is None or not _YOUNGEST <= (today - day).days <= _OLDEST:
            continue
        if folded.text[end : end + 1] == ":":
            continue  # "22 Nov 11:16" is a moment, not a day of 2011
        first, last = folded.raw_span(start, end)
        if _NAME.search(folded.raw, max(first - _BESIDE, 0), last + _BESIDE):
            yield start, end
