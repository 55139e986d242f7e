"""A feed document to plain entries: what runs in the sandbox, on bytes of strangers.

RSS, RDF and Atom through feedparser, JSON Feed by its specification (https://www.jsonfeed.org).
Only JSON values go back. It must not import the way out: it works on bytes already fetched.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import ParseError

import feedparser
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from connectors.parts import plain

Entry = dict[str, Any]
# NUL and surrogates written as references: feedparser gives up on the whole feed for one of them.
_UNCHARACTER = re.compile(
    rb"&#(?:[xX]0*(?:[dD][89a-fA-F][0-9a-fA-F]{2}|0)"
    rb"|0*(?:0|5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));"
)
_LONGEST_ENTITY = 1000  # characters; a document type declares abbreviations, not content
_MEDIA_KINDS = ("image", "audio", "video")


def read(document: bytes, url: str, content_type: str, now: str) -> list[Entry] | None:
    """The entries of a feed fetched from `url`, or None where the document is no feed.

    Every entry has: id, link, title, text, author, author_url, bio, lang, created, edited (ISO 8601 or
    None), kind (a `monitor.types.Kind`), links and media. Addresses are absolute http(s) ones.
    Raises whatever the parsers raise; entities that nest, reach out or are large are refused.
    """
    moment = datetime.fromisoformat(now)
    if document.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_feed(document, url, moment)
    document = _UNCHARACTER.sub(b"&#xFFFD;", document)
    _refuse_entity_tricks(document)
    headers = {"content-location": url} | ({"content-type": content_type} if content_type else {})
    # BytesIO, always: bytes or text that look like a path or an address would be opened.
    parsed = feedparser.parse(io.BytesIO(document), response_headers=headers)
    if not parsed.get("version") and not parsed.entries:
        return None
    return [_entry(entry, parsed.feed, url, moment) for entry in parsed.entries]


class _Wary(DefusedXMLParser):
    def defused_entity_decl(
        self,
        name: str,
        is_parameter_entity: bool,
        value: str | None,
        base: str | None,
        sysid: str,
        pubid: str | None,
        notation_name: str | None,
    ) -> None:
        # RSS 1.0 boilerplate declares external parameter entities; nothing here ever fetches them.
        harmless = (
            is_parameter_entity if value is None else "&" not in value and len(value) <= _LONGEST_ENTITY
        )
        if not harmless:
            super().defused_entity_decl(name, is_parameter_entity, value, base, sysid, pubid, notation_name)


def _refuse_entity_tricks(document: bytes) -> None:
    parser = _Wary(forbid_entities=True, forbid_external=True)
    try:
        parser.feed(document)
        parser.close()
    except DefusedXmlException:
        raise
    except (ParseError, ValueError, LookupError):
        return  # broken XML and encodings that expat does not know: feedparser copes with both


def _entry(entry: Mapping[str, Any], feed: Mapping[str, Any], url: str, now: datetime) -> Entry:
    markup = _markup(entry)
    hrefs, images = plain.addresses(markup)
    link = _unwrap(plain.web_address(entry.get("link"), url))
    author = entry.get("author_detail") or {}
    name = plain.one_line(author.get("name") or entry.get("author") or "")
    created, edited = _dates(entry, now)
    media = _media(entry, images, url)
    return {
        "id": plain.clean(str(entry.get("id") or "")).strip(),
        "link": link,
        "title": plain.one_line(entry.get("title") or ""),
        "text": plain.from_html(markup),
        "author": name,
        "author_url": plain.web_address(author.get("href"), url),
        "bio": _bio(name, feed),
        "lang": plain.clean(entry.get("language") or feed.get("language") or ""),
        "created": created,
        "edited": edited,
        "kind": _kind(entry, url, link, media),
        "links": _links([*(found.get("href") for found in entry.get("links", ())), *hrefs], url),
        "media": media,
    }


def _bio(author: str, feed: Mapping[str, Any]) -> str:
    """What a blog says of itself is its author's profile, where the blog is one person's."""
    owner = plain.one_line((feed.get("author_detail") or {}).get("name") or feed.get("author") or "")
    return plain.from_html(feed.get("subtitle") or "") if author and author == owner else ""


def _markup(entry: Mapping[str, Any]) -> str:
    summary = entry.get("summary_detail") or {"value": entry.get("summary") or ""}
    for part in [*entry.get("content", ()), summary]:
        value = part.get("value") or ""
        if value.strip():
            return value.replace("\n", "<br>") if part.get("type") == "text/plain" else value
    return ""


def _dates(entry: Mapping[str, Any], now: datetime) -> tuple[str | None, str | None]:
    found = {}
    for name in ("published", "created", "updated"):
        if f"{name}_parsed" in entry:  # asking for a missing one warns, and answers with another
            at = plain.moment(entry[f"{name}_parsed"], str(entry.get(name) or ""), now)
            if at is not None:
                found[name] = at.isoformat()
    created = found.get("published") or found.get("created") or found.get("updated")
    edited = found.get("updated")
    return created, edited if edited != created else None


def _media(entry: Mapping[str, Any], images: Iterable[tuple[str, str]], url: str) -> list[list[str]]:
    """(kind, address, alt text) of everything that can be seen or heard, each address once."""
    found = [(e.get("type") or "", e.get("href"), "") for e in entry.get("enclosures", ())]
    found += [
        (m.get("type") or m.get("medium") or "", m.get("url"), "") for m in entry.get("media_content", ())
    ]
    found += [("image", m.get("url"), "") for m in entry.get("media_thumbnail", ())]
    found += [("image", source, alt) for source, alt in images]
    media: dict[str, list[str]] = {}
    for kind, address, alt in found:
        absolute = plain.web_address(address, url)
        if absolute:
            family = kind.split("/")[0]
            known = family if family in _MEDIA_KINDS else "file"
            media.setdefault(absolute, [known, absolute, plain.one_line(alt)])
    return list(media.values())


def _kind(entry: Mapping[str, Any], url: str, link: str | None, media: Iterable[list[str]]) -> str:
    enclosed = {plain.web_address(e.get("href"), url) for e in entry.get("enclosures", ())}
    kinds = {kind for kind, address, _ in media if address in enclosed}
    if "yt_videoid" in entry or "video" in kinds:
        return "video"
    if "audio" in kinds:
        return "episode"
    # WordPress links to the comment's place; Blogger and WordPress name it in the feed's own path.
    if "#comment-" in (link or "") or "comments" in urlsplit(url).path.split("/"):
        return "comment"
    return "article"


def _links(hrefs: Iterable[str | None], url: str) -> list[str]:
    absolute = (_unwrap(plain.web_address(href, url)) for href in hrefs if href)
    return list(dict.fromkeys(address for address in absolute if address))


def _unwrap(address: str | None) -> str | None:
    """Google Alerts links to a redirect of its own; what was found stands in its query."""
    parts = urlsplit(address or "")
    if (parts.hostname or "").startswith("www.google.") and parts.path == "/url":
        query = parse_qs(parts.query)
        return plain.web_address((query.get("url") or query.get("q") or [""])[0]) or address
    return address


def _json_feed(document: bytes, url: str, now: datetime) -> list[Entry] | None:
    # Not strict: published feeds hold raw control characters inside strings.
    feed = json.loads(document.decode(json.detect_encoding(document), "replace"), strict=False)
    items = feed.get("items")
    if "jsonfeed.org/version/" not in str(feed.get("version")) or not isinstance(items, list):
        return None
    language = _text(feed.get("language"))
    return [_json_entry(item, url, language, now) for item in items if isinstance(item, dict)]


def _json_entry(item: Mapping[str, Any], url: str, language: str, now: datetime) -> Entry:
    markup = _text(item.get("content_html")) or _text(item.get("content_text")).replace("\n", "<br>")
    markup = markup or _text(item.get("summary"))
    hrefs, images = plain.addresses(markup)
    authors = item.get("authors") or [item.get("author") or {}]
    author = authors[0] if isinstance(authors, list) and isinstance(authors[0], dict) else {}
    attached = [a for a in item.get("attachments") or () if isinstance(a, dict)]
    shape = {
        "enclosures": [{"type": _text(a.get("mime_type")), "href": _text(a.get("url"))} for a in attached]
    }
    pictures = [(_text(item.get(name)), "") for name in ("image", "banner_image")]
    link = plain.web_address(_text(item.get("url")), url)
    media = _media(shape, [*pictures, *images], url)
    created, edited = (_json_date(item.get(f"date_{name}"), now) for name in ("published", "modified"))
    return {
        "id": plain.clean(_text(item.get("id"))).strip(),
        "link": link,
        "title": plain.one_line(_text(item.get("title"))),
        "text": plain.from_html(markup),
        "author": plain.one_line(_text(author.get("name"))),
        "author_url": plain.web_address(_text(author.get("url")), url),
        "bio": "",
        "lang": plain.clean(_text(item.get("language")) or language),
        "created": created or edited,
        "edited": edited if edited != created else None,
        "kind": _kind(shape, url, link, media),
        "links": _links([link, _text(item.get("external_url")), *hrefs], url),
        "media": media,
    }


def _text(value: object) -> str:
    """Version 1 of the format has numbers as ids; anything but text and numbers is nothing."""
    return str(value) if isinstance(value, str | int | float) else ""


def _json_date(value: object, now: datetime) -> str | None:
    try:
        at = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    believed = plain.believable(at if at.tzinfo else at.replace(tzinfo=UTC), now)
    return believed.astimezone(UTC).isoformat() if believed else None
