"""Bluesky's posts: a record as it stands in an account's repository, or a view of it, as a Post.

Lexicons app.bsky.feed.post, app.bsky.feed.defs and app.bsky.embed.* of bluesky-social/atproto. Facets
say where in the text, in bytes of UTF-8, a link stands; only where it leads is taken from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors import Context
from connectors.parts import shape
from connectors.parts.shape import Item
from monitor.types import Account, Kind, Media, Post, Ref, State, Terms

_URI = re.compile(r"at://(did:[^/\s]+)/app\.bsky\.feed\.post/([^/\s]+)")
_STATES = {"!takedown": State.WITHHELD, "!suspend": State.WITHHELD, "!hide": State.HIDDEN}
_FOR_MEMBERS = "!no-unauthenticated"  # the author's wish: not to be shown to who is not signed in
_PROFILE = "https://bsky.app/profile/"
_PICTURE = "https://cdn.bsky.app/img/feed_fullsize/plain"
_VIDEO = "https://video.bsky.app/watch"


def post_of(item: Item, context: Context) -> Post | None:
    """The post of a view or of a repository's record; None for what is neither."""
    uri = shape.name(item, "uri") or ""
    if not (place := _URI.fullmatch(uri)):
        return None
    record, now = shape.find(item, "record") or shape.find(item, "value"), context.now()
    labels = {*_labels(item), *_labels(shape.find(item, "author"))}
    refs = tuple(_refs(record))
    return Post(
        source=context.source,
        platform="bluesky",
        external_id=uri,
        observed_at=now,
        kind=_kind(refs),
        state=next((state for label, state in _STATES.items() if label in labels), State.LIVE),
        url=_permalink(uri),
        author=account_of(shape.find(item, "author"), place[1], now),
        text=shape.text(record, "text"),
        lang=shape.name(record, "langs", 0),
        created_at=shape.moment(record, now, "createdAt"),
        media=tuple(_media(shape.find(item, "embed") or shape.find(record, "embed"), place[1])),
        links=tuple(dict.fromkeys(_links(record))),
        refs=refs,
        terms=_terms(context.terms, labels),
        recheck_id=uri,
    )


def account_of(profile: Any, did: str, now: datetime) -> Account:
    """The account of a profile, however much of it an answer shows; a bare one where that is nothing."""
    handle = shape.name(profile, "handle")
    seen = shape.name(profile, "verification", "verifiedStatus")
    return Account(
        platform="bluesky",
        external_id=did,
        handle=None if handle == "handle.invalid" else handle,
        display_name=shape.text(profile, "displayName") or None,
        url=_PROFILE + did,
        bio=shape.text(profile, "description") or None,
        avatar_url=shape.address(profile, "avatar"),
        verified=seen == "valid" if seen else None,
        created_at=shape.moment(profile, now, "createdAt"),
        followers=shape.number(profile, "followersCount"),
    )


def _terms(terms: Terms, labels: set[str]) -> Terms:
    return replace(terms, may_mail_excerpt=False) if _FOR_MEMBERS in labels else terms


def _labels(value: Any) -> Iterator[str]:
    for label in shape.some(value, "labels"):
        if not shape.flag(label, "neg"):
            yield shape.name(label, "val") or ""


def _permalink(uri: str) -> str | None:
    place = _URI.fullmatch(uri)
    return f"{_PROFILE}{place[1]}/post/{place[2]}" if place else None


def _kind(refs: tuple[Ref, ...]) -> Kind:
    rels = {ref.rel for ref in refs}
    return Kind.REPLY if "reply_to" in rels else Kind.QUOTE if "quote_of" in rels else Kind.POST


def _refs(record: Any) -> Iterator[Ref]:
    """What is answered and quoted. A feed or a list can be embedded like a post, and is none."""
    embed = shape.find(record, "embed", "record")
    named = {
        "reply_to": shape.name(record, "reply", "parent", "uri"),
        "root": shape.name(record, "reply", "root", "uri"),
        "quote_of": shape.name(embed, "record", "uri") or shape.name(embed, "uri"),
    }
    for rel, uri in named.items():
        if uri and (url := _permalink(uri)):
            yield Ref(rel=rel, external_id=uri, url=url)


def _links(record: Any) -> Iterator[str]:
    """Where links and mentions lead, and the card below the text."""
    for facet in shape.some(record, "facets"):
        for feature in shape.some(facet, "features"):
            did = shape.name(feature, "did") or ""
            link = (
                _PROFILE + quote(did, safe=":%") if did.startswith("did:") else shape.address(feature, "uri")
            )
            if link:
                yield link
    embed = shape.find(record, "embed")
    if card := shape.address(shape.find(embed, "media") or embed, "external", "uri"):
        yield card


def _media(embed: Any, did: str) -> Iterator[Media]:
    """Pictures and films: of a view by the address it gives, of a record by that of Bluesky's own store."""
    embed = shape.find(embed, "media") or embed
    for image in shape.some(embed, "images"):
        cid = shape.name(image, "image", "ref", "$link")
        url = shape.address(image, "fullsize") or (f"{_PICTURE}/{did}/{cid}@jpeg" if cid else None)
        if url:
            yield Media(kind="image", url=url, alt_text=shape.text(image, "alt") or None)
    cid = shape.name(embed, "video", "ref", "$link")
    film = shape.address(embed, "playlist") or (f"{_VIDEO}/{quote(did)}/{cid}/playlist.m3u8" if cid else None)
    if film:
        yield Media(kind="video", url=film, alt_text=shape.text(embed, "alt") or None)
