"""What an entry of a feed becomes: a post with a name of its own, without anything that is secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors import Context
from connectors.parts.cursors import digest
from monitor import sandbox
from monitor.errors import SourceChanged
from monitor.types import Account, Kind, Media, Origin, Post, State

Entry = dict[str, Any]  # as connectors.parts.feeds.feed.read describes it
PARSER = "connectors.parts.feeds.feed:read"
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{2,8}){0,4}")  # RFC 5646; feeds write all sorts of things
_OF_ITS_HOST = re.compile(r"(?:https?://|tag:|urn:)", re.IGNORECASE)
_LONGEST_ID = 500  # characters; beyond that an id is some other field gone astray
_TOKEN = re.compile(r"(?=.*\d).{6,}|.{20,}")
_TOKEN_NAMES = {"token", "auth", "key", "api_key", "apikey", "access_token", "secret"}


@dataclass(frozen=True, slots=True)
class Item:
    """An entry and the post made of it."""

    entry: Entry
    post: Post


@dataclass(frozen=True, slots=True)
class Reading:
    """One document of a feed; `following` is the entry that the next one starts with, where it says so."""

    items: Sequence[Item] = ()
    following: str | None = None

    @property
    def posts(self) -> list[Post]:
        """The posts alone."""
        return [item.post for item in self.items]


@dataclass(frozen=True)
class Feed:
    """The feed at `url`, whose items belong to the family `platform`.

    Where the address is `private`, or looks like one that carries a token (Google Alerts, Reddit's personal
    feeds), no part of it that tells anything is let through to a post.
    """

    context: Context
    url: str
    platform: str
    private: bool = False

    @cached_property
    def host(self) -> str:
        """What errors name, and ids begin with."""
        return urlsplit(self.url).netloc.lower()

    def read(self, document: bytes, url: str = "", content_type: str = "") -> Reading:
        """The posts of one document, fetched from `url`. Raises SourceChanged where it is no feed."""
        now = self.context.now()
        try:
            found = sandbox.run(PARSER, document, url or self.url, content_type, now.isoformat())
        except sandbox.ParserError as error:
            raise SourceChanged(f"{self.host}: malformed feed ({error})") from None
        if found is None:
            raise SourceChanged(f"{self.host}: the answer is not a feed; look whether its address changed")
        secrets = self._secrets | (_tokens(url) if self._secrets and url else frozenset())
        entries = [_without(entry, secrets) for entry in found["entries"]]
        items = [Item(entry, self._post(name, entry, now)) for name, entry in _named(entries)]
        return Reading(items, found["following"])

    def _post(self, name: str, entry: Entry, now: datetime) -> Post:
        author = Account(
            platform=self.platform,
            external_id=entry["author_id"] or None,
            display_name=entry["author"] or None,
            url=entry["author_url"],
            bio=entry["bio"] or None,
        )
        return Post(
            source=self.context.source,
            platform=self.platform,
            external_id=self._identity(name),
            observed_at=now,
            kind=Kind(entry["kind"]),
            origin=Origin.FEED,
            state=State.EDITED if entry["edited"] else State.LIVE,
            url=entry["link"],
            author=author if author.display_name or author.url else None,
            title=entry["title"],
            text=entry["text"],
            lang=entry["lang"] if _LANGUAGE.fullmatch(entry["lang"]) else None,
            created_at=_moment(entry["created"]),
            edited_at=_moment(entry["edited"]),
            media=tuple(Media(kind=kind, url=url, alt_text=alt or None) for kind, url, alt in entry["media"]),
            links=tuple(entry["links"]),
            terms=self.context.terms,
        )

    def _identity(self, name: str) -> str:
        """What is unique on the web: an address or a tag within its host, any other id within its feed."""
        if _OF_ITS_HOST.match(name):
            return f"{self.host}/{name}"
        path = f"/{_name(self.url)}" if self._secrets else urlsplit(self.url).path
        return f"{self.host}{path}#{name}"

    @cached_property
    def _secrets(self) -> frozenset[str]:
        return _tokens(self.url) if self.private or _looks_private(self.url) else frozenset()


_name = partial(digest, length=32)  # longer than elsewhere: ids that are stored are made of it


def _looks_private(url: str) -> bool:
    parts = urlsplit(url)
    names = {name.casefold() for name, _ in parse_qsl(parts.query)}
    is_alert = ".google." in f".{parts.hostname}" and parts.path.startswith("/alerts/feeds/")
    return is_alert or {"feed", "user"} <= names or not names.isdisjoint(_TOKEN_NAMES)


def _tokens(url: str) -> frozenset[str]:
    """The parts of a private address that must not be seen: the numbers, keys and whatever is long."""
    parts = urlsplit(url)
    values = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))]
    return frozenset(value for value in values if _TOKEN.fullmatch(value)) | {url}


def _without(entry: Entry, secrets: frozenset[str]) -> Entry:
    """The entry with no address that holds a secret, and none in its texts."""

    def clear(value: Any) -> Any:
        if isinstance(value, str):
            if any(secret in value for secret in secrets) and value.startswith(("http://", "https://")):
                return None
            for secret in secrets:
                value = value.replace(secret, "")
        return value

    if not secrets:
        return entry
    cleared: Entry = {name: clear(value) for name, value in entry.items()}
    cleared["id"] = cleared["id"] or _name(entry["id"])
    cleared["links"] = [link for link in entry["links"] if clear(link)]
    cleared["media"] = [[kind, url, clear(alt) or ""] for kind, url, alt in entry["media"] if clear(url)]
    return cleared | {name: cleared[name] or "" for name in ("title", "text", "author", "bio", "lang")}


def _named(entries: Iterable[Entry]) -> Iterator[tuple[str, Entry]]:
    """Each entry with its name: guid, else link, else a digest; the same entry twice counts once.

    Some sites give several items one guid: those are told apart by a digest of their content.
    """
    variants: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        content = _name(entry["link"], entry["title"], entry["created"], entry["text"])
        name = entry["id"] or entry["link"] or _name(entry["title"], entry["created"], entry["text"])
        name = name if len(name) <= _LONGEST_ID else _name(name)
        variants.setdefault(name, {}).setdefault(content, entry)
    for name, contents in variants.items():
        for content, entry in contents.items():
            yield (name if len(contents) == 1 else f"{name}#{content}"), entry


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
