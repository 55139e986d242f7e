"""Descriptions: the stretches of a post that tell of a patient, what each says, and of whom it tells."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import chain, islice
from operator import itemgetter

from rules.crowd.weights import Cues, Feature, features, weights
from rules.names import Names
from rules.reading import Reading
from rules.text.fold import fold
from rules.text.patterns import PatternSet, found, spans
from rules.text.words import any_of

Place = tuple[int, int]

_SENTENCE = r"(?:\b(?:mr|mrs|ms|dr|st|no|approx|prof|d\.?o\.?b)\. |[^.!?\n]|\.\S)+"
_CLOSE = 40  # characters: how far from a feature the words stand that cancel it
_ENOUGH = 50  # hits of a pattern: who says a thing more often describes nobody better
_LONGEST = 4  # sentences: what stands further off describes somebody else


class Subject(StrEnum):
    """Of whom a sentence tells."""

    OWN = "the author or a relative"
    ONE = "one patient"
    SEVERAL = "several patients"


@dataclass(frozen=True, slots=True)
class Description:
    """Neighbouring sentences about one subject.

    `features` are those of rules.crowd.weights by name, each with its places in the text of the reading.
    """

    subject: Subject
    features: Mapping[str, Sequence[Place]]

    @property
    def locates(self) -> bool:
        """True where it places somebody within the hospital, or holds an identifier of theirs."""
        return any(features()[name].inside or features()[name].identifier for name in self.features)


@cache
def prefilter() -> tuple[str, ...]:
    """Patterns of which one occurs wherever there is a description."""
    cues = [pattern for each in weights().cues for pattern in each.patterns]
    cues += [pattern for each in weights().features.values() if each.cue for pattern in each.patterns]
    return tuple(dict.fromkeys(cues))


def descriptions(reading: Reading, *, staff: bool) -> list[Description]:
    """Every description of a post. `staff`: an authorised staff account wrote it.

    A sentence about estates, vacancies or the like tells of no patient, and a post about a film or an
    election nowhere does.
    """
    if not _says_something(reading):
        return []
    telling = _Telling(reading, staff)
    return [] if telling.off_topic else telling.descriptions()


def _says_something(reading: Reading) -> bool:
    """False for most posts that speak of a patient or a relative: they tell nothing of them."""
    place = _places(reading.names)
    return bool(_telling().match(reading.text)) or (place is not None and found(place, reading.text))


class _Telling:
    """One post, its sentences, and whom each of them is about. Linear in the text."""

    def __init__(self, reading: Reading, staff: bool) -> None:
        self._reading, self._staff = reading, staff
        self._text = reading.text
        patterns, scan = _scan()
        self._present = {patterns[number] for number in scan.match(self._text)}
        self._sentences = list(spans(_SENTENCE, self._text))

    @property
    def off_topic(self) -> bool:
        """True where the whole post is about something other than patients of today."""
        return not self._present.isdisjoint(weights().quiet.topics)

    def descriptions(self) -> list[Description]:
        """The descriptions in order; a stretch that says nothing of its subject is none."""
        stretches = self._stretches()
        told: dict[int, tuple[Subject, dict[str, list[Place]]]] = {}
        for name, place in self._features():
            if stretch := stretches.get(self._number(place[0])):
                first, subject = stretch
                told.setdefault(first, (subject, {}))[1].setdefault(name, []).append(place)
        return [Description(*told[first]) for first in sorted(told)]

    def _stretches(self) -> dict[int, tuple[int, Subject]]:
        """For each sentence of a stretch, the first sentence of that and its subject.

        A sentence without a subject goes with the one before it, or else with the one after it.
        """
        silent = {self._number(start) for start, _ in self._spans(weights().quiet.asides)}
        of_premises = {self._number(start) for start, _ in self._spans(weights().quiet.premises)}
        subjects = self._subjects()
        silent |= {number for number in of_premises if subjects.get(number) is not Subject.OWN}
        cued = {number: subject for number, subject in subjects.items() if number not in silent}
        stretches: dict[int, tuple[int, Subject]] = {}
        for number in range(len(self._sentences)):
            subject = cued.get(number) or cued.get(number - 1) or cued.get(number + 1)
            if subject is not None and number not in silent:
                first, before = stretches.get(number - 1, (number, None))
                goes_on = subject is before and number - first < _LONGEST
                stretches[number] = (first if goes_on else number, subject)
        return stretches

    def _subjects(self) -> dict[int, Subject]:
        """The subject of each sentence that names one: whoever of the author and a patient comes first."""
        by = weights()
        own = [*self._cues(by.tellers.own), *(() if self._staff else self._cues(by.tellers.own_public))]
        one = [*self._cues(by.subjects.one), *self._feature_cues()]
        first = {number: (at, Subject.ONE) for at, number in self._first(one)}
        for at, number in self._first(own):
            if number not in first or at <= first[number][0]:
                first[number] = (at, Subject.OWN)
        subjects = {number: subject for number, (_, subject) in first.items()}
        unnamed = Subject.ONE if self._staff else None  # the public, in few words, may mean anybody
        for number in sorted({self._number(start) for start, _ in self._cues(by.subjects.role)}):
            if spoken_of := subjects.get(number - 1, unnamed):
                subjects.setdefault(number, spoken_of)
        for start, _ in self._cues(by.subjects.several):
            subjects.setdefault(self._number(start), Subject.SEVERAL)
        return subjects

    def _first(self, places: Iterable[Place]) -> list[Place]:
        """(position, sentence) of the first place in each sentence."""
        first: dict[int, int] = {}
        for start, _ in sorted(places):
            first.setdefault(self._number(start), start)
        return [(start, number) for number, start in first.items()]

    def _cues(self, cues: Cues) -> list[Place]:
        """The hits of cues that no `unless` overlaps."""
        cancelled = _joined(self._spans(cues.unless))
        return [place for place in self._spans(cues.patterns) if not _touches(place, cancelled)]

    def _feature_cues(self) -> Iterator[Place]:
        for feature in weights().features.values():
            if feature.cue:
                yield from self._told(feature, self._spans(feature.patterns))

    def _features(self) -> Iterator[tuple[str, Place]]:
        said = (each for each in weights().features.items() if not self._present.isdisjoint(each[1].patterns))
        for name, feature in said:
            yield from ((name, place) for place in self._told(feature, self._spans(feature.patterns)))
        if pattern := _places(self._reading.names):
            hits = islice(spans(pattern, self._text), _ENOUGH)
            yield from (("place", place) for place in self._told(weights().place, hits))

    def _told(self, feature: Feature, hits: Iterable[Place]) -> Iterator[Place]:
        """The hits that nothing close by cancels, written as the feature is."""
        cancelled = _joined(self._spans(feature.unless))
        for start, end in hits:
            if cancelled and _touches(self._around(start, end), cancelled):
                continue
            if feature.capitals is None or self._capital(start, end, feature.capitals):
                yield start, end

    def _around(self, start: int, end: int) -> Place:
        number = self._number(start)
        first, last = self._sentences[number] if number >= 0 else (start, end)
        return max(first, start - _CLOSE), min(last, end + _CLOSE)

    def _capital(self, start: int, end: int, which: str) -> bool:
        """True where the first or last two words of a hit have capital letters in the raw text."""
        span = self._reading.span(start, end, "")
        words = self._reading.post.part(span.where)[span.start : span.end].split()
        return all(word[:1].isupper() for word in (words[:2] if which == "first" else words[-2:]))

    def _spans(self, patterns: Iterable[str]) -> Iterator[Place]:
        return _spans_of((pattern for pattern in patterns if pattern in self._present), self._text)

    def _number(self, at: int) -> int:
        """Which sentence a position lies in, -1 where in none."""
        number = bisect_right(self._sentences, at, key=itemgetter(0)) - 1
        return number if number >= 0 and at < self._sentences[number][1] else -1


@cache
def _scan() -> tuple[Sequence[str], PatternSet]:
    """Every pattern of the weights, and one pass that says which of them occur."""
    by = weights()
    groups: list[Sequence[str]] = [by.quiet.topics, by.quiet.asides, by.quiet.premises]
    groups += [group for each in by.cues for group in (each.patterns, each.unless)]
    groups += [group for each in features().values() for group in (each.patterns, each.unless)]
    patterns = tuple(dict.fromkeys(chain.from_iterable(groups)))
    return patterns, PatternSet(patterns)


@cache
def _telling() -> PatternSet:
    """The patterns of every feature but the place."""
    return PatternSet(chain.from_iterable(feature.patterns for feature in features().values()))


@lru_cache(maxsize=16)
def _places(names: Names) -> str | None:
    """Where somebody is said to come from a town or village of the organisation's."""
    places = [fold(place).text for place in names.organisation.places if place.strip()]
    return rf"\b(?:from|in|near|of|around) {any_of(map(_literal, places))}" if places else None


def _literal(text: str) -> str:
    return rf"\Q{text}\E"


def _spans_of(patterns: Iterable[str], text: str) -> Iterator[Place]:
    """The hits of several patterns, a limited number of each."""
    return chain.from_iterable(islice(spans(pattern, text), _ENOUGH) for pattern in patterns)


def _joined(places: Iterable[Place]) -> list[Place]:
    """The same ground, in order and apart."""
    joined: list[Place] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _touches(place: Place, others: Sequence[Place]) -> bool:
    """True where a place has a character in common with one of `others`, in order and apart."""
    at = bisect_left(others, place[1], key=itemgetter(0))
    return at > 0 and others[at - 1][1] > place[0]
