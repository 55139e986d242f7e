"""Names that the organisation keeps to itself: embargoed titles, hosts of the intranet, internal systems.

Clauses: CDD-4.4.8-4, VOY-PL-5, SWL-5.7-2, NT-3.2-4. The lists are the organisation's own (`internal`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from monitor.types import Post, Relation
from rules.detectors import Hit, detector
from rules.detectors.own_voice import MOST
from rules.names import Names
from rules.reading import Reading
from rules.text.fold import fold
from rules.text.patterns import spans

_REASON = {
    "embargoed": "The text has a title or code name that your list keeps back until it is announced.",
    "host": "The text has an address of the intranet.",
    "system": "The text has the name of an internal system.",
}


def _names_one(post: Post, names: Names) -> bool:
    if not names.internal or (post.author and post.author.relation is Relation.OFFICIAL):
        return False
    text, title = fold(post.text).text, fold(post.title).text
    return any(name in text or name in title for name in names.internal)


@detector(levels=("embargoed", "host", "system"), applies=_names_one)
def internal_name(reading: Reading, _: object) -> Iterable[Hit]:
    """Every place where one stands, outside the organisation's own announcements."""
    for part in reading.folded("title", "text", *reading.shown):
        for name, level in reading.names.internal.items():
            for start, end in islice(spans(rf"\b{re.escape(name)}\b", part.folded.text), MOST):
                yield Hit(part.span(start, end, level), level, 0.8, _REASON[level])
