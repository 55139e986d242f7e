"""Speech: whether a text says a thing in its author's own voice.

Words that would be an insult are quoted, reported, argued against, denied or turned on oneself far more
often than they are meant. Public tests of such rules (HateCheck) show that without these gates most
alarms are false.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

from rules.patterns import found, place_around, spans

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


class Gate(StrEnum):
    """Why words are not the author's own."""

    QUOTED = "quoted"
    DENIED = "denied"
    SELF = "about the author"
    REPORTED = "reported"
    COUNTERED = "argued against"


class Speech:
    """A folded text, ready to be asked of any place in it. Linear in the text, however many places."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Where each sentence stands, in order and apart."""
        return list(spans(_SENTENCE, self.text))

    @cached_property
    def _quotes(self) -> list[tuple[int, int]]:
        return list(spans(_QUOTED, self.text))

    def sentence(self, at: int) -> tuple[int, int]:
        """The sentence around a position; the whole text where it stands in none."""
        return place_around(at, self.sentences) or (0, len(self.text))

    def gate(self, start: int) -> Gate | None:
        """The first reason why the words that begin at `start` are not meant; None where they are."""
        if place_around(start, self._quotes):
            return Gate.QUOTED
        first, last = self.sentence(start)
        before = self.text[max(first, start - _REACH) : start]
        after = self.text[start : min(last, start + _REACH)]
        if found(_DENIED, before):
            return Gate.DENIED
        if found(_SELF, before):
            return Gate.SELF
        if found(_REPORTED, before):
            return Gate.REPORTED
        return Gate.COUNTERED if found(_COUNTERED, before + after) else None
