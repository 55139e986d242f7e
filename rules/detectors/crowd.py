"""Indirect identification: a description of a patient that few people fit, though nobody is named.

Clauses: CDD-4.2-1, CDD-4.4.1-1. How common it is among clinicians' posts, and how often the patient would
recognise it: https://www.jmir.org/2020/9/e19746. Whose story it is decides what it is: staff who tell of a
patient may break a confidence, a patient or relative who tells their own story breaks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

from monitor.types import Relation
from rules.crowd.description import Description, Subject, descriptions, prefilter
from rules.crowd.estimate import Estimate
from rules.crowd.weights import features, weights
from rules.detectors import Hit, detector
from rules.reading import Reading
from rules.text.patterns import PatternSet, found

_CONFIDENCE = {"breach": 0.7, "weak": 0.4, "self": 0.6}
_JUDGE = "It is an estimate for a person to judge."
_GROUP = "It speaks of several people at once."
_OWN = "A patient or relative seems to tell their own story: something for patient advice, not an alarm."


@detector(levels=("breach", "weak", "self"), prefilter=prefilter())
def crowd(reading: Reading, _: object) -> Iterable[Hit]:
    """The features of the description that fewest people fit, and those of the author's own story.

    Beside an own story only a `breach` is told: whatever else it says of others is part of it.
    """
    author = reading.post.author
    staff = author is not None and author.relation is Relation.AUTHORISED_STAFF
    if not staff and not _of_hospital(reading.text):
        return
    told = descriptions(reading, staff=staff)
    own = _own(reading, told, staff=staff)
    for description in own:
        yield from _hits(reading, description, description.features, "self", _OWN)
    judged = [(_estimate(reading, each), each) for each in _of_others(reading, told, staff=staff)]
    if not judged:
        return
    estimate, description = min(judged, key=lambda pair: (pair[0].several, pair[0].k))
    if estimate.band == "breach" or (estimate.band == "weak" and not own):
        yield from _hits(reading, description, estimate.features, estimate.band, _reason(estimate))


def _of_hospital(text: str) -> bool:
    """False where the public's descriptions are neither of care nor an insider's, and place nobody."""
    return bool(_hospital().match(text))


@cache
def _hospital() -> PatternSet:
    by = weights().tellers
    inside = (each.patterns for each in features().values() if each.inside or each.identifier)
    return PatternSet(dict.fromkeys((*by.care, *by.ill, *by.insider, *chain.from_iterable(inside))))


def _own(reading: Reading, told: Iterable[Description], *, staff: bool) -> list[Description]:
    """The author's own stories, if of care. Staff also tell of their families' illnesses at home."""
    of_care = weights().tellers.care if staff else (*weights().tellers.care, *weights().tellers.ill)
    own = [each for each in told if each.subject is Subject.OWN]
    return own if own and _any(of_care, reading.text) else []


def _of_others(reading: Reading, told: Iterable[Description], *, staff: bool) -> list[Description]:
    """Descriptions of patients by somebody who may know them from work, or that place them in hospital.

    The press and the public tell of the ill all the time, and of what happens in hospitals rarely.
    """
    insider = staff or _any(weights().tellers.insider, reading.text)
    others = (each for each in told if each.subject is not Subject.OWN)
    return [each for each in others if insider or each.locates]


def _estimate(reading: Reading, description: Description) -> Estimate:
    several = description.subject is Subject.SEVERAL
    return Estimate.of(description.features, reading.names.organisation.people, several=several)


def _reason(estimate: Estimate) -> str:
    several = f" {_GROUP}" if estimate.several else ""
    return f"{estimate.arithmetic}.{several} {_JUDGE}"


def _hits(
    reading: Reading, description: Description, counted: Iterable[str], level: str, reason: str
) -> Iterator[Hit]:
    for name in counted:
        for place in description.features[name]:
            span = reading.span(*place, features()[name].shown)
            yield Hit(span, level, _CONFIDENCE[level], reason)


def _any(patterns: Iterable[str], text: str) -> bool:
    return any(found(pattern, text) for pattern in patterns)
