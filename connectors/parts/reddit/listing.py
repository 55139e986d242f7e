"""What Reddit shows, as posts: a "thing" of its interface, an entry of its feeds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from connectors import Context
from connectors.parts import plain, shape
from connectors.parts.shape import Item
from monitor.types import Account, Kind, Media, Origin, Post, Ref, State

SITE = "https://www.reddit.com"
_TAKEN_DOWN = ("[deleted]", "[removed]", "[ removed by reddit ]", "[deleted by user]")
_NAME = re.compile(r"\bt[13]_[0-9A-Za-z]+\Z")
_PLACE = re.compile(r"/comments/(?P<post>[0-9a-z]+)(?:/[^/?#]*/(?P<comment>[0-9a-z]+))?")
_USER = re.compile(r"/user/(?P<name>[\w-]+)/?\Z")
_FOOTER = re.compile(r"(?:\A|\n|-->\s)submitted by[^\n]*(?:\n\[link\][^\n]*)?\Z")


def thing(kind: str | None, data: Item, context: Context) -> Post | None:
    """A comment (t1) or post (t3) as https://www.reddit.com/dev/api describes it; None for the rest.

    What its author or a moderator took down is DELETED and has no words; where only the author is gone,
    it has no author. Reddit's own words for either are no text.
    """
    number = shape.name(data, "name") or f"{kind}_{shape.name(data, 'id')}"
    if kind not in ("t1", "t3") or not _NAME.match(number):
        return None
    now, link = context.now(), shape.address(data, "url")
    written = shape.text(data, "body") or shape.text(data, "selftext")
    markup = shape.text(data, "body_html") or shape.text(data, "selftext_html")
    edited = shape.moment(data, now, "edited")
    post = Post(
        source=context.source,
        platform="reddit",
        external_id=number,
        observed_at=now,
        kind=Kind.COMMENT if kind == "t1" else Kind.POST,
        origin=Origin.API,
        state=State.EDITED if edited else State.LIVE,
        url=_permalink(shape.text(data, "permalink") or shape.text(data, "context")),
        author=_author(shape.text(data, "author"), shape.name(data, "author_fullname")),
        title=plain.one_line(shape.text(data, "title")),
        text=plain.from_html(markup) if markup else written,
        created_at=shape.moment(data, now, "created_utc"),
        edited_at=edited,
        media=(Media(kind="image", url=link),) if link and data.get("post_hint") == "image" else (),
        links=(link,) if link and data.get("is_self") is False else (),
        refs=_refs(data),
        terms=context.terms,
        recheck_id=number,
    )
    return _as_shown(post, taken_down=bool(data.get("removed_by_category")) or _is_mark(written))


def entry(found: Mapping[str, Any], context: Context) -> Post | None:
    """The same from an entry as `connectors.parts.feeds.feed.read` gives it.

    Nothing can be asked about what a feed told: there is no `recheck_id`.
    """
    number = _number(found)
    if number is None:
        return None
    text = _FOOTER.sub("", found["text"])
    signed = [user["name"] for link in found["links"] if (user := _USER.search(link))]
    author = found["author"] or (signed[-1] if signed else "")
    post = Post(
        source=context.source,
        platform="reddit",
        external_id=number,
        observed_at=context.now(),
        kind=Kind.COMMENT if number.startswith("t1_") else Kind.POST,
        origin=Origin.FEED,
        state=State.EDITED if found["edited"] else State.LIVE,
        url=_permalink(found["link"] or ""),
        author=_author(author.removeprefix("/u/")),
        title=found["title"],
        text=text,
        created_at=_moment(found["created"]),
        edited_at=_moment(found["edited"]),
        media=tuple(Media(kind=kind, url=url, alt_text=alt or None) for kind, url, alt in found["media"]),
        links=tuple(link for link in found["links"] if not _is_of_reddit(link)),
        terms=context.terms,
    )
    return _as_shown(post, taken_down=_is_mark(text))


def _as_shown(post: Post, *, taken_down: bool) -> Post:
    if not taken_down:
        return post
    return post.gone(State.DELETED)


def _is_mark(written: str) -> bool:
    return written.strip().casefold() in _TAKEN_DOWN


def _author(name: str, number: str | None = None) -> Account | None:
    if not name or _is_mark(name):
        return None
    return Account(platform="reddit", external_id=number, handle=name, url=f"{SITE}/user/{name}")


def _permalink(path: str) -> str | None:
    """Without its query: it only says where a reader came from, or how much is shown around it."""
    address = plain.web_address(path.partition("?")[0], SITE)
    return f"{SITE}{urlsplit(address).path}" if address else None


def _refs(data: Item) -> tuple[Ref, ...]:
    told = {"reply_to": shape.name(data, "parent_id"), "root": shape.name(data, "link_id")}
    return tuple(Ref(rel=rel, external_id=number) for rel, number in told.items() if number)


def _number(found: Mapping[str, Any]) -> str | None:
    """The id that the interface knows it by; older feeds give it in the address only."""
    if name := _NAME.search(found["id"]):
        return name[0]
    place = _PLACE.search(found["link"] or found["id"])
    if place is None:
        return None
    return f"t1_{place['comment']}" if place["comment"] else f"t3_{place['post']}"


def _is_of_reddit(link: str) -> bool:
    return (urlsplit(link).hostname or "").endswith("reddit.com")


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
