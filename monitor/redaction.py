"""Masking: what identifies a person never reaches a table, a template or a log.

Masks are placed once, in the spans that the identifiers' detectors gave, before anything is stored.
Finding spans are moved along, so that they index the masked copy exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from urllib.parse import unquote, urlsplit

from monitor.types import IMAGE, Account, Change, Finding, Media, Picture, Post, Span

JOIN = "\n\n"  # how Change.added and Change.removed join their hunks


@dataclass(frozen=True, slots=True)
class Mask:
    """One stretch to hide and what to show instead."""

    start: int
    end: int
    shown: str


def masks(spans: Iterable[Span]) -> list[Mask]:
    """Spans of one text as masks in order; overlapping ones are joined under the first one's label."""
    result: list[Mask] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if result and span.start < result[-1].end:
            result[-1] = replace(result[-1], end=max(result[-1].end, span.end))
        elif span.end > span.start:
            result.append(Mask(span.start, span.end, f"[{span.label} redacted]"))
    return result


def apply(text: str, hidden: Sequence[Mask]) -> str:
    """The masked copy of `text`."""
    if not hidden:
        return text
    pieces, at = [], 0
    for mask in hidden:
        pieces += [text[at : mask.start], mask.shown]
        at = mask.end
    return "".join([*pieces, text[at:]])


def moved(position: int, hidden: Sequence[Mask], *, end: bool = False) -> int:
    """Where `position` of the original stands in the masked copy; inside a mask, at its near or far edge.

    `end` says that the position closes a span: one that closes where a mask opens stays before it.
    """
    shift = 0
    for mask in hidden:
        if position < mask.start or (end and position == mask.start):
            break
        if position < mask.end or (end and position == mask.end):
            return mask.start + shift + (len(mask.shown) if end else 0)
        shift += len(mask.shown) - (mask.end - mask.start)
    return position + shift


def redact(post: Post, spans: Sequence[Span], findings: Iterable[Finding]) -> tuple[Post, list[Finding]]:
    """The masked copy of a post, and its findings with spans that index that copy."""
    if not spans:
        return _without_codes(post), list(findings)
    hidden: dict[str, list[Mask]] = {}
    for where in {span.where for span in spans}:
        hidden[where] = masks(span for span in spans if span.where == where)
    digits = _digits(post, hidden)
    masked = replace(
        post,
        title=apply(post.title, hidden.get("title", ())),
        text=apply(post.text, hidden.get("text", ())),
        author=_author(post.author, hidden),
        change=_change(post, hidden, digits),
        url=_host(post.url or "") if "url" in hidden else _address(post.url, digits),
        links=tuple(_address(link, digits) or "" for link in post.links),
        media=tuple(_media(post.media, hidden)),
    )
    return _without_codes(masked), [_moved_finding(finding, hidden) for finding in findings]


def _media(media: Sequence[Media], hidden: dict[str, list[Mask]]) -> Iterable[Media]:
    """Each with its recognised text masked; a line that a mask touches is none any more."""
    for number, each in enumerate(media, 1):
        there = hidden.get(f"{IMAGE}{number}", ())
        yield replace(each, picture=_picture(each.picture, there)) if each.picture and there else each


def _picture(picture: Picture, hidden: Sequence[Mask]) -> Picture:
    lines = (
        replace(line, start=moved(line.start, hidden), end=moved(line.end, hidden, end=True))
        for line in picture.lines
        if not any(mask.start < line.end and line.start < mask.end for mask in hidden)
    )
    return replace(picture, text=apply(picture.text, hidden), lines=tuple(lines))


def _without_codes(post: Post) -> Post:
    """The post with its codes cut down to hosts: what else an address says may be about a person."""
    if not any(picture.codes for _, picture in post.images):
        return post
    media = (
        replace(each, picture=replace(each.picture, codes=tuple(_coded(c) for c in each.picture.codes)))
        if each.picture
        else each
        for each in post.media
    )
    return replace(post, media=tuple(media))


def _coded(code: str) -> str:
    return _host(code) if code.lower().startswith(("https://", "http://")) else "(not an address)"


