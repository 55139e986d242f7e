"""Originals: what a post says before it is masked, packed to be sealed, and shown again to who may see it."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from monitor.redaction import JOIN, apply, masks
from monitor.sealing import ORIGINALS, PROTECTED, PublicKey
from monitor.store.originals.sealed import POST, SCREENSHOT, Locked, place_of
from monitor.store.protected import place_of as protected_place
from monitor.store.sitekey import SiteKey
from monitor.types import Finding, Lane, Media, Origin, Post, Span

FETCHED = 16_000_000
"""Bytes of pictures fetched or mailed that are sealed with one post: its first ones, as far as that goes."""


def lock(
    key: str,
    version: str,
    post: Post,
    spans: Sequence[Span],
    findings: Sequence[Finding],
    keys: Mapping[str, PublicKey],
    site: SiteKey,
) -> tuple[Locked, ...]:
    """What of a judged post is kept sealed: words and pictures of one with findings, what was handed in.

    `key` is the stored form of its identity, `version` that of what it says now.
    """
    for finding in findings:
        if finding.lane is Lane.PROTECTED:
            place = protected_place(post.source, key)
            value = _disclosure(post, spans, finding)
            return (Locked.to(keys[PROTECTED], POST, version, place, value),)
    return tuple(_parts(key, version, post, spans, findings, keys[ORIGINALS], site))


def _parts(
    key: str,
    version: str,
    post: Post,
    spans: Sequence[Span],
    findings: Sequence[Finding],
    to: PublicKey,
    site: SiteKey,
) -> Iterator[Locked]:
    if findings and post.terms.may_store_text:
        version = site.hash("version", key, version)
        yield Locked.to(to, POST, version, place_of(key, POST, version), words(post, spans))
    for media in _kept(post, findings):
        yield picture(key, media, to, site)


def _kept(post: Post, findings: Sequence[Finding]) -> Iterator[Media]:
    """What was reported; the rest only with findings, where words may be kept, and so much of it."""
    room = FETCHED if findings and post.terms.may_store_text else 0
    for media in post.media:
        if media.content is None:
            continue
        if post.origin is not Origin.EMAIL and not was_fetched(media):
            yield media
        elif len(media.content) <= room:
            room -= len(media.content)
            yield media


def was_fetched(media: Media) -> bool:
    """True for what came from its platform, and was not handed in."""
    return media.url.lower().startswith(("https://", "http://"))


def picture(key: str, media: Media, to: PublicKey, site: SiteKey) -> Locked:
    """A picture that was handed in or fetched, sealed with the post of that identity."""
    part, version = f"{SCREENSHOT}{media.name}", site.hash("picture", media.url)
    return Locked.to(to, part, version, place_of(key, part, version), media.content or b"")


def words(post: Post, spans: Sequence[Span]) -> dict[str, Any]:
    """A post as it came, and where in it is what gets masked. Nothing that is empty."""
    author = post.author
    who = ("handle", "display_name", "bio", "url", "external_id")
    told = {
        "platform": post.platform,
        "title": post.title,
        "text": post.text,
        "author": {name: value for name in who if (value := getattr(author, name, None))},
        "url": post.url,
        "links": list(post.links),
        "change": asdict(post.change) if post.change else None,
        "media": [media.url for media in post.media if media.content is None or was_fetched(media)],
        "masked": [[span.where, span.start, span.end, span.label] for span in spans],
    }
    return {name: value for name, value in told.items() if value}


def _disclosure(post: Post, spans: Sequence[Span], finding: Finding) -> dict[str, Any]:
    """All that the Guardian is told. What has to be asked about again keeps no words: nobody could ask."""
    terms = post.terms
    restless = not terms.may_store_text or terms.recheck_hours or terms.max_age_days
    said = {"platform": post.platform, "url": post.url} if restless else words(post, spans)
    return said | {
        "id": None if restless else post.external_id,
        "posted_at": post.created_at.isoformat() if post.created_at else None,
        "seen_at": post.observed_at.isoformat(),
        "rule_id": finding.rule_id,
        "rule": finding.title,
        "reason": finding.reason,
        "confidence": finding.confidence,
        "clauses": list(finding.clauses),
        "counter_clauses": list(finding.counter_clauses),
        "pictures": {
            m.name: base64.b64encode(m.content).decode()
            for m in post.media
            if m.content is not None and not was_fetched(m)
        },
    }


def marked(original: Mapping[str, Any], where: str, text: str) -> str:
    """`text`, the part `where` of an original, with what had been masked between brackets and named."""
    spans = [Span(start, end, label, part) for part, start, end, label in original.get("masked", ())]
    hidden = masks(span for span in spans if span.where == where)
    shown = (
        replace(m, shown=f"{m.shown.removesuffix(' redacted]')}: {text[m.start : m.end]}]") for m in hidden
    )
    return apply(text, list(shown))


def told(original: Mapping[str, Any]) -> list[str]:
    """An original as lines for people, what had been masked between brackets."""
    author, change = original.get("author", {}), original.get("change")
    named = [
        ("Platform", original.get("platform")),
        ("Posted", original.get("posted_at")),
        ("Account", marked(original, "handle", author.get("handle", ""))),
        ("Name", marked(original, "display_name", author.get("display_name", ""))),
        ("About them", marked(original, "bio", author.get("bio", ""))),
        ("Their page", author.get("url")),
        ("Address", marked(original, "url", original.get("url") or "")),
        ("Links", "  ".join(original.get("links", ()))),
        ("Media", "  ".join(original.get("media", ()))),
    ]
    lines = [f"{name}: {value}" for name, value in named if value]
    for part in ("title", "text"):
        if said := original.get(part):
            lines += ["", marked(original, part, said)]
    return lines + (_edited(original, change) if change else [])


def _edited(original: Mapping[str, Any], change: Mapping[str, Any]) -> list[str]:
    lines = ["", f"Page: {change['page']}"]
    for part, side in (("removed", "old"), ("added", "new")):
        if said := JOIN.join(hunk[side] for hunk in change["hunks"]):
            lines += ["", f"{part.capitalize()}:", marked(original, part, said)]
    return lines
