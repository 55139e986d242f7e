"""Addresses without the credentials that were put into them."""

from __future__ import annotations

import re
from collections.abc import Set
from urllib.parse import quote, unquote

_CREDENTIALS = re.compile(
    "(aws)?accesskey(id)?|(api|auth|share|subscription)?key|auth|bearer|code|(xamz)?credentials?|hmac|jwt"
    "|(jsession|phpsess|session)id|oauthverifier|passwd|password|pwd|sig|.*(token|secret|apikey|signature)"
)
"""Names of parameters, in small letters without the signs between their words."""
_ORDINARY_TOO = frozenset({"auth", "code", "key"})
"""Names that mean something public just as often (`?code=RX1`): there a credential is known by its length."""
_SHORTEST = 8
_PRIVATE_FEED = frozenset({"feed", "user"})
"""Reddit's key to one reader's feeds is this pair; alone, or short (`?feed=rss2`), they are ordinary."""
_SUSPICIOUS = re.compile(r"[?#].*=|//[^/?#]*:[^/?#]*@|;jsessionid=", re.IGNORECASE | re.DOTALL)
_LOGIN = re.compile(r"(?<=//)[^/?#]*:[^/?#]*@")
_SESSION = re.compile(r";jsessionid=[^/?#;]*", re.IGNORECASE)
_SEPARATOR = re.compile(r"(&amp;|[&;?])")


def scrub(address: str, levels: int = 3) -> str:
    """`address` without keys, tokens, signatures, sessions and passwords; byte for byte where it has none.

    They stand in the query (Meta's `paging.next`, signed links), in the fragment (RFC 6749, 4.2.2), before
    the host, and in addresses that are parameters of others (so many `levels` deep).
    """
    if not levels or not _SUSPICIOUS.search(address):
        return address
    place, fragment_mark, fragment = address.partition("#")
    path, query_mark, query = place.partition("?")
    path = _SESSION.sub("", _LOGIN.sub("", path))
    return path + _scrubbed(query_mark, query, levels) + _scrubbed(fragment_mark, fragment, levels)


def _scrubbed(mark: str, parameters: str, levels: int) -> str:
    """The mark and the parameters that are no credentials, with their separators; nothing if none is left."""
    first, *rest = _SEPARATOR.split(parameters)
    separators, fields = ["", *rest[::2]], [first, *rest[1::2]]
    private = _private(fields)
    kept = [
        (separator, _with_inner_scrubbed(field, levels - 1))
        for separator, field in zip(separators, fields, strict=True)
        if not _is_credential(field, private)
    ]
    if len(kept) == len(fields):
        return mark + "".join(separator + field for separator, field in kept)
    return mark + kept[0][1] + "".join(separator + field for separator, field in kept[1:]) if kept else ""


def _private(fields: list[str]) -> Set[str]:
    named = dict(map(_parted, fields))
    is_feed = named.keys() >= _PRIVATE_FEED and len(named["feed"]) >= _SHORTEST
    return _PRIVATE_FEED if is_feed else frozenset()


def _parted(field: str) -> tuple[str, str]:
    """The parameter's plain name and its value."""
    name, _, value = field.partition("=")
    return re.sub("[^a-z0-9]", "", unquote(name).lower()), value


def _is_credential(field: str, private: Set[str]) -> bool:
    name, value = _parted(field)
    if not value or (name in _ORDINARY_TOO and len(value) < _SHORTEST):
        return False
    return name in private or _CREDENTIALS.fullmatch(name) is not None


def _with_inner_scrubbed(field: str, levels: int) -> str:
    name, sign, value = field.partition("=")
    inner = unquote(value)
    if not inner.lower().startswith(("http://", "https://")) or (bare := scrub(inner, levels)) == inner:
        return field
    return name + sign + quote(bare, safe="")
