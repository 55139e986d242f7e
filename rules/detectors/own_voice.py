"""The hits of a rule's patterns that the author says in earnest, and not in the news.

Which gates count is the rule's to say: an advertisement that is quoted is no advertisement, but a secret
that is quoted is out all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from monitor.types import Kind
from rules.detectors import Hit, Options, detector
from rules.names import Names
from rules.reading import Reading
from rules.text.patterns import first, found
from rules.text.speech import Gate, Speech

_NEWS = frozenset({Kind.ARTICLE, Kind.EPISODE, Kind.VIDEO})
_OURS = (
    r"\b(?:our|ours|we|we're|we've|us|my (?:ward|team|trust|manager|boss|department|unit|work)|the trust"
    r"|the hospital|the board|board (?:meeting|papers?|minutes)"
    r"|staff|nhs|icb|ccg|foundation trust|ceo|chief exec\w*|management|directors?"
    r"|wards? ?\w{1,3}|a&e|maternity|exec(?:s|utives)?)\b"
)
_CONFIDENCE = 0.6
_REACH = 300  # characters in which a question ends
MOST = 100
"""Hits of one post that are looked at: more of the same tell nobody more, and each look costs time."""


class OwnVoiceOptions(Options):
    """`reason` and `label` of a hit; `gates` by their names, such as "reported", or "asked".

    `news`: whether articles, episodes and films count. `ours`: whether the post must speak of the
    author's own workplace or of the organisation.
    """

    reason: str = "The author says in earnest what this rule looks for."
    label: str = "words"
    gates: list[str] = [gate.name.lower() for gate in Gate] + ["asked"]
    news: bool = False
    ours: bool = False


@detector(levels=("said",), options=OwnVoiceOptions, needs_match=True)
def own_voice(reading: Reading, options: OwnVoiceOptions) -> Iterable[Hit]:
    """The rule's hits that pass the gates."""
    if reading.post.kind in _NEWS and not options.news:
        return
    text = reading.text
    if options.ours and not (found(_OURS, text) or found(_named(reading.names), text)):
        return
    speech = Speech(text)
    for start, end in reading.hits[:MOST]:
        if is_meant(speech, start, options.gates):
            span = reading.span(start, end, options.label)
            yield Hit(span, "said", _CONFIDENCE, options.reason)


@lru_cache(maxsize=8)  # one organisation, in tests a few
def _named(names: Names) -> str:
    """Its names, with or without the word that says what it is: the rule's own words show what it is."""
    return rf"{names.prose}|\b{names.stems}\b"


def is_meant(speech: Speech, start: int, gates: Collection[str]) -> bool:
    """True where none of the gates, by name, keeps the words at `start` from being meant."""
    if "asked" in gates and _asked(speech.text, start):
        return False
    gate = speech.gate(start) if any(name != "asked" for name in gates) else None
    return gate is None or gate.name.lower() not in gates


def _asked(text: str, start: int) -> bool:
    end = first(r"[.!?\n]", text[start : start + _REACH])
    return end is not None and text[start + end[0]] == "?"
