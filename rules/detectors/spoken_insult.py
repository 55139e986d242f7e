"""Insults as the author's own words: not denied, not quoted, not argued against, not about oneself.

Clause: CDD-4.4.3-1. The rule's patterns find an insult near a role; this decides whether the author
says it. Public tests of such rules (HateCheck) show that without these gates most alarms are false.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.detectors import Hit, detector
from rules.patterns import found, place_around, spans
from rules.reading import Reading

_DENIED = (
    r"\b(?:not|never|no|none|n't|isn't|aren't|wasn't|weren't|don't|doesn't|hardly|without)\b[^.!?;,]{0,30}$"
)
_SELF = (
    r"\b(?:i|i'm|im|i am|i was|i feel|i felt|myself)(?: (?:such|so|an?|like|really|just|am|was|feel))*\W*$"
)
_QUOTED = r'"[^"\n]{6,}"|\'[^\'\n]{6,}\'(?:\W|$)'
_REPORTED = (
    r"\b(?:said|says|say|saying|called|calls|calling|told|shouted|wrote|writes|described|claims?|claimed"
    r"|branded|tweeted|posted|heard|hearing|reads?|commented)\b"
)
_COUNTERED = (
    r"\b(?:stop|wrong|unacceptable|shame on|how dare|you can't|don't (?:ever )?(?:call|say)|people who"
    r"|anyone who|nobody should|no one should|disrespect\w*|unfair|abuse (?:of|against|towards)"
    r"|zero tolerance)\b"
)
_SENTENCE = r"[^.!?\n]+"
_REACH = 300  # characters: what stands further away, in a sentence without an end, is about something else


@detector(levels=("insult",), needs_match=True)
def spoken_insult(reading: Reading, _: object) -> Iterable[Hit]:
    """The rule's hits that the author means."""
    text = reading.text
    quotes, sentences = list(spans(_QUOTED, text)), list(spans(_SENTENCE, text))
    for start, end in reading.hits:
        first, last = place_around(start, sentences) or (0, len(text))
        before = text[max(first, start - _REACH) : start]
        after = text[start : min(last, start + _REACH)]
        if place_around(start, quotes) or _gated(before, after):
            continue
        reason = "The post seems to insult patients or colleagues in the author's own words."
        yield Hit(reading.span(start, end, "insult"), "insult", 0.6, reason)


def _gated(before: str, after: str) -> bool:
    return (
        found(_DENIED, before)
        or found(_SELF, before)
        or found(_REPORTED, before)
        or found(_COUNTERED, before + after)
    )
