"""Work e-mail addresses in the profile of an authorised staff account. Clause: CDD-4.4.1-4.

A handle that is a domain (`at @wvft.nhs.uk`, as Bluesky has them) is no address, so an @ stands
between two blanks or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rules.detectors import Hit, detector
from rules.reading import Reading
from rules.text.patterns import spans

LABEL = "e-mail address"
ADDRESS = r"[a-z0-9._%+'\-]+(?:@| @ | ?(?:\[at\]|\(at\)) ?)(?:[a-z0-9\-]+\.)+[a-z]{2,}"

_AT = re.compile(r"@|\[at\]|\(at\)")
_NHS = ("nhs.uk", "nhs.net", "nhs.scot", "nhs.wales", "hscni.net")


@detector(levels=("work_email",), prefilter=(ADDRESS,))
def work_email(reading: Reading, _: object) -> Iterable[Hit]:
    """Addresses of the NHS or of the organisation's own domains in the author's bio."""
    domains = (*_NHS, *reading.names.domains)
    for part in reading.folded("bio"):
        for start, end in spans(ADDRESS, part.folded.text):
            host = _AT.split(part.folded.text[start:end])[-1].strip()
            if any(host == domain or host.endswith(f".{domain}") for domain in domains):
                span = part.span(start, end, LABEL)
                yield Hit(span, "work_email", 0.95, "The profile shows a work e-mail address.")
