"""Is it the same story? Canonical addresses and comparable words, for folding duplicates."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from monitor.types import Kind, Post

FOLDS = frozenset({Kind.ARTICLE, Kind.VIDEO, Kind.EPISODE, Kind.REVIEW})
"""Kinds that travel through several feeds. What a person says or does never folds."""

TRACKING = re.compile(r"^(utm_|fbclid$|gclid$|mc_[ce]id$|igshid$|ref$|ref_src$|cmpid$|at_)", re.IGNORECASE)
PLAIN = re.compile(
    r"https?://(?P<host>[a-z0-9.-]+)"
    r"(?P<path>(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*/?)"
    r"(?:\?(?P<query>[A-Za-z0-9_.~=&-]*))?"
)
"""Addresses already normal: no port, escape, empty or dot segment. Most are; it saves half a poll."""
ENOUGH_WORDS = 200
"""Characters below which equal words prove nothing."""


@lru_cache(maxsize=4096)
def canonical(url: str) -> str:
    """The address without what only tells who linked to it: scheme, `www.`, tracking keys, fragment."""
    if plain := PLAIN.fullmatch(url):
        host, path, query = plain["host"], plain["path"], plain["query"]
    else:
        try:
            parts = urlsplit(_normal(url))
        except ValueError:
            return url
        host, path, query = parts.netloc.lower(), parts.path, parts.query
    if query:
        query = urlencode([(key, value) for key, value in parse_qsl(query) if not TRACKING.match(key)])
    return f"{host.removeprefix('www.')}{path.rstrip('/')}{'?' if query else ''}{query or ''}"


def _normal(url: str) -> str:
    from url_normalize import url_normalize

    return str(url_normalize(url) or url)


def address(post: Post) -> str | None:
    """What posts at the same address share, or None where the kind never folds."""
    if post.kind not in FOLDS or not post.url:
        return None
    return canonical(post.url)


def words(post: Post) -> str | None:
    """What posts of the same words share, or None where there are too few of them to tell."""
    if post.kind not in FOLDS:
        return None
    folded = " ".join(f"{post.title} {post.text}".casefold().split())
    return folded if len(folded) >= ENOUGH_WORDS else None
