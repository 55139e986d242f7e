"""Identifiers: what is masked before a post is stored or shown, whatever rules say of it.

Masked are NHS numbers of every level (and digits that a text calls an NHS number although their check
digit is wrong: one slip does not hide a patient), e-mail addresses, and UK telephone numbers that can be
a person's own: mobiles and landlines. Numbers that only services hold (03, 0800, 0808, 0845, 0870, 111,
116 123) stay: a helpline is what such a post is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.types import Post, Span
from rules.detectors.nhs_number import LABEL, RUN, candidates
from rules.fold import fold
from rules.patterns import PatternSet, spans
from rules.reading import Part

_EMAIL = r"[a-z0-9._%+'\-]+@(?:[a-z0-9\-]+\.)+[a-z]{2,}"
_GAP = r"[ .\-/]{0,2}"
_ABROAD = rf"(?:\+ ?44|\b0044){_GAP}(?:\(?0\)?)?{_GAP}"
_PERSONAL = rf"(?:{_ABROAD}|\(?\b0)[127]\)?(?:{_GAP}\(?\d\)?){{8,9}}\b"

_WHERES = ("title", "text", "bio", "added", "removed")


class PersonIdentifiers:
    """Implements monitor.ports.Identifiers. Pure, and safe to share."""

    def __init__(self) -> None:
        self._scan = PatternSet((RUN, _EMAIL, _PERSONAL))

    def spans(self, post: Post) -> Sequence[Span]:
        """Every span to mask in title, text, bio, added and removed text; they never overlap."""
        found: list[Span] = []
        for where in _WHERES:
            if raw := post.part(where):
                folded = fold(raw)
                if hits := self._scan.match(folded.text):
                    found += _apart(_found(Part(where, folded), hits))
        return tuple(found)


def _found(part: Part, hits: Sequence[int]) -> Iterator[Span]:
    text = part.folded.text
    if 0 in hits:
        for candidate in candidates(part.folded):
            if candidate.level or candidate.claimed:
                yield part.span(candidate.start, candidate.end, LABEL)
    if 1 in hits:
        yield from (part.span(*place, "e-mail address") for place in spans(_EMAIL, text))
    if 2 in hits:
        yield from (part.span(*place, "telephone number") for place in spans(_PERSONAL, text))


def _apart(found: Iterator[Span]) -> list[Span]:
    """In order of place; of two that overlap the earlier and longer covers both."""
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end > kept[-1].end:
            kept[-1] = Span(kept[-1].start, span.end, kept[-1].label, span.where)
    return kept
