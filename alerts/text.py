"""Text of strangers, made safe to print: control characters, links and handles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

KNOWN_HOSTS = frozenset(
    {
        "bbc.co.uk",
        "bsky.app",
        "careopinion.org.uk",
        "facebook.com",
        "flickr.com",
        "gov.uk",
        "instagram.com",
        "linkedin.com",
        "pinterest.com",
        "nhs.uk",
        "reddit.com",
        "threads.com",
        "threads.net",
        "tiktok.com",
        "trustpilot.com",
        "tumblr.com",
        "twitter.com",
        "wikipedia.org",
        "x.com",
        "ycombinator.com",
        "youtube.com",
    }
)
"""Hosts, with everything below them, whose addresses may be shown as they are."""

LONGEST_LINK = 500
"""Characters; a longer address cannot be followed from the mail."""

LONGEST_SHOWN = 120
"""Characters shown of an address that cannot be followed."""

CONSIDERED = 2_000
"""Characters of a text that are looked at before it is cut: a mail prints far fewer."""

_JOINERS = "\u200c\u200d"  # Persian and Indic spelling and most emoji families need them
_MARKS_IN_A_ROW = 3  # Vietnamese needs two; a tower of hundreds runs over the neighbouring lines

_SCHEME = re.compile(r"\b([a-z][a-z0-9+.-]{1,15})://", re.IGNORECASE)
_HANDLE = re.compile(r"@(?=\w)")
_DOT_IN_NAME = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2})")
_PLAIN_HOST = re.compile(r"(?!.*xn--)[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}")


@dataclass(frozen=True, slots=True)
class Anchor:
    """An address as a mail may show it. `href` is None where nobody should be led there."""

    href: str | None
    shown: str
    host: str


def safe(text: str) -> str:
    """`text` on one line, as `harmless` leaves it: fit for a header, a text part and a terminal.

    HTML escapes it besides.
    """
    return " ".join(harmless(text).split())


def harmless(text: str) -> str:
    """`text` without control, bidirectional, invisible or unpaired characters; line ends become spaces.

    Accents stay, but not in towers.
    """
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cf", "Co", "Cs") and character not in _JOINERS:
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(" " if category in ("Cc", "Zl", "Zp") else character)
    return "".join(kept)


def shorten(text: str, length: int) -> str:
    """`text` made safe and cut to `length` characters, the last one an ellipsis where it was cut.

    It is also cut to twice as many bytes, so that a mail full of emoji stays as small as one of words.
    """
    clean = safe(text[: max(CONSIDERED, 2 * length)])
    if len(clean) <= length and len(clean.encode()) <= 2 * length:
        return clean
    kept = clean[: length - 1].encode()[: 2 * length - 3].decode(errors="ignore")
    return kept.rstrip() + "…"


def defang(text: str) -> str:
    """`text` with addresses and handles written so that no mail client makes a link of them."""
    text = _SCHEME.sub(
        lambda scheme: scheme[1].lower().replace("tt", "xx") + "[://]", safe(text[:CONSIDERED])
    )
    return _DOT_IN_NAME.sub("[.]", _HANDLE.sub("[@]", text))


def link(url: str, known_hosts: Collection[str] = KNOWN_HOSTS) -> Anchor:
    """How to show `url`: as it is for known hosts, defanged for others, never to follow if it deceives.

    Deceiving are other schemes than http and https, a user name before the host, bare numbers,
    look-alike letters (punycode), and more characters than anybody can check.
    """
    clean = safe(url[:CONSIDERED]).replace(" ", "%20")
    try:
        parts = urlsplit(clean)
    except ValueError:
        return Anchor(None, shorten(defang(clean), LONGEST_SHOWN), "")
    host = parts.hostname or ""
    if not _followable(parts, host) or len(clean) > LONGEST_LINK:
        return Anchor(None, shorten(defang(clean), LONGEST_SHOWN), defang(host))
    known = any(host == name or host.endswith("." + name) for name in known_hosts)
    return Anchor(clean, clean if known else defang(clean), host if known else defang(host))


def _followable(parts: SplitResult, host: str) -> bool:
    plain = _PLAIN_HOST.fullmatch(host) is not None
    return parts.scheme in ("http", "https") and plain and "@" not in parts.netloc