def _moved_finding(finding: Finding, hidden: dict[str, list[Mask]]) -> Finding:
    def move(span: Span) -> Span:
        there = hidden.get(span.where, ())
        return replace(span, start=moved(span.start, there), end=moved(span.end, there, end=True))

    return replace(finding, spans=tuple(move(span) for span in finding.spans))


def _author(author: Account | None, hidden: dict[str, list[Mask]]) -> Account | None:
    if author is None:
        return None
    return replace(
        author,
        bio=author.bio and apply(author.bio, hidden.get("bio", ())),
        display_name=author.display_name and apply(author.display_name, hidden.get("display_name", ())),
        handle=author.handle and apply(author.handle, hidden.get("handle", ())),
    )


def _change(post: Post, hidden: dict[str, list[Mask]], digits: set[str]) -> Change | None:
    """Masks each part of the edit that strangers wrote, by the stretch of the joined text it stands for."""
    change = post.change
    if change is None:
        return None
    change = replace(change, diff_url=_address(change.diff_url, digits))
    if hidden.keys() & {"title", "url"}:  # the page's name is the post's title, and part of its address
        change = replace(change, page=apply(post.title, hidden.get("title", ())), diff_url=None)
    if "headings" in hidden:
        change = _headings(change, hidden["headings"])
    if "surroundings" in hidden:
        change = _surroundings(change, hidden["surroundings"])
    new = _hunks([h.new for h in change.hunks], hidden.get("added", ()))
    old = _hunks([h.old for h in change.hunks], hidden.get("removed", ()))
    hunks = (replace(h, old=o, new=n) for h, o, n in zip(change.hunks, old, new, strict=True))
    return replace(change, hunks=tuple(hunks))


def _headings(change: Change, hidden: Sequence[Mask]) -> Change:
    """As `Change.headings` has them."""
    before, after = len(change.sections_before), len(change.sections_after)
    over = (h.section or "" for h in change.hunks)
    masked = _hunks((*change.sections_before, *change.sections_after, *over), hidden)
    hunks = zip(change.hunks, masked[before + after :], strict=True)
    return replace(
        change,
        hunks=tuple(replace(hunk, section=section or None) for hunk, section in hunks),
        sections_before=tuple(masked[:before]),
        sections_after=tuple(masked[before : before + after]),
    )


def _surroundings(change: Change, hidden: Sequence[Mask]) -> Change:
    """As `Change.surroundings` has them."""
    *masked, target = _hunks(
        (*chain.from_iterable(h.around for h in change.hunks), change.target or ""), hidden
    )
    rows = zip(*[iter(masked)] * 4, strict=True)  # four of each hunk
    hunks = (
        replace(hunk, before=before, after=after, template=template or None, parameter=parameter or None)
        for hunk, (before, after, template, parameter) in zip(change.hunks, rows, strict=True)
    )
    return replace(change, hunks=tuple(hunks), target=target or None)


def _hunks(texts: Sequence[str], hidden: Sequence[Mask]) -> list[str]:
    """Each text masked by those of `hidden` that lie in it; they index the texts joined by JOIN."""
    result, offset, first = [], 0, 0
    for text in texts:
        end = offset + len(text)
        inside = []
        for mask in hidden[first:]:
            if mask.start >= end:
                break
            if mask.end > offset:
                inside.append(
                    replace(mask, start=max(mask.start, offset) - offset, end=min(mask.end, end) - offset)
                )
            first += mask.end <= end
        result.append(apply(text, inside))
        offset = end + len(JOIN)
    return result


def _digits(post: Post, hidden: dict[str, list[Mask]]) -> set[str]:
    """The digit strings behind the masks: an address built from the title repeats them."""
    found = (
        re.sub(r"[^0-9]", "", post.part(where)[mask.start : mask.end])
        for where, there in hidden.items()
        for mask in there
    )
    return {digits for digits in found if len(digits) >= 6}


def _address(url: str | None, digits: Iterable[str]) -> str | None:
    if url is None:
        return None
    bare = re.sub(r"[^0-9]", "", unquote(url))
    return _host(url) if len(bare) >= 6 and any(d in bare for d in digits) else url


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/"
