"""Dates of birth: a word for birth beside a real date of the past 120 years."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

from rules.detectors import Hit, Options, detector
from rules.reading import Reading
from rules.sighting import Sighting, hits
from rules.text.context import OWN_STORY, sentence, sentence_before
from rules.text.dates import DATE, read_date
from rules.text.fold import Folded
from rules.text.patterns import PatternSet, compiled, found
from rules.text.words import any_of, words

LABEL = "date of birth"
KEYWORD = r"\b(?:d\.?o\.?b|d/o/b|d o b|date of birth|birth ?date|born)\b"

_EXPLICIT = r"(?:d\.?o\.?b\b\.?|d/o/b|d o b|date of birth|birth ?date)"
_BORN = (
    rf"\b(?:({_EXPLICIT})|born)(?:[\W_]{{1,3}}(?:is|was|on|the))?[\W_]{{0,4}}({DATE})"
    rf"|\b({DATE}),? \(?{_EXPLICIT}\)"
)
_PATIENT = (
    r"\b(?:patients?|pts?|ward|bed|bay|admitted|discharg\w*|a&e|mrn|nhs (?:no|num|number)|clinic list"
    r"|referral|referred|clerk\w*|nok|next of kin|resus|bloods|diagnos\w*|mrs?|lady|gentleman)\b"
)
_THING = (
    r"\b(?:nhs|services?|hospitals?|trust|chapel|charity|idea|movement|units?|buildings?|wards?|campaign"
    r"|company|project|department|wing|award)(?: (?:was|were|is|itself|that was))*\W*$"
)
_YEARS = 120
_REACH = 80
_MINE, _PATIENTS, _KNOWN = range(3)
_TALK = PatternSet((OWN_STORY, _PATIENT, any_of(words("patients")["public"])))

_JUDGEMENTS = {
    "high": (0.9, "A date of birth stands beside words about a patient."),
    "medium": (0.6, "A date of birth is given; it may be a patient's."),
    "own": (0.4, "A date of birth is given, by its bearer or their family as it seems."),
}


@detector(levels=tuple(_JUDGEMENTS), prefilter=(KEYWORD,))
def birth_date(reading: Reading, _: Options) -> Iterable[Hit]:
    """The dates of birth of a post. Clauses: CDD-4.2-1, CDD-4.4.1-1."""
    today = reading.post.observed_at.date()
    return hits(reading, partial(birth_dates, today=today), _JUDGEMENTS)


def birth_dates(folded: Folded, today: date) -> Iterator[Sighting]:
    """Dates that the text calls a date of birth; the place is the date alone.

    After "born" only a date in talk about a patient counts: the birthdays of the famous are content.
    """
    text = folded.text
    for match in compiled(_BORN).finditer(text):
        day = 2 if match[2] else 3
        born = read_date(match[day], today)
        if born is not None and 0 <= (today - born).days <= _YEARS * 365.25:
            explicit = day == 3 or match[1] is not None
            if level := _level(text, match.span(), explicit=explicit):
                start, end = match.span(day)
                yield Sighting(start, end, level, LABEL)


def _level(text: str, place: tuple[int, int], *, explicit: bool) -> str | None:
    start, end = place
    said = _TALK.match(sentence(text, start, end, _REACH))
    if _MINE in said or text[max(start - 3, 0) : start] == "my ":
        return "own"
    if explicit:
        return "high" if _PATIENTS in said else "medium"
    thing = found(_THING, sentence_before(text, start, _REACH))
    return "medium" if _PATIENTS in said and _KNOWN not in said and not thing else None
