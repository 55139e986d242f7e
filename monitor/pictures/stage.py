"""The stage between a post and its findings at which its pictures are looked at.

Pictures come by three doors: in the post's own bytes, as an address, and as the picture of its author's
account. Every one that should have been seen and was not says so in a plain sentence, of which there are few:
the digest counts them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.errors import SourceChanged, SourceError, SourceNotFound, SourceRefused, SourceThrottled
from monitor.pictures.analysis import Analyst, installed
from monitor.pictures.shelf import Shelf
from monitor.types import Account, Depth, Media, Picture, Post

KINDS = frozenset({"image", "document"})
"""The kinds of media that are looked at; films and sound are not."""
AT_MOST = 8
"""Pictures of one post that are looked at."""
LARGEST = 10_000_000
"""Bytes of one picture that is fetched."""
ALTOGETHER = 24_000_000
"""Bytes fetched for one post: with what waits on the shelf this bounds what a reading holds in memory."""
SECONDS = 10.0
REDIRECTS = 2

TOO_MANY = f"only the first {AT_MOST} pictures of a post are looked at"
TOO_LARGE = f"it is larger than {LARGEST // 1_000_000} MB"
TOO_HEAVY = f"the pictures of its post are larger than {ALTOGETHER // 1_000_000} MB together"
GONE = "it is no longer there: expired or taken down"
REFUSED = "its host refuses to give it, or may not be asked"
BUSY = "its host asked us to wait"
LATE = "its host did not answer in time"
NOTHING = "its host gave no picture"
NO_ADDRESS = "its platform does not give it out"

_SIGNS = {b"\x89PNG": "png", b"\xff\xd8": "jpg", b"GIF8": "gif", b"RIFF": "webp", b"%PDF": "pdf"}
_WAITING = 12_000_000  # bytes fetched that are kept for a while: what is not news is looked at again

Fetch = Callable[[str], bytes]
"""Gives what is at an address. Raises SourceError."""


class Fetched:
    """What was fetched a short while ago, by address."""

    def __init__(self) -> None:
        self._shelf: Shelf[str, bytes] = Shelf(_WAITING)

    def get(self, url: str, fetch: Fetch) -> bytes:
        """What is at `url`, by `fetch` where it is not here. Raises SourceError."""
        if (known := self._shelf.get(url)) is not None:
            return known
        content = fetch(url)
        self._shelf.put(url, content, len(content))
        return content

    def held(self, url: str) -> bytes | None:
        """What was fetched from `url` a short while ago, None where it is not here (any more)."""
        return self._shelf.get(url)


class NotHad(Exception):
    """A picture that could not be had; the message is the sentence that people are told."""


@dataclass(slots=True)
class _Purse:
    """How many bytes may still be fetched for a post."""

    left: int = ALTOGETHER


@dataclass(frozen=True, slots=True)
class Stage:
    """Implements monitor.ports.Pictures for one source.

    `fetch` is the source's way out to its pictures; `resembles` says of whose accounts the picture is looked
    at, so that nobody else's face is ever fetched.
    """

    analyst: Analyst
    fetch: Fetch
    fetched: Fetched
    resembles: Callable[[Account], bool] = lambda account: False

    def see(self, post: Post, depth: Depth) -> Post:
        """See `monitor.ports.Pictures`."""
        if depth is Depth.OFF:
            return post
        purse = _Purse()
        author = post.author
        media = tuple(self._each(post.media, depth, purse))
        if author is not None and author.avatar_url and self.resembles(author):
            # Closely: an emblem in it is found by its features, and whose a lockup is by the name beside it.
            author = replace(author, avatar=self._seen(author.avatar_url, None, Depth.READ, purse)[0])
        return replace(post, media=media, author=author)

    def _each(self, media: Sequence[Media], depth: Depth, purse: _Purse) -> Iterator[Media]:
        looked = 0
        for each in media:
            if each.kind not in KINDS:
                yield each
                continue
            looked += 1
            if looked > AT_MOST:
                yield replace(each, picture=Picture(not_read=TOO_MANY))
                continue
            picture, content = self._seen(each.url, each.content, depth, purse)
            name = each.name or _name(content)
            yield replace(each, picture=picture, content=content, name=name)

    def _seen(
        self, url: str, content: bytes | None, depth: Depth, purse: _Purse
    ) -> tuple[Picture, bytes | None]:
        """What was seen in a picture, and its bytes: those handed in, or those that were fetched."""
        try:
            if content is None:
                if not installed():  # then nobody's picture need be fetched
                    return self.analyst.look(b"", depth), None
                content = self._had(url, purse)
        except NotHad as why:
            return Picture(not_read=str(why)), None
        return self.analyst.look(content, depth), content

    def _had(self, url: str, purse: _Purse) -> bytes:
        if not url.lower().startswith(("https://", "http://")):
            raise NotHad(NO_ADDRESS)
        if purse.left <= 0:
            raise NotHad(TOO_HEAVY)
        try:
            content = self.fetched.get(url, self.fetch)
        except SourceError as error:
            raise NotHad(_why(error)) from None
        purse.left -= len(content)
        return content


def _why(error: SourceError) -> str:
    """One of a few sentences, without the host: what it is about stands in the message of the error alone."""
    match error:
        case SourceNotFound() | SourceRefused():
            return GONE if isinstance(error, SourceNotFound) or _expired(error) else REFUSED
        case SourceThrottled():
            return BUSY
        case SourceChanged():
            return TOO_LARGE if "larger than" in str(error) else NOTHING
    return LATE


def _expired(error: SourceRefused) -> bool:
    """Signed addresses of pictures answer 401, 403 or 410 once they have expired."""
    return any(f"answered {status}" in str(error) for status in (401, 403, 410))


def _name(content: bytes | None) -> str:
    """Under which name what was fetched is kept: the beginning of its digest, and what it looks like."""
    if content is None:
        return ""
    kind = next((kind for sign, kind in _SIGNS.items() if content.startswith(sign)), "bin")
    return f"{hashlib.sha256(content).hexdigest()[:8]}.{kind}"
