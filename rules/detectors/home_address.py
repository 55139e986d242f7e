"""Home addresses: a street, a house or a postcode behind words which say that somebody lives there.

A hospital's own address is on its page by right, and a street by itself is a place like any other.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.detectors.contact_details import POSTCODE
from rules.sighting import Sighting
from rules.text.context import sentence_before
from rules.text.fold import Folded
from rules.text.patterns import compiled, found, spans

LABEL = "home address"

_STREET = (
    r"(?:street|road|avenue|lane|close|drive|crescent|terrace|gardens?|grove|way|place|court|square|row|hill|rise"
    r"|mews|walk|view|park|green|st|rd|ave|bank|croft|fold|garth|wynd|gate|side|villas|cottages?|parade|meadows?"
    r"|fields?|orchard|chase|dene|vale|quay|wharf|common|heath|end|yard|buildings|estate|mount|path|loan|brae|chare)"
)
_NAME = r"[a-z][a-z'\-]+"
_NUMBER = (
    r"(?:(?:flat|apartment|apt|no|number|unit|room)\.? ?\d{1,4}[a-z]?,? )?\d{1,4}[a-z]?(?: ?- ?\d{1,4})?,?"
)
_BY_STREET = rf"\b{_NUMBER} (?:{_NAME} ){{1,3}}{_STREET}\b"
_HOUSE = (
    rf"\b(?:{_NAME} ){{1,3}}(?:farm|farmhouse|cottage|house|lodge|barn|hall|manor|villa|rectory|vicarage"
    rf"|grange|bungalow|forge|mill|croft|oast|stables|caravan park),? "
    rf"(?:{_NAME},? ){{0,4}}?(?:{_NAME} {_STREET}\b|{POSTCODE})"
)
_BY_POSTCODE = rf"\b(?:{_NUMBER} )?(?:{_NAME},? ){{1,6}}{POSTCODE}"
_PLACES = (_BY_STREET, _HOUSE, _BY_POSTCODE)
# The words before are enough: no number need stand there.
_NAMED_STREET = rf"\b(?:{_NAME},? ){{1,6}}?{_STREET}\b"

AT_HOME = (
    r"\b(?:(?:now |still |currently |who )*(?:lives?|living|resid(?:es?|ing))|(?:his|her|their|our|my|whose"
    r"|private|family|personal) (?:\w+ )?(?:home|house|flat|address|bungalow|cottage|farm|place)"
    r"|home address|address(?:es)?"
    r" (?:of|for) (?:him|her|(?:mr|mrs|ms|miss|dr|prof\w*|sir|nurse|sister)\b)|at home"
    r"|[a-z]+(?:'s|s') (?:home|house)"
    r"|home is|home \(?at|(?:find|visit|reach|write to|post to|get|see|tell|confront) (?:him|her|them) at"
    r"|(?:knock|turn up|call) (?:on|at|round)|round to (?:his|her|their)|moved (?:in|house|home) to"
    r"|neighbours? (?:at|in|on)|lodg(?:es|ing) (?:at|in|with)|\(?(?:now )?of (?:no\.? )?\d{1,4})\b"
    r"|\bhome ?[:=]"
)
_WITH = r"(?:with (?:his|her|their|a) \w+ )?"
_DIRECTLY = (
    r"\b(?:lives|living|resides|residing|home address is|(?:house|home) is|lodges) "
    rf"{_WITH}(?:at|in|on|:)? ?$"
)
_INSTITUTION = (
    r"\b(?:nursing|care|residential|convalescent|rest|retirement|cottage|maternity|funeral|stately|mortuary"
    r"|children's|nurses'?|nurse's|men's|women's|sailors'?|soldiers'?|veterans'?|patients'?|people's|doctors'?"
    r"|town|opera|almshouse|work|guest|public|council|tithe|parish|coffee) (?:homes?|houses?)\b|workhouse"
)
# What stands between a number and a street in a sentence, never in an address.
_PROSE = (
    r"\b(?:to|the|in|of|and|for|make|a|an|at|by|on|was|were|is|from|with|that|beds|wards|patients|staff|years?"
    r"|people|who|which|(?:1[5-9]|20)\d\d)\b"
)
# Words after which the sentence speaks of something else than where somebody lives.
_ELSEWHERE = (
    r"\b(?:were|was|reach\w*|seen|treated|built|opened|became|come|came|visit\w*|attend\w*|go|goes|moved|served"
    r"|cared|can|use[ds]?|get|travel\w*|worked|works)\b"
)
_REACH = 90


def home_addresses(folded: Folded) -> Iterator[Sighting]:
    """Where somebody lives."""
    text = folded.text
    if not found(AT_HOME, text):
        return
    for pattern in _PLACES:
        for start, end in spans(pattern, text):
            at = _begins(text, start, end)
            if found(pattern, text[at:end]) and _said_before(text, at):
                yield Sighting(at, end, None, LABEL)
    for _, end in spans(AT_HOME, text):
        yield from _street_behind(text, end)


def _begins(text: str, start: int, end: int) -> int:
    """Where an address begins: behind the last word that is of the sentence."""
    inside = [place[1] for place in spans(_PROSE, text[start:end])]
    at = start + (inside[-1] if inside else 0)
    return at + len(text[at:end]) - len(text[at:end].lstrip(" ,"))


def _said_before(text: str, at: int) -> bool:
    before = sentence_before(text, at, _REACH) + _number(text, at)
    said = list(spans(AT_HOME, plain := str(compiled(_INSTITUTION).sub(" ", before))))
    return bool(said) and not found(_ELSEWHERE, plain[said[-1][1] :])


def _number(text: str, at: int) -> str:
    """The number that an address begins with, for "now of 3"."""
    return text[at : at + 4].split(" ")[0]


def _street_behind(text: str, at: int) -> Iterator[Sighting]:
    """A street right behind "lives in", with or without a number."""
    before = text[max(at - _REACH, 0) : at]
    gap = compiled(r"^ ?(?:with (?:his|her|their|a) \w+ )?(?:is |at |in |on |: ?){1,2}").search(
        text[at : at + 30]
    )
    if gap is None or not found(_DIRECTLY, f"{before}{gap[0]}"):
        return
    start = at + gap.end()
    street = compiled(rf"^{_NAMED_STREET[2:]}").search(text[start : start + _REACH])
    if street and not found(_PROSE, street[0]):
        yield Sighting(start, start + street.end(), None, LABEL)
