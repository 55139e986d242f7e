"""Confidential markings: a label that says the text was not meant to be public.

Clause: CDD-4.4.8-4. A news report that prints a marking was published by others; it is a mention.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.types import Kind
from rules.detectors import Hit, detector
from rules.reading import Reading

_NEWS = frozenset({Kind.ARTICLE, Kind.EPISODE, Kind.VIDEO})


@detector(levels=("marked", "news"), needs_match=True)
def marking(reading: Reading, _: object) -> Iterable[Hit]:
    """The rule's markings, told apart by who published them."""
    level = "news" if reading.post.kind in _NEWS else "marked"
    reason = "The text carries a marking that keeps a document inside the organisation."
    for start, end in reading.hits:
        yield Hit(reading.span(start, end, "marking"), level, 0.8, reason)
