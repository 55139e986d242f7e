"""NHS numbers: check digit, issued range and the words around them.

The check digit alone says little: 9 % of random ten-digit strings pass it. Ranges and check digit come
from `nhs_number` (https://github.com/uk-fci/nhs-number); the digit's algorithm is that of
https://www.datadictionary.nhs.uk/attributes/nhs_number.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Literal

from nhs_number import constants
from nhs_number.validate import is_valid

from rules.detectors import Hit, Options, detector
from rules.fold import Folded
from rules.patterns import found, place_around, spans
from rules.reading import Reading

LABEL = "NHS number"
RUN = r"\d(?:[ .\-/]{0,2}\d){9,}"

_SHAPES = frozenset({(10,), (3, 3, 4), (5, 5), (3, 7), (6, 4), (3, 4, 3), (2, 2, 2, 2, 2)})
_GROUP = re.compile(r"[0-9]+")
_SEQUENCES = frozenset({"0123456789", "9876543210"})
_LINK = r"(?:https?://|www\.)\S+"

# Each window is measured in folded characters from the number.
_NUMBER = r"(?:no|num|numbers?|id)\b"
_CALLED = rf"(?:nhs|chi|h ?& ?c|hcn)\W{{0,3}}{_NUMBER}(?:\W{{1,3}}(?:is|was))?\W{{0,4}}$"
_NAMED = rf"(?:nhs|chi|h ?& ?c|hcn)\W{{0,3}}(?:{_NUMBER})?(?:\W{{1,3}}(?:is|was))?\W{{0,4}}$"
_CLINICAL = (
    r"\b(?:nhs|chi|h&c|hcn|pt|patients?|ward|bay|bed|mrn|hosp\w*|admitted|discharg\w*|clinic|dob"
    r"|(?:her|his|my|their) (?:number|no))\b"
)
_OTHERWISE = (
    r"\b(?:order\w*|tickets?|parcel\w*|track\w*|ref|refs|reference|invoice\w*|isbn|tel|telephone|phone\w*|call"
    r"|ring|fax|mobile|account|charity|company|vat|epoch|tweet|status|views?|likes|followers|pin|imei"
    r"|freephone|switchboard|score|budget)\b"
)

_REGIONS: dict[str, Any] = {
    "england": constants.REGION_ENGLAND,
    "scotland": constants.REGION_SCOTLAND,
    "northern_ireland": constants.REGION_NORTHERN_IRELAND,
    "synthetic": constants.REGION_SYNTHETIC,
}
_CONFIDENCE = {"high": 0.95, "medium": 0.7, "info": 0.5, "low": 0.3}
_REASON = {
    "high": "A valid NHS number stands beside words that say it is one.",
    "medium": "Ten digits form a valid NHS number, and the words around them are about care.",
    "info": "A number from the range kept for test patients is used as an NHS number; nobody holds it.",
    "low": "Ten digits form a valid NHS number, but nothing around them says so.",
}


class NhsNumberOptions(Options):
    """`region`: whose numbers count without being named. `synthetic`: what the 999 range is here."""

    region: Literal["england"] = "england"
    synthetic: Literal["info", "issued"] = "info"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Ten digits in folded text; `level` is None where they are not an NHS number.

    `claimed` is True where the text calls them one, right or wrong.
    """

    start: int
    end: int
    level: str | None
    claimed: bool


@detector(levels=("high", "medium", "low", "info"), options=NhsNumberOptions, prefilter=(RUN,))
def nhs_number(reading: Reading, options: NhsNumberOptions) -> Iterable[Hit]:
    """The NHS numbers of a post, wherever they stand. Clauses: CDD-4.2-1, CDD-4.4.1-1."""
    for part in reading.folded("title", "text", "added", "bio"):
        for candidate in candidates(part.folded, synthetic=options.synthetic):
            if level := candidate.level:
                span = part.span(candidate.start, candidate.end, LABEL)
                yield Hit(span, level, _CONFIDENCE[level], _REASON[level])


def candidates(folded: Folded, *, synthetic: str = "info") -> Iterator[Candidate]:
    """Every stretch of ten digits that could be an NHS number, judged.

    The digits of a link count only where the link itself calls them one (`?nhs-number=`).
    """
    text = folded.text
    links: list[tuple[int, int]] | None = None
    for run in spans(RUN, text):
        if text[max(run[0] - 2, 0) : run[0]].strip().endswith("+"):
            continue
        if links is None:
            links = list(spans(_LINK, text))
        linked = place_around(run[0], links) is not None
        for start, end in _stretches(text, *run):
            candidate = _judge(text, start, end, synthetic)
            if candidate.claimed or not linked:
                yield candidate


def _stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Neighbouring digit groups that make ten, left to right, never overlapping.

    They stand in a shape that people write NHS numbers in or, where the text calls them one, in any.
    """
    groups = [match.span() for match in _GROUP.finditer(text, start, end)]
    lengths = [last - first for first, last in groups]
    at = 0
    while at < len(groups):
        size = _groups_of_ten(lengths[at : at + 10])
        shape = tuple(lengths[at : at + size])
        first = groups[at][0]
        if size and (shape in _SHAPES or found(_CALLED, text[max(first - 24, 0) : first])):
            yield first, groups[at + size - 1][1]
            at += size
        else:
            at += 1


def _groups_of_ten(lengths: Iterable[int]) -> int:
    """How many of the first groups hold ten digits together; 0 where none do."""
    return next((size for size, total in enumerate(accumulate(lengths), 1) if total == 10), 0)


def _judge(text: str, start: int, end: int, synthetic: str) -> Candidate:
    digits = "".join(_GROUP.findall(text, start, end))
    before = text[max(start - 24, 0) : start]
    named = found(_NAMED, before)
    if not _plausible(digits, before, named=named):
        return Candidate(start, end, None, named)
    around = text[max(start - 40, 0) : start] + " " + text[end : end + 40]
    clinical = named or found(_CLINICAL, around)
    otherwise = not named and found(_OTHERWISE, f"{before} {text[end : end + 16]}")
    level = _level(digits, synthetic, named, clinical, otherwise, grouped=text[start + 3] in " .-/")
    return Candidate(start, end, level, named)


def _plausible(digits: str, before: str, *, named: bool) -> bool:
    if len(set(digits)) == 1 or digits in _SEQUENCES or not is_valid(digits):
        return False
    money_or_tag = before.rstrip(" ")[-1:]
    return money_or_tag not in ("£", "$", "€") and (money_or_tag != "#" or named)


def _level(
    digits: str, synthetic: str, named: bool, clinical: bool, otherwise: bool, *, grouped: bool
) -> str | None:
    region = _region(digits)
    if region == "synthetic" and synthetic == "issued":
        region = "england"
    if region in ("scotland", "northern_ireland"):
        return "high" if named else None
    if region == "synthetic":
        return "info" if clinical and not otherwise else None
    if region != "england" or otherwise:
        return None
    if named or (clinical and grouped):
        return "high"
    return "medium" if clinical else "low"


def _region(digits: str) -> str | None:
    """The part of the UK that issues numbers of this range, None for one where nobody does."""
    return next((name for name, region in _REGIONS.items() if region.contains_number(digits)), None)
