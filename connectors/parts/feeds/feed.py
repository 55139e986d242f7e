"""A feed document to plain entries: what runs in the sandbox, on bytes of strangers.

RSS, RDF and Atom through feedparser, JSON Feed by its specification (https://www.jsonfeed.org).
Only JSON values go back. It must not import the way out: it works on bytes already fetched.
"""

from __future__ import annotations

import html
import io
import json
import mimetypes
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import feedparser

from connectors.parts import plain
from connectors.parts.feeds import wary

Entry = dict[str, Any]
_MEDIA_KINDS = ("image", "audio", "video")
_FORUMS = ("discourse", "phpbb", "xenforo", "vbulletin", "mybb")  # as their feeds name their generator


def read(document: bytes, url: str, content_type: str, now: str) -> dict[str, Any] | None:
    """A feed fetched from `url`, or None where the document is no feed.

    `following` is the number of the entry that its next page starts with, where the feed names one
    (Blogger does). Each of `entries` has: id, link, title, text, author, author_id, author_url, bio, lang,
    created, edited (ISO 8601 or None), kind (a `monitor.types.Kind`), links, media, and as pairs or None:
    transcript (address, type) and publisher (name, address). Addresses are absolute http(s) ones.
    Raises whatever the parsers raise; entities that nest, reach out or are large are refused.
    """
    moment = datetime.fromisoformat(now)
    document = wary.inflated(document)
    if document.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _json_feed(document, url, moment)
    document = wary.characters(document)
    wary.refuse_entity_tricks(document)
    headers = {"content-location": url} | ({"content-type": content_type} if content_type else {})
    # BytesIO, always: bytes or text that look like a path or an address would be opened.
    parsed = feedparser.parse(io.BytesIO(document), response_headers=headers)
    if not parsed.get("version") and not parsed.entries:
        return None
    entries = [_entry(entry, parsed.feed, url, moment) for entry in parsed.entries]
    return {"entries": entries, "following": _following(parsed.feed)}


def _following(feed: Mapping[str, Any]) -> str | None:
    address = next((link.get("href") for link in feed.get("links", ()) if link.get("rel") == "next"), None)
    number = parse_qs(urlsplit(address or "").query).get("start-index", [""])[0]
    return number if number.isascii() and number.isdecimal() else None


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
        "author_id": plain.clean(entry.get("yt_channelid") or "").strip(),
        "author_url": plain.web_address(author.get("href"), url),
        "bio": _bio(name, feed),
        "lang": plain.clean(entry.get("language") or feed.get("language") or ""),
        "created": created,
        "edited": edited,
        "kind": "post" if _of_forum(feed) else _kind(entry, url, link, media),
        "links": _links([*(found.get("href") for found in entry.get("links", ())), *hrefs], url),
        "media": media,
        "transcript": _transcript(entry, url),
        "publisher": _publisher(entry, url),
    }


def _of_forum(feed: Mapping[str, Any]) -> bool:
    return str(feed.get("generator") or "").casefold().startswith(_FORUMS)


def _transcript(entry: Mapping[str, Any], url: str) -> tuple[str, str] | None:
    """What an episode says in words (https://podcasting2.org, `podcast:transcript`)."""
    found = entry.get("podcast_transcript")
    written = found if isinstance(found, dict) else {}
    address = plain.web_address(written.get("url"), url)
    return (address, str(written.get("type") or "")) if address else None


def _publisher(entry: Mapping[str, Any], url: str) -> tuple[str, str | None] | None:
    source = entry.get("source") or {}
    name = plain.one_line(source.get("title") or "")
    return (name, plain.web_address(source.get("href"), url)) if name else None


def _bio(author: str, feed: Mapping[str, Any]) -> str:
    """What a blog says of itself is its author's profile, where the blog is one person's."""
    owner = plain.one_line((feed.get("author_detail") or {}).get("name") or feed.get("author") or "")
    return plain.from_html(feed.get("subtitle") or "") if author and author == owner else ""


def _markup(entry: Mapping[str, Any]) -> str:
    summary = entry.get("summary_detail") or {"value": entry.get("summary") or ""}
    for part in [*entry.get("content", ()), summary]:
        value = part.get("value") or ""
        if value.strip() and "yt_videoid" in entry:  # plain text, whatever feedparser takes it for
            return html.escape(value).replace("\n", "<br>")
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
    found = [(_type(e), e.get("href"), "") for e in entry.get("enclosures", ())]
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


def _type(enclosure: Mapping[str, Any]) -> str:
    """A media type, guessed from the address where the feed does not give it."""
    address = plain.clean(str(enclosure.get("href") or "")).partition("?")[0]
    return enclosure.get("type") or mimetypes.guess_type(address.rpartition("/")[2])[0] or ""


def _kind(entry: Mapping[str, Any], url: str, link: str | None, media: Iterable[list[str]]) -> str:
    enclosed = {plain.web_address(e.get("href"), url) for e in entry.get("enclosures", ())}
    kinds = {kind for kind, address, _ in media if address in enclosed}
    if "yt_videoid" in entry or "video" in kinds:
        return "video"
    if "audio" in kinds or "podcast_transcript" in entry:
        return "episode"
    # WordPress links to the comment's place; Blogger and WordPress name it in the feed's own path.
    if "#comment-" in (link or "") or "comments" in urlsplit(url).path.split("/"):
        return "comment"
    return "article"


def _links(hrefs: Iterable[str | None], url: str) -> list[str]:
    absolute = (_unwrap(plain.web_address(href, url)) for href in dict.fromkeys(hrefs) if href)
    return list(dict.fromkeys(address for address in absolute if address))


def _unwrap(address: str | None) -> str | None:
    """Google Alerts links to a redirect of its own; what was found stands in its query."""
    parts = urlsplit(address or "")
    if (parts.hostname or "").startswith("www.google.") and parts.path == "/url":
        query = parse_qs(parts.query)
        return plain.web_address((query.get("url") or query.get("q") or [""])[0]) or address
    return address


def _json_feed(document: bytes, url: str, now: datetime) -> dict[str, Any] | None:
    # Not strict: published feeds hold raw control characters inside strings.
    feed = json.loads(document.decode(json.detect_encoding(document), "replace"), strict=False)
    items = feed.get("items")
    if "jsonfeed.org/version/" not in str(feed.get("version")) or not isinstance(items, list):
        return None
    language = _text(feed.get("language"))
    owners = {name: feed.get(name) for name in ("authors", "author")}  # whose items without an author are
    entries = [_json_entry(owners | item, url, language, now) for item in items if isinstance(item, dict)]
    return {"entries": entries, "following": None}


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
        "author_id": "",
        "author_url": plain.web_address(_text(author.get("url")), url),
        "bio": "",
        "lang": plain.clean(_text(item.get("language")) or language),
        "created": created or edited,
        "edited": edited if edited != created else None,
        "kind": _kind(shape, url, link, media),
        "links": _links([link, _text(item.get("external_url")), *hrefs], url),
        "media": media,
        "transcript": None,
        "publisher": None,
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
