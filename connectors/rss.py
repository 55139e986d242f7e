"""RSS, RDF, Atom and JSON feeds: news sites, blogs, podcasts, alerts, comment feeds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from connectors import Context
from connectors.http import Response
from connectors.parts import sandbox
from monitor.config import Section
from monitor.errors import SourceChanged
from monitor.types import Account, Kind, Media, Page, Post, State

Entry = dict[str, Any]  # as connectors.parts.feed.read describes it
PARSER = "connectors.parts.feed:read"
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{2,8}){0,4}")  # RFC 5646; feeds write all sorts of things
_OF_ITS_HOST = re.compile(r"(?:https?://|tag:|urn:)", re.IGNORECASE)
_LONGEST_ID = 500  # characters; beyond that an id is some other field gone astray


def _feed_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write the whole address of the feed: https://host/path")
    if parts.username or parts.password:
        raise ValueError("the address must not carry credentials")
    return url


class RssOptions(Section):
    """What a source of kind `rss` may set.

    `platform` is the family its items belong to; `pages` how many pages of a WordPress feed
    (`?paged=2`) to read while they hold something new.
    """

    url: Annotated[str, AfterValidator(_feed_address)]
    platform: str = "web"
    pages: int = Field(default=1, ge=1, le=50)


class Rss:
    """Reads one feed. The cursor is JSON: the validators of its first page and the newest date seen.

    A feed runs newest first, so the cursor comes with the last page. That an item has vanished
    means nothing: feeds forget.
    """

    Options = RssOptions
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: RssOptions, context: Context) -> None:
        self._options = options
        self._context = context
        self._host = urlsplit(options.url).netloc.lower()

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield the feed's items; with no cursor, or that of another address, only those newer than
        `since` or without a date.

        Raises SourceChanged where the answer is no feed, or `pages` did not reach what is known.
        """
        last = self._recall(cursor)
        first = self._context.http.get(
            self._options.url, etag=last.get("etag"), modified=last.get("modified")
        )
        if first.not_modified:
            yield Page(posts=(), cursor=cursor)
            return
        newest = datetime.fromisoformat(last["newest"]) if last.get("newest") else None
        dates: list[datetime] = []
        for posts, is_last in self._batches(first, newest or since):
            dates += [post.created_at for post in posts if post.created_at]
            yield Page(
                posts=tuple(post for post in posts if last or _is_newer(post, since)),
                cursor=self._cursor(first, max(dates, default=newest)) if is_last else None,
                covered_from=min(dates, default=None),
            )

    def _batches(self, response: Response, reached: datetime) -> Iterator[tuple[list[Post], bool]]:
        """The posts of each page, and whether it is the last one that is needed."""
        seen: set[str] = set()  # a site that ignores `paged` answers with the first page for ever
        for number in range(1, self._options.pages + 1):
            if number > 1:
                paged = {"paged": str(number)}
                response = self._context.http.get(self._options.url, params=paged, accept=(404,))
            found = [] if response.status == 404 else self._posts(response)
            posts = [post for post in found if post.external_id not in seen]
            oldest = min((post.created_at for post in posts if post.created_at), default=None)
            is_last = self._options.pages == 1 or not posts or (oldest is not None and oldest <= reached)
            yield posts, is_last
            if is_last:
                return
            seen.update(post.external_id for post in posts)
        raise SourceChanged(
            f"{self._host}: {self._options.pages} pages of the feed did not reach what is known; "
            "raise `pages` of this source"
        )

    def _posts(self, response: Response) -> list[Post]:
        kind = response.headers.get("content-type", "")
        now = self._context.now()
        try:
            entries = sandbox.run(PARSER, response.body, response.url, kind, now.isoformat())
        except sandbox.ParserError as error:
            raise SourceChanged(f"{self._host}: malformed feed ({error})") from None
        if entries is None:
            raise SourceChanged(f"{self._host}: the answer is not a feed; look whether its address changed")
        return [self._post(name, entry, now) for name, entry in _named(entries)]

    def _post(self, name: str, entry: Entry, now: datetime) -> Post:
        author = Account(
            platform=self._options.platform,
            display_name=entry["author"] or None,
            url=entry["author_url"],
            bio=entry["bio"] or None,
        )
        return Post(
            source=self._context.source,
            platform=self._options.platform,
            external_id=self._identity(name),
            observed_at=now,
            kind=Kind(entry["kind"]),
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
        )

    def _identity(self, name: str) -> str:
        """What is unique on the web: an address or a tag within its host, any other id within its feed."""
        if _OF_ITS_HOST.match(name):
            return f"{self._host}/{name}"
        return f"{self._host}{urlsplit(self._options.url).path}#{name}"

    def _recall(self, cursor: str | None) -> dict[str, str]:
        """What the cursor holds; nothing where it is not ours or of another address."""
        try:
            last = json.loads(cursor or "{}")
            return last if last["feed"] == _digest(self._options.url) else {}
        except (ValueError, KeyError, TypeError):
            return {}

    def _cursor(self, first: Response, newest: datetime | None) -> str:
        # The address by its digest: it may hold a private feed token. Validators byte for byte.
        seen = {
            "feed": _digest(self._options.url),
            "etag": first.headers.get("etag"),
            "modified": first.headers.get("last-modified"),
            "newest": min(newest, self._context.now()).isoformat() if newest else None,
        }
        return json.dumps({name: value for name, value in seen.items() if value})


def _named(entries: Iterable[Entry]) -> Iterator[tuple[str, Entry]]:
    """Each entry with its name: guid, else link, else a digest; the same entry twice counts once.

    Some sites give several items one guid: those are told apart by a digest of their content.
    """
    variants: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        content = _digest(entry["link"], entry["title"], entry["created"], entry["text"])
        name = entry["id"] or entry["link"] or _digest(entry["title"], entry["created"], entry["text"])
        name = name if len(name) <= _LONGEST_ID else _digest(name)
        variants.setdefault(name, {}).setdefault(content, entry)
    for name, contents in variants.items():
        for content, entry in contents.items():
            yield (name if len(contents) == 1 else f"{name}#{content}"), entry


def _digest(*parts: str | None) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def _is_newer(post: Post, since: datetime) -> bool:
    last = post.edited_at or post.created_at
    return last is None or last >= since


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
