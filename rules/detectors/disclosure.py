"""Possible protected disclosures: a concern in the public interest, raised by somebody who works here.

Recognised, never judged: whether the law protects a post is not for a program to say. Sources: BOL-7.5 and
the Employment Rights Act 1996, s.43B, for the kinds of wrongdoing; CDD-4.4.1-6. A complaint by a patient or
relative is a mention to answer, so the author's own workplace must show. The word lists are in
rules/catalogue/words/disclosure.yaml.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from monitor.types import Relation
from rules.detectors import Hit, detector
from rules.detectors.distress import in_crisis
from rules.names import Names
from rules.reading import Reading
from rules.text.patterns import found, place_around, spans
from rules.text.speech import Speech
from rules.text.words import any_of, words

if TYPE_CHECKING:
    from rules.identifiers import PersonIdentifiers

Place = tuple[int, int]

LABEL = "concern"
_WORDS = {key: any_of(entries) for key, entries in words("disclosure").items()}
_DENIED = rf"{_WORDS['denied']}\s*$"
_ONESELF = rf"{_WORDS['oneself']}\s*$"
_DEED = rf"^{_WORDS['deed']}"
_SAID_BY_OTHERS = r'"[^"\n]{6,}"'  # an apostrophe is too often one of "we're" to open a quotation
_LOOKED_AT = 300  # concerns of a kind: a post with more of them, and none that counts, is no honest post
_NEAR = 500  # characters between a concern and the words that show the workplace
_REASON = (
    "Somebody who seems to work for the organisation writes of something that the law may let them report. "
    "Nothing is judged, and only your role is told."
)
_IN_DISTRESS = (
    " The author may be in distress too: ask first how they are, and name Samaritans (116 123) "
    "and staff support."
)
_WITH_IDENTIFIER = (
    " The post seems to hold personal details too, hidden here: "
    "that part alone may need the Caldicott Guardian."
)


@detector(
    levels=("possible",),
    prefilter=tuple(_WORDS[kind] for kind in ("grave", "safety", "ignored", "act", "amiss", "raised")),
)
def disclosure(reading: Reading, _: object) -> Iterable[Hit]:
    """The first concern of a post that its author raises about their own workplace."""
    account = _Account(reading)
    if (place := next(account.concerns(), None)) is None:
        return []
    reason = _REASON + (_IN_DISTRESS if in_crisis(reading.text) else "")
    reason += _WITH_IDENTIFIER if _identifies(reading) else ""
    return [Hit(reading.span(*place, LABEL), "possible", 0.5, reason)]


class _Account:
    """What an author tells, ready to be asked of any place in it; linear in the text."""

    def __init__(self, reading: Reading) -> None:
        self._text = reading.text
        self._speech = Speech(reading.text)
        author = reading.post.author
        self._staff = author is not None and author.relation is Relation.AUTHORISED_STAFF

    def concerns(self) -> Iterator[Place]:
        """The concerns about the author's own workplace, neither denied nor told as an aside."""
        kinds = ("grave",) if found(_WORDS["dispute"], self._text) else ("grave", "safety", "ignored")
        for kind in kinds:
            for start, end in islice(spans(_WORDS[kind], self._text), _LOOKED_AT):
                if self._is_own(start, kind) and self._is_meant(start):
                    yield start, end
        if "safety" not in kinds or in_crisis(self._text):  # who is in danger is helped first
            return
        if self._staff or (not self._cared_for and self._works_here):
            yield from filter(self._counts, self._signs())

    def _signs(self) -> Iterator[Place]:
        """Words that say little alone, beside others: a failing and what is at stake in one sentence, a
        failing and what came of speaking of it, having spoken and what came of that."""
        acts, amiss, raised, stakes = (self._some(kind) for kind in ("act", "amiss", "raised", "stake"))
        if self._works_here:
            yield from self._beside_another(acts, stakes)
        if self._staff:
            yield from self._beside_another(amiss, [*stakes, *self._some("setting")])
        if not found(_WORDS["light"], self._text):
            yield from _beside([*acts, *amiss], [*raised, *self._some("spurned")])
            yield from _beside(raised, self._some("spurned"))

    def _beside_another(self, failings: list[Place], stakes: list[Place]) -> Iterator[Place]:
        """The failings that stand in a sentence with another, or with what is at stake."""
        others: dict[Place, list[Place]] = defaultdict(list)
        for place in (*failings, *stakes):
            others[self._speech.sentence(place[0])].append(place)
        ends = {sentence: min(end for _, end in places) for sentence, places in others.items()}
        starts = {sentence: max(start for start, _ in places) for sentence, places in others.items()}
        for start, end in failings:
            sentence = self._speech.sentence(start)
            if (ends[sentence] <= start or starts[sentence] >= end) and sentence not in self._trifles:
                yield start, end

    def _counts(self, place: Place) -> bool:
        return self._is_meant(place[0]) and (self._staff or self._near(place[0], self._works_here))

    def _some(self, kind: str) -> list[Place]:
        return [*islice(spans(_WORDS[kind], self._text), _LOOKED_AT)]

    def _is_meant(self, at: int) -> bool:
        if self._speech.sentence(at) in self._asides:
            return False
        before = self._text[max(at - 40, 0) : at]
        return not found(_DENIED, before[-24:]) and not (
            found(_ONESELF, before) and found(_DEED, self._text[at : at + 16])
        )

    def _is_own(self, at: int, kind: str) -> bool:
        """True where the author seems to work in the place that is spoken of."""
        if self._near(at, self._works_here):
            return True
        if self._cared_for:
            return False
        known = self._staff and kind != "ignored" and place_around(at, self._quotations) is None
        return known or self._near(at, self._hints)

    @cached_property
    def _asides(self) -> set[Place]:
        return self._sentences_with("aside")

    @cached_property
    def _trifles(self) -> set[Place]:
        return self._sentences_with("light")

    @cached_property
    def _works_here(self) -> list[int]:
        own_place = [] if self._cared_for else self._own("own_place")
        return sorted([*self._own("works_here"), *own_place])

    @cached_property
    def _hints(self) -> list[int]:
        """Where the author tells their profession, or speaks of the workplace in the first person."""
        workplace = self._sentences_with("workplace" if self._staff else "inner_workings")
        spoken = (at for at in self._own("first_person") if self._speech.sentence(at) in workplace)
        return sorted([*self._own("profession"), *spoken])

    @cached_property
    def _cared_for(self) -> bool:
        return found(_WORDS["cared_for"], self._text)

    @cached_property
    def _quotations(self) -> list[Place]:
        return [*spans(_SAID_BY_OTHERS, self._text)]

    def _own(self, key: str) -> list[int]:
        """Where the words stand, outside quotations."""
        starts = [start for start, _ in spans(_WORDS[key], self._text)]
        return [at for at in starts if place_around(at, self._quotations) is None]

    def _sentences_with(self, key: str) -> set[Place]:
        return {self._speech.sentence(start) for start, _ in spans(_WORDS[key], self._text)}

    @staticmethod
    def _near(at: int, places: list[int]) -> bool:
        return bisect_right(places, at + _NEAR) > bisect_left(places, at - _NEAR)


def _beside(these: list[Place], others: list[Place]) -> Iterator[Place]:
    """Those of `these` that have one of `others` near, before or after but not around them."""
    starts, ends = sorted(start for start, _ in others), sorted(end for _, end in others)
    for start, end in these:
        after = bisect_right(starts, end + _NEAR) > bisect_left(starts, end)
        if after or bisect_right(ends, start) > bisect_left(ends, start - _NEAR):
            yield start, end


def _identifies(reading: Reading) -> bool:
    return bool(_identifiers(reading.names).spans(reading.post))


@lru_cache(maxsize=8)
def _identifiers(names: Names) -> PersonIdentifiers:
    from rules.identifiers import PersonIdentifiers  # which asks the detectors

    return PersonIdentifiers(names.organisation)
