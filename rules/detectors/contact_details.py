"""Contact details of a patient: postcode, telephone number and e-mail address beside words for a person.

Alone they are everywhere: shops, wards, helplines, people who want to be rung. Numbers that only services
hold (03, 0800, 0808, 0845, 0870, 111, 116 123) and the organisation's own details are never meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache, partial

from rules.detectors import Hit, Options, detector
from rules.detectors.work_email import ADDRESS
from rules.detectors.work_email import LABEL as EMAIL
from rules.names import Names
from rules.reading import Reading
from rules.sighting import Sighting, hits
from rules.text.context import OWN_STORY, sentence_after, sentence_before
from rules.text.fold import Folded, fold
from rules.text.patterns import PatternSet, spans

POSTCODE_LABEL = "postcode"
TELEPHONE_LABEL = "telephone number"
POSTCODE = (
    r"\b(?:gir ?0aa|[a-pr-uwyz](?:\d{1,2}|[a-hk-z]\d{1,2}|\d[a-hjkps-uw]|[a-hk-y]\d[abehmnprv-y])"
    r" ?\d[abd-hjlnp-uw-z]{2})\b"
)


def telephone(gap: str) -> str:
    """A pattern for UK numbers that can be a person's own, mobiles and landlines; `gap` between digits."""
    abroad = rf"(?:\+ ?44|\b0044){gap}(?:\(?0\)?)?{gap}"
    return rf"(?:{abroad}|\(?\b0)[127]\)?(?:{gap}\(?\d\)?){{8,9}}\b"


TELEPHONE = telephone(r"[ .\-/]{0,2}")

_HOLDER = r"(?:patient(?:'?s)?|pt(?:'?s)?|(?:mr|mrs|ms|miss) [a-z'\-]+|his|her)"
_STRONG = (
    rf"\b(?:{_HOLDER} (?:home |own |new |mobile |phone |daughter'?s? |son'?s? |wife'?s? |husband'?s? ){{0,2}}"
    r"(?:address|house|home|postcode|post ?code|number|no|mobile|phone|tel|telephone|e-?mail|landline)"
    r"|next of kin|nok|home address"
    r"|(?:patient|pt|he|she|lady|gentleman|man|woman|(?:mr|mrs|ms|miss) [a-z'\-]+)"
    r" (?:who )?(?:lives|living|stays)"
    r"|(?:ring|call|text|phone|contact|reach|email) (?:him|her|(?:the |this )?(?:patient|pt))"
    r"|discharged (?:home )?to)\b"
)
_WEAK = r"\b(?:patient|pt)\b(?:'s)?"
_CARE = (
    r"\b(?:patients?|pts?|ward|bed|bay|admitted|discharg\w*|nok|next of kin|carers?|nhs|dob|hospital|clinic"
    r"|dementia|safeguarding|district nurses?)\b"
)
_SERVICE = (
    r"\b(?:patient (?:transport|advice|experience|line|helpline|information|services?|safety"
    r"|participation|group|liaison|support|portal|survey|feedback|relations|forum|council|enquiries|access"
    r"|records|flow|care|leaflet)"
    r"|appointments?|bookings?|reception\w*|switchboard|helpline|hotline|team|office|department|enquiries"
    r"|shop|salon|taxis?|business|pals|(?:contact|call|ring|text|email) us|for more information|to book"
    r"|visiting|volunteers?|donat\w*|charity|plumber|electrician|surgery|gp practice|pharmacy|if you)\b"
)
_PLACE = (
    r"\b(?:hospital|infirmary|centre|clinic|car park|parking|entrance|sat ?nav|events?|venue|held|meets?"
    r"|meeting|church|hall|library|school|drop-in|opens?|opening|directions)\b"
)
_MINE, _OF_CARE = range(2)
_SENTENCE = PatternSet((OWN_STORY, _CARE))
_OF_PERSON, _OF_PATIENT, _OF_SERVICE, _OF_PLACE = range(4)
_NEAR = PatternSet((_STRONG, _WEAK, _SERVICE, _PLACE))
_JUDGEMENTS = {
    "high": (0.8, "Contact details stand beside words that say whose they are, in talk about care."),
    "medium": (0.5, "Contact details stand in the same sentence as a patient."),
}


@detector(levels=tuple(_JUDGEMENTS), prefilter=(POSTCODE, TELEPHONE, ADDRESS))
def contact_details(reading: Reading, _: Options) -> Iterable[Hit]:
    """A patient's contact details. Clauses: CDD-4.2-1, CDD-4.4.1-1."""
    return hits(reading, partial(_all, names=reading.names), _JUDGEMENTS)


def postcodes(folded: Folded, names: Names) -> Iterator[Sighting]:
    """Full postcodes beside a person, the organisation's own left out."""
    own = _own_postcodes(names)
    for start, end in spans(POSTCODE, folded.text):
        if folded.text[start:end].replace(" ", "") not in own:
            yield from _beside_a_person(folded.text, start, end, POSTCODE_LABEL)


def _all(folded: Folded, names: Names) -> Iterator[Sighting]:
    text = folded.text
    yield from postcodes(folded, names)
    for start, end in spans(TELEPHONE, text):
        yield from _beside_a_person(text, start, end, TELEPHONE_LABEL)
    for start, end in spans(ADDRESS, text):
        if not text[start:end].endswith((*names.domains, "nhs.uk", "nhs.net", "nhs.scot")):
            yield from _beside_a_person(text, start, end, EMAIL)


def _beside_a_person(text: str, start: int, end: int, label: str) -> Iterator[Sighting]:
    before, after = sentence_before(text, start, 100), sentence_after(text, end, 40)
    said = _SENTENCE.match(f"{before} {after}")
    near = _NEAR.match(f"{before[-60:]} {after[:20]}")
    if _MINE in said or _OF_SERVICE in near:
        return
    if _OF_PERSON in near and _OF_CARE in said:
        yield Sighting(start, end, "high", label)
    elif _OF_PATIENT in near and _OF_PLACE not in near:
        yield Sighting(start, end, "medium", label)


@lru_cache
def _own_postcodes(names: Names) -> frozenset[str]:
    return frozenset(fold(code).text.replace(" ", "") for code in names.organisation.postcodes)
