"""Staff accounts that speak as the organisation. Clauses: BOL-6.2-6, CDD-4.3-1, VOY-PURP, NT-1.3.

Acting for the organisation (collecting a prize, attending a service) is not speaking for it, sharing its
statement isn't either, and a union's representative speaks for the members.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from rules.detectors import Hit, detector
from rules.detectors.own_voice import MOST, is_meant
from rules.names import Names
from rules.reading import Reading
from rules.text.patterns import found, spans
from rules.text.speech import Speech
from rules.text.words import any_of, words

_WORDS = words("speaking")
_ANNOUNCE = f"(?:{'|'.join(_WORDS['announce'])})"
_GENERIC = (
    r"(?:the |our )(?:whole )?"
    r"(?:trust|hospital|board|organisation|icb|ccg|executive team|chief executive)\b"
)
_SOMEONE_ELSE = "|".join((any_of(_WORDS["someone_else"]), *_WORDS["shared"]))
_DEED = any_of(_WORDS["deed"])
_REACH = 120  # characters before the words in which a deed makes them harmless
_HARMLESS_GATES = frozenset({"quoted", "denied", "asked"})


@detector(levels=("speaks",), prefilter=_WORDS["seldom"])
def speaking_for(reading: Reading, _: object) -> Iterable[Hit]:
    """The places where the author speaks in the organisation's name."""
    text = reading.text
    if found(_SOMEONE_ELSE, text):
        return
    speech = Speech(text)
    for start, end in islice(spans(_pattern(reading.names), text), MOST):
        before = text[max(speech.sentence(start)[0], start - _REACH) : start]
        if is_meant(speech, start, _HARMLESS_GATES) and not found(_DEED, before):
            reason = "The author seems to speak in the organisation's name, and not in their own."
            yield Hit(reading.span(start, end, "in the organisation's name"), "speaks", 0.6, reason)


@lru_cache(maxsize=8)  # one organisation, in tests a few
def _pattern(names: Names) -> str:
    us = rf"(?:{_GENERIC}|(?:the )?(?:{names.said}|{names.stems}\b))"
    cues = "|".join(_WORDS["cue"])
    return cues.replace("<announce>", _ANNOUNCE).replace("<us>", us)
