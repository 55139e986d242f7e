"""What hangs on a Facebook post or comment: pictures, films and shared links."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from connectors.parts import plain, shape
from connectors.parts.meta.places import lasting
from connectors.parts.shape import Item
from monitor.types import Media

FIELDS = "media_type,type,title,url,unshimmed_url,media"


def media(item: Item) -> Iterator[Media]:
    """The pictures and films, those of an album one by one. Facebook gives no alt text."""
    for attachment in _attachments(item):
        if picture := shape.address(attachment, "media", "image", "src"):
            kind = shape.text(attachment, "media_type") or shape.text(attachment, "type")
            yield Media(kind="video" if "video" in kind else "image", url=lasting(picture))


def links(item: Item) -> Iterator[str]:
    """Where shared links lead, without Facebook's own redirection before them."""
    for attachment in _attachments(item):
        if shape.text(attachment, "media_type") == "link" or shape.text(attachment, "type") == "share":
            address = shape.address(attachment, "unshimmed_url") or _unshimmed(
                shape.address(attachment, "url")
            )
            if address:
                yield address


def _attachments(item: Item) -> Iterator[Item]:
    if isinstance(alone := shape.find(item, "attachment"), dict):
        yield alone
    for attachment in shape.some(item, "attachments", "data"):
        inside = list(shape.some(attachment, "subattachments", "data"))
        yield from inside or [attachment]


def _unshimmed(address: str | None) -> str | None:
    parts = urlsplit(address or "")
    if parts.hostname != "l.facebook.com":
        return address
    return plain.web_address(next(iter(parse_qs(parts.query).get("u", [])), None))
