"""National Insurance numbers: two letters, six digits, a letter; there is no check digit.

Which letters occur: https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rules.detectors import Hit, Options, detector
from rules.reading import Reading
from rules.sighting import Sighting, hits
from rules.text.context import Links, around
from rules.text.fold import Folded
from rules.text.patterns import found, spans

LABEL = "National Insurance number"
NUMBER = r"\b[abceghj-prstw-z][abceghj-nprstw-z][ \-]?\d\d[ \-]?\d\d[ \-]?\d\d[ \-]?[a-d]\b"

_UNUSED = ("bg", "gb", "kn", "nk", "nt", "tn", "zz")
_NAMED = (
    r"(?:\bn\.?i\.?(?:c|n|no|number)?|\bnino|national insurance)[.:#]?"
    r"(?:[\W_]{1,3}(?:no|num|number|id|is|was)\b)*[\W_]{0,4}$"
)
_OTHERWISE = (
    r"\b(?:order\w*|tickets?|parcels?|track\w*|ref|refs|reference|invoices?|part|serial|model|flight|booking"
    r"|sku|voucher|code|registration|reg|postcode|licen[cs]e|policy|asset)\b"
)
_JUDGEMENTS = {
    "high": (0.95, "A National Insurance number stands beside words that say it is one."),
    "medium": (0.6, "Letters and digits have the shape of a National Insurance number."),
}


@detector(levels=tuple(_JUDGEMENTS), prefilter=(NUMBER,))
def national_insurance(reading: Reading, _: Options) -> Iterable[Hit]:
    """The National Insurance numbers of a post. Clauses: CDD-4.2-1, CDD-4.4.1-1."""
    return hits(reading, insurance_numbers, _JUDGEMENTS)


def insurance_numbers(folded: Folded) -> Iterator[Sighting]:
    """Numbers of the right shape. Unnamed ones count in capitals only: "on 12 10 20 a new ward opens"."""
    text = folded.text
    links = Links(text)
    for start, end in spans(NUMBER, text):
        if text.startswith(_UNUSED, start):
            continue
        if found(_NAMED, text[max(start - 40, 0) : start]):
            yield Sighting(start, end, "high", LABEL)
        elif start not in links and _stands_alone(folded, start, end):
            yield Sighting(start, end, "medium", LABEL)


def _stands_alone(folded: Folded, start: int, end: int) -> bool:
    first, last = folded.raw_span(start, end)
    capitals = folded.raw[first:last].isupper() and "-" not in folded.text[start:end]
    return capitals and not found(_OTHERWISE, around(folded.text, start, end, 24))
