"""Profile: what the holder of an account says there of job, employer and whose views these are.

The wordings of disclaimers differ as much as people do; each pattern stands for a family of them.
Source of the duty: VOY-PL-D, SWL-5-2, NT-3.2-D, CDD-4.4.8-2, BOL-5.1.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rules.names import Names
from rules.text.fold import fold
from rules.text.patterns import found, spans
from rules.text.words import any_of, words

_WORDS = words("profiles")
_SAID = any_of(_WORDS["said"])
_EMPLOYER = any_of(_WORDS["employer"])
_VIEWS = (
    rf"{_SAID}\W{{0,3}}(?:\w+\W+){{0,7}}(?:my own|own|mine|personal)\b"
    rf"|\b(?:my own|own|personal)\W+(?:\w+\W+)?{_SAID}\b"
    r"|\bmy\W+(?:\w+\W+)?(?:views?|opinions?)\b"
    rf"|{_SAID}[^.;|\n]{{0,30}}(?:\bnot?\b|n't\b)[^.;|\n]{{0,40}}{_EMPLOYER}"
    r"|\bnot\b[^.;|\n]{0,20}\b(?:views?|opinions?)\b"
    r"|\b(?:nothing|none of (?:this|it|what|my))\b[^.;|\n]{0,40}\b(?:views?|opinions?|position)\b"
    r"|\b(?:represent|reflect|speak for)s? (?:only|just|nobody but|no one but) (?:me|myself)\b"
    r"|\b(?:personal capacity|speak(?:ing)?(?: only)? for (?:myself|me)\b|(?:just|only) me talking)"
)
_SHARE = any_of(_WORDS["share"])
_SHARES = (  # folding turns the sign for "is not equal to" into "="
    rf"{_SHARE}.{{0,24}}(?:=|\bnot?\b|n't\b|\bnever\b).{{0,16}}\b(?:endors|agree|approv)\w*"
    rf"|\b(?:not?|non)\b.{{0,12}}\b(?:endors|agree|approv)\w*.{{0,30}}{_SHARE}"
)
_JOB = any_of(_WORDS["job"])
_BEFORE = 60  # characters
_NOW = any_of(_WORDS["now"])
_CUES = any_of((*_WORDS["now"], *_WORDS["no_longer"], *_WORDS["not_staff"]))
_OVER = r"^\W{0,3}(?:until|till|alum\w*|retired|leaver|retiree|(?:19|20)\d\d ?- ?(?:19|20)?\d\d\b)"
_STOP = r"[.;|\n\x{2022}\x{b7}]"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a bio says. `employer` are the folded places that name the organisation as today's employer."""

    employer: tuple[tuple[int, int], ...]
    job: bool
    views: bool
    shares: bool


@lru_cache(maxsize=8192)  # the same profile comes with every post
def read(bio: str, names: Names) -> Profile:
    """Read one bio. Pure and linear in its length."""
    text = fold(bio).text
    named = (_trimmed(text, *place) for place in spans(names.prose, text))
    return Profile(
        employer=tuple(place for place in named if _today(text, *place)),
        job=any(_today(text, *place) for place in spans(_JOB, text)),
        views=found(_VIEWS, text) or found(_not_theirs(names), text),
        shares=found(_SHARES, text),
    )


@lru_cache(maxsize=8)  # one organisation, in tests a few
def _not_theirs(names: Names) -> str:
    return rf"{_SAID}[^.;|\n]{{0,30}}(?:\bnot?\b|n't\b)[^.;|\n]{{0,40}}(?:{names.prose})"


def _today(text: str, start: int, end: int) -> bool:
    """True where the words before and after a place make it the holder's own and present one."""
    before = text[max(start - _BEFORE, 0) : start]
    clause = before[max((last for _, last in spans(_STOP, before)), default=0) :]
    cues = [clause[first:last] for first, last in spans(_CUES, clause)]
    return (not cues or found(_NOW, cues[-1])) and not found(_OVER, text[end : end + 20])


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A place without the characters on either side that only bounded it."""
    inside = text[start:end]
    bare = inside.strip(" \n\t.,;:!?|()[]/\"'-")
    first = start + inside.index(bare)
    return first, first + len(bare)
