"""Insults as the author's own words: not denied, not quoted, not argued against, not about oneself.

Clause: CDD-4.4.3-1. The rule's patterns find an insult near a role; this decides whether the author
says it.
"""

from __future__ import annotations

from collections.abc import Iterable

from rules.detectors import Hit, detector
from rules.reading import Reading
from rules.speech import Speech


@detector(levels=("insult",), needs_match=True)
def spoken_insult(reading: Reading, _: object) -> Iterable[Hit]:
    """The rule's hits that the author means."""
    speech = Speech(reading.text)
    for start, end in reading.hits:
        if speech.gate(start) is None:
            reason = "The post seems to insult patients or colleagues in the author's own words."
            yield Hit(reading.span(start, end, "insult"), "insult", 0.6, reason)
