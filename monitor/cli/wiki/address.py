"""Which page of which wiki somebody means: a title, or an address as a browser shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

WIKIPEDIA = "https://en.wikipedia.org"
API = "/w/api.php"
"""Where Wikimedia's wikis, and most others, have their API."""

_FAMILIES = "wikipedia|wikidata|wikimedia|wiktionary|wikinews|wikiquote|wikisource|wikivoyage|wikibooks"
_MOBILE = re.compile(rf"^(?:(?P<name>[a-z-]+)\.)?m\.(?P<rest>(?:{_FAMILIES})\.org)$")
_BARE_ADDRESS = re.compile(r"^[\w-]+(?:\.[\w-]+)+(?::\d+)?/(?:wiki/|w/|index\.php)")
_SCRIPT = re.compile(r"^(?P<folder>.*)/index\.php(?:/(?P<title>.+))?$")
_ARTICLE = re.compile(r"^(?P<folder>.*?)/(?:(?:wiki|title)/)?(?P<title>[^/].*)$")
_IMPOSSIBLE = re.compile(r"[|#<>\[\]{}\x00-\x1f]")


@dataclass(frozen=True)
class PageAddress:
    """A page by its title. `wiki` is None where only a title was given; `apis` is where its API may stand."""

    title: str
    wiki: str | None = None
    apis: tuple[str, ...] = (API,)


def page_address(given: str) -> PageAddress:
    """What a title or an address leads to. Raises ValueError: what is wrong with it, as a sentence."""
    text = given.strip()
    if "://" in text or _BARE_ADDRESS.match(text):
        return _of_address(text if "://" in text else f"https://{text}")
    return PageAddress(_title(text.partition("#")[0]))


def wiki_address(given: str) -> str:
    """The address of a wiki without path, as the settings have it. Raises ValueError."""
    return _host(_split(given if "://" in given else f"https://{given}"))


def _of_address(text: str) -> PageAddress:
    parts = _split(text)
    wiki = _host(parts)
    script = _SCRIPT.match(parts.path)
    asked = parse_qs(parts.query).get("title", [""])[0]
    if script:
        apis: tuple[str, ...] = (f"{script['folder']}/api.php",)
        name = asked or script["title"]
    else:
        article = _ARTICLE.match(parts.path)
        folder = article["folder"] if article else ""
        apis = tuple(dict.fromkeys((API, f"{folder}/api.php", f"{folder}/w/api.php", "/wiki/api.php")))
        name = asked or (article["title"] if article else "")
    if not name:
        raise ValueError("the address names no page: copy the address of the article itself")
    return PageAddress(_title(name), wiki, apis)


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:  # a port beyond 65535, a bracket that is left open
        whole = False
    if not whole:
        raise ValueError(f"that is no address of a wiki: one looks like {WIKIPEDIA}/wiki/Title")
    if parts.username or parts.password:
        raise ValueError("the address must not carry a user name or password")
    return parts


def _host(parts: SplitResult) -> str:
    """Scheme and host; that of the desktop site for a mobile address, which has no interface of its own."""
    host = (parts.hostname or "").lower()
    if mobile := _MOBILE.match(host):
        host = f"{mobile['name'] or 'www'}.{mobile['rest']}"
    ours = re.search(rf"(?:^|\.)(?:{_FAMILIES})\.org$", host)
    shown = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    return f"{'https' if ours else parts.scheme}://{shown}{port}"


def _title(text: str) -> str:
    """A title as the wiki shows it. In one, % never stands before two hexadecimal digits."""
    title = " ".join(unquote(text).replace("_", " ").split()).strip(":")
    if not title or len(title.encode()) > 255 or _IMPOSSIBLE.search(title):
        raise ValueError(f"{title[:80]!r} cannot be the title of a page")
    return title
