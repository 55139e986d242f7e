"""NHS, CHI and Health and Care numbers: check digit, issued range and the words around them.

The check digit alone says little: 9 % of random ten-digit strings pass it. Ranges and check digit come
from `nhs_number` (https://github.com/uk-fci/nhs-number); the digit's algorithm is that of
https://www.datadictionary.nhs.uk/attributes/nhs_number.html. The numbers of Scotland (CHI, which begin
with a date of birth) and of Northern Ireland (H&C) share it and count only where the text names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import accumulate
from typing import Any, Literal, NamedTuple

from nhs_number import constants
from nhs_number.validate import is_valid

from rules.detectors import Hit, Options, detector
from rules.reading import Reading
from rules.sighting import Sighting, hits
from rules.text.context import CARE, Links, around
from rules.text.dates import real_date
from rules.text.fold import Folded
from rules.text.patterns import compiled, found, spans

RUN = r"\d(?:[ .\-/)]{0,2}\d){9,}"

_SHAPES = frozenset({(10,), (3, 3, 4), (5, 5), (3, 7), (6, 4), (3, 4, 3), (2, 2, 2, 2, 2)})
_USUAL = (3, 3, 4)
_GROUP = re.compile(r"[0-9]+")
_LETTERS = re.compile(r"[a-z]+\Z")
_SEQUENCES = frozenset({"0123456789", "9876543210"})

# Each window is measured in folded characters from the number.
_REACH_BEFORE = 48
_NAME = (
    r"(nhs|n\.h\.s\.?|\bn h s|national health service|\bchi|\bh ?(?:&|and) ?c|\bhcn|community health index"
    r"|health (?:and|&) (?:social )?care)"
)
_NUMBER = r"(?:no|num|nr?|numbers?|id)(?:\b|_)"
_LINKED = r"(?:[\W_]{1,3}(?:is|was))?[\W_]{0,4}$"
_NAMED = rf"{_NAME}[\W_]{{0,3}}({_NUMBER})?{_LINKED}"
_OTHERWISE = (
    r"\b(?:order\w*|tickets?|parcels?|track\w*|ref|refs|reference|invoices?|isbn|issn|tel|telephone|phone\w*"
    r"|call|ring|fax|mobile|whatsapp|sms|account|charity|company|vat|epoch|timestamp|tweets?|status|views?"
    r"|likes|followers|subscribers|retweets|downloads|plays|pin|imei|serial|barcode|sku|booking|receipt"
    r"|voucher|transaction|courier|consignment|shipment|job (?:no|number|id)|part (?:no|number)"
    r"|freephone|switchboard|score|budget)\b"
)

_REGIONS: dict[str, Any] = {
    "england": constants.REGION_ENGLAND,
    "scotland": constants.REGION_SCOTLAND,
    "northern_ireland": constants.REGION_NORTHERN_IRELAND,
    "synthetic": constants.REGION_SYNTHETIC,
}
_LABELS = {"scotland": "CHI number", "northern_ireland": "Health and Care number"}
_JUDGEMENTS = {
    "high": (0.95, "A valid NHS number stands beside words that say it is one."),
    "medium": (0.7, "Ten digits form a valid NHS number, and the words around them are about care."),
    "info": (
        0.5,
        "A number from the range kept for test patients is used as an NHS number; nobody holds it.",
    ),
    "low": (0.3, "Ten digits form a valid NHS number, but nothing around them says so."),
}


class NhsNumberOptions(Options):
    """`region`: whose numbers count without being named. `synthetic`: what the 999 range is here."""

    region: Literal["england"] = "england"
    synthetic: Literal["info", "issued"] = "info"


class _Name(NamedTuple):
    """What a text calls ten digits, and whether it says that they are a number."""

    scheme: str
    number: bool


class _Ten(NamedTuple):
    """Ten digits: where they stand, in groups of which lengths, and what the text calls them."""

    start: int
    end: int
    shape: tuple[int, ...]
    named: _Name | None


@detector(levels=tuple(_JUDGEMENTS), options=NhsNumberOptions, prefilter=(RUN,))
def nhs_number(reading: Reading, options: NhsNumberOptions) -> Iterable[Hit]:
    """The NHS numbers of a post, wherever they stand. Clauses: CDD-4.2-1, CDD-4.4.1-1."""
    return hits(reading, partial(candidates, synthetic=options.synthetic), _JUDGEMENTS)


def candidates(folded: Folded, *, synthetic: str = "info") -> Iterator[Sighting]:
    """Every NHS number, and ten digits that the text calls one although they are not (no level).

    The digits of a link count only where the link itself calls them one (`?nhs-number=`).
    """
    text = folded.text
    links = Links(text)
    for run in spans(RUN, text):
        if text[max(run[0] - 2, 0) : run[0]].strip().endswith("+"):
            continue
        yield from _in_run(text, run, synthetic, linked=run[0] in links)


def _in_run(text: str, run: tuple[int, int], synthetic: str, *, linked: bool) -> Iterator[Sighting]:
    """Neighbouring digit groups that make ten, left to right, never overlapping.

    They stand in a shape that people write NHS numbers in or, where the text calls them one, in any.
    """
    groups = [match.span() for match in _GROUP.finditer(text, *run)]
    lengths = [last - first for first, last in groups]
    at = 0
    while at < len(groups):
        size = _groups_of_ten(lengths[at : at + 10])
        sighting = None
        if size:
            named = _named(text, groups[at][0]) if at == 0 else None  # digits end what a text says
            place = (groups[at][0], groups[at + size - 1][1])
            ten = _Ten(*place, tuple(lengths[at : at + size]), named)
            sighting = _judge(text, ten, synthetic, linked=linked)
        if sighting:
            yield sighting
        at += size if sighting else 1


def _groups_of_ten(lengths: Iterable[int]) -> int:
    """How many of the first groups hold ten digits together; 0 where none do."""
    return next((size for size, total in enumerate(accumulate(lengths), 1) if total == 10), 0)


def _named(text: str, start: int) -> _Name | None:
    """What the text calls the digits that begin here."""
    match = compiled(_NAMED).search(text[max(start - _REACH_BEFORE, 0) : start])
    return _Name(match[1], number=match[2] is not None) if match else None


def _judge(text: str, ten: _Ten, synthetic: str, *, linked: bool) -> Sighting | None:
    named = ten.named
    if ten.shape not in _SHAPES and not (named and named.number):
        return None
    if not named and (linked or ")" in text[ten.start : ten.end]):
        return None
    digits = "".join(_GROUP.findall(text, ten.start, ten.end))
    region = (
        _region(digits)
        if _plausible(digits, text[max(ten.start - 3, 0) : ten.start], named=named is not None)
        else None
    )
    if region == "synthetic" and synthetic == "issued":
        region = "england"
    level = _named_level(region, named.scheme, digits) if named else _bare_level(region, text, ten)
    label = _LABELS.get(region or "", "NHS number")
    return Sighting(ten.start, ten.end, level, label) if named or level else None


def _plausible(digits: str, before: str, *, named: bool) -> bool:
    if len(set(digits)) == 1 or digits in _SEQUENCES or not is_valid(digits):
        return False
    money_or_tag = before.rstrip(" ")[-1:]
    return money_or_tag not in ("£", "$", "€") and (money_or_tag != "#" or named)


def _named_level(region: str | None, name: str, digits: str) -> str | None:
    if region == "scotland":
        born = [int(digits[at : at + 2]) for at in (0, 2, 4)]
        chi = name.startswith(("chi", "comm"))
        return "high" if chi and (real_date(*born) or real_date(born[0], born[1], 1900 + born[2])) else None
    return {"england": "high", "northern_ireland": "high", "synthetic": "info"}.get(region or "")


def _bare_level(region: str | None, text: str, ten: _Ten) -> str | None:
    start, end = ten.start, ten.end
    if region not in ("england", "synthetic"):
        return None
    if found(_OTHERWISE, f"{text[max(start - 24, 0) : start]} {text[end : end + 16]}"):
        return None
    care = found(CARE, around(text, start, end, 40))
    if region == "synthetic":
        return "info" if care else None
    if not care or _glued(text, start, end):
        return "low"
    return "high" if ten.shape == _USUAL else "medium"


def _glued(text: str, start: int, end: int) -> bool:
    """True where letters make the digits part of a longer code, as of a parcel."""
    word = _LETTERS.search(text, max(start - 8, 0), start)
    return text[end : end + 1].isalpha() or (word is not None and word[0] not in ("pt", "patient"))


def _region(digits: str) -> str | None:
    """The part of the UK that issues numbers of this range, None for one where nobody does."""
    return next((name for name, region in _REGIONS.items() if region.contains_number(digits)), None)
