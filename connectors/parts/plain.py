"""Strangers' HTML, characters and dates as plain text and trustworthy moments."""

from __future__ import annotations

import calendar
import html
import re
import time
import unicodedata
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import nh3

from connectors.parts.scrub import scrub
from monitor.types import Media

REPLACEMENT = "\ufffd"
# SQLite stores a NUL, PostgreSQL refuses it; a lone surrogate is refused by both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]")
_BLOCK = re.compile(
    r"<(?=/?(?:p|div|br|hr|li|ul|ol|dl|dt|dd|tr|t[dh]|table|h[1-6]|blockquote|pre|section|article|figure)\b)",
    re.IGNORECASE,
)

_HAS_ADDRESS = re.compile("<(?:a|img)[^a-z]", re.IGNORECASE)


def clean(text: str) -> str:
    """`text` as it can be stored: NFC, line ends as \\n, NUL and lone surrogates as U+FFFD."""
    text = _UNSTORABLE.sub(REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", text))


def from_html(markup: str) -> str:
    """The text of a piece of HTML, a line per block; scripts and styles are dropped with their content."""
    if "<" not in markup and "&" not in markup:  # titles and names, mostly: there is nothing to take out
        return " ".join(clean(markup).split())
    # nh3 joins neighbouring blocks ("end</p><p>start" becomes "endstart"), so they are parted first.
    parted = _BLOCK.sub("\n<", clean(markup).replace("\n", " "))
    text = clean(html.unescape(nh3.clean(parted, tags=set())))
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def one_line(markup: str) -> str:
    """The same for a title or a name: on one line."""
    return " ".join(from_html(markup).split())


def web_address(address: str | None, base: str = "") -> str | None:
    """An absolute http or https address without credentials in it (`connectors.parts.scrub`).

    None for every other scheme, for nonsense and for nothing.
    """
    if not address:
        return None
    try:
        absolute = urljoin(base, clean(address).strip())
        parts = urlsplit(absolute)
        return scrub(absolute) if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.images: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a" and found.get("href"):
            self.links.append(found["href"] or "")
        elif tag == "img" and found.get("src"):
            self.images.append((found["src"] or "", found.get("alt") or ""))


def addresses(markup: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The href of every link, and (src, alt) of every picture, as they stand in the HTML."""
    if not _HAS_ADDRESS.search(markup):
        return [], []
    parser = _Addresses()
    parser.feed(markup)
    return parser.links, parser.images


def embedded(markup: str, base: str) -> tuple[tuple[str, ...], tuple[Media, ...]]:
    """Where a piece of HTML leads, each address once, and its pictures; relative ones from `base`."""
    hrefs, images = addresses(markup)
    links = filter(None, (web_address(href, base) for href in hrefs))
    pictures = ((web_address(source, base), alt) for source, alt in images)
    media = (Media(kind="image", url=at, alt_text=alt or None) for at, alt in pictures if at)
    return tuple(dict.fromkeys(links)), tuple(media)


# Zone names that feedparser reads as UTC; BST is what British sites write for half of the year.
_ZONES = {"BST": 1, "CET": 1, "CEST": 2, "EEST": 3}
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=2)


def moment(parsed: time.struct_time | None, written: str, now: datetime) -> datetime | None:
    """What feedparser made of the date `written`, as UTC; None where it cannot be true.

    Repairs zone names it takes for UTC. Not true is whatever lies before 1990 (it reads an epoch
    number as the year 1795) or more than two days ahead of `now`.
    """
    if parsed is None:
        return None
    words = written.split()
    try:
        seconds = calendar.timegm(parsed) - 3600 * _ZONES.get(words[-1].upper() if words else "", 0)
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return believable(at, now)


def believable(at: datetime, now: datetime) -> datetime | None:
    """`at`, or None where it lies before 1990 or more than two days ahead."""
    return at if _OLDEST <= at <= now + _AHEAD else None
