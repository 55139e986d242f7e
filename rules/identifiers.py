"""Identifiers: what is masked before a post is stored or shown, whatever rules say of it.

Masked are NHS numbers of every level (and digits that a text calls an NHS number although their check
digit is wrong: one slip does not hide a patient), e-mail addresses, and UK telephone numbers that can be
a person's own: mobiles and landlines. Numbers that only services hold (03, 0800, 0808, 0845, 0870, 111,
116 123) stay: a helpline is what such a post is about. Synthetic NHS numbers count as real ones: a
rehearsal must hide what the real thing would.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from monitor.types import Post, Span
from rules.detectors import nhs_number, work_email
from rules.fold import fold
from rules.patterns import PatternSet, spans
from rules.reading import Part


def _personal(gap: str) -> str:
    abroad = rf"(?:\+ ?44|\b0044){gap}(?:\(?0\)?)?{gap}"
    return rf"(?:{abroad}|\(?\b0)[127]\)?(?:{gap}\(?\d\)?){{8,9}}\b"


_PERSONAL = _personal(r"[ .\-/]{0,2}")
_PERSONAL_IN_ADDRESS = _personal(r"[ .\-]{0,2}")  # /2026/02/11/1234567 is a day and an item

_REMOTE_HANDLE = re.compile(r"/@[^/@]+@[^/?#]+")  # a public account of the fediverse, no mailbox

# What an address must hold before it is worth a closer look.
_TELLING = re.compile(r"@|%40|(?:[0-9][^0-9]*){6}")

_WHERES = ("title", "text", "bio", "display_name", "handle", "added", "removed", "headings")


class PersonIdentifiers:
    """Implements monitor.ports.Identifiers. Pure, and safe to share."""

    def __init__(self) -> None:
        self._scan = PatternSet((nhs_number.RUN, work_email.ADDRESS, _PERSONAL))
        self._address_scan = PatternSet((nhs_number.RUN, work_email.ADDRESS, _PERSONAL_IN_ADDRESS))

    def spans(self, post: Post) -> Sequence[Span]:
        """Every span to mask in what a post says and is called; they never overlap.

        An address that gives somebody away is one span as a whole: half an address leads nowhere.
        """
        found: list[Span] = []
        if post.url and _TELLING.search(post.url) and (label := self._told_by(post.url)):
            found.append(Span(0, len(post.url), label, "url"))
        texts = [(where, fold(raw)) for where in _WHERES if (raw := post.part(where))]
        # One look at all of them together first: most posts identify nobody.
        if self._scan.match("\n".join([folded.text for _, folded in texts])):
            for where, folded in texts:
                found += _apart(_found(Part(where, folded), self._scan.match(folded.text)))
        return tuple(found)

    def _told_by(self, url: str) -> str | None:
        """The kind of identifier that an address holds, None for most."""
        # Without scheme and www., or the number detector takes it for a link, where numbers mean nothing.
        folded = fold(_REMOTE_HANDLE.sub("/", unquote(url.partition("://")[2].removeprefix("www."))))
        hits = self._address_scan.match(folded.text)
        return next((span.label for span in _found(Part("url", folded), hits)), None) if hits else None


def _found(part: Part, hits: Sequence[int]) -> Iterator[Span]:
    text = part.folded.text
    if 0 in hits:
        for candidate in nhs_number.candidates(part.folded, synthetic="issued"):
            if candidate.level or candidate.claimed:
                yield part.span(candidate.start, candidate.end, nhs_number.LABEL)
    if 1 in hits:
        yield from (part.span(*place, work_email.LABEL) for place in spans(work_email.ADDRESS, text))
    if 2 in hits:
        pattern = _PERSONAL_IN_ADDRESS if part.where == "url" else _PERSONAL
        yield from (part.span(*place, "telephone number") for place in spans(pattern, text))


def _apart(found: Iterator[Span]) -> list[Span]:
    """In order of place; of two that overlap the earlier and longer covers both."""
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
        elif span.end > kept[-1].end:
            kept[-1] = Span(kept[-1].start, span.end, kept[-1].label, span.where)
    return kept
