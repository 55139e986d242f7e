"""Work e-mail addresses in the profile of an authorised staff account. Clause: CDD-4.4.1-4."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rules.detectors import Hit, detector
from rules.patterns import spans
from rules.reading import Reading

_ADDRESS = r"[a-z0-9._%+'\-]+ ?(?:@|\[at\]|\(at\)) ?(?:[a-z0-9\-]+\.)+[a-z]{2,}"
_NHS = ("nhs.uk", "nhs.net", "nhs.scot")


@detector(levels=("work_email",), prefilter=(_ADDRESS,), applies=lambda post, _: post.author is not None)
def work_email(reading: Reading, _: object) -> Iterable[Hit]:
    """Addresses of the NHS or of the organisation's own domains in the author's bio."""
    domains = (*_NHS, *reading.names.domains)
    for part in reading.folded("bio"):
        for start, end in spans(_ADDRESS, part.folded.text):
            host = re.split(r"@|\[at\]|\(at\)", part.folded.text[start:end])[-1].strip()
            if any(host == domain or host.endswith(f".{domain}") for domain in domains):
                span = part.span(start, end, "e-mail address")
                yield Hit(span, "work_email", 0.95, "The profile shows a work e-mail address.")
