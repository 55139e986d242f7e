"""The archive that X makes of an account: `tweets.js` in a zip file, JavaScript around a list of posts."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from connectors.intake import Arrival, LeftOut
from connectors.intake.document import Document, within
from connectors.parts import plain, shape
from connectors.parts.catalogue import terms
from monitor.errors import SourceChanged
from monitor.types import Account, Kind, Media, Origin, Post, Ref

LONGEST_ITEM = 4 * 2**20  # characters of one post with all that belongs to it
_POSTS = re.compile(r"(?:.*/)?tweets?(?:-part\d+)?\.js")
_ACCOUNT = re.compile(r"(?:.*/)?account\.js")
_KINDS = {"photo": "image", "animated_gif": "video", "video": "video"}
_PIECE = 2**17


def holds_posts(name: str) -> bool:
    """True for a file of an archive that has posts in it: never the direct messages."""
    return bool(_POSTS.fullmatch(name))


@dataclass
class XArchive:
    """Reads the posts of an archive, or of a `tweets.js` taken out of one."""

    path: Path
    arrival: Arrival
    left_out: LeftOut = field(default_factory=LeftOut)

    def __post_init__(self) -> None:
        self.documents = within(self.path, holds_posts)
        if not self.documents:
            raise SourceChanged(f"{self.path.name}: there is no tweets.js in the archive")

    def posts(self) -> Iterator[Post]:
        """Every post of the account. Raises SourceChanged where the file ends too early."""
        author = self._author()
        for document in self.documents:
            for number, item in enumerate(objects(document), 1):
                tweet = item["tweet"] if isinstance(item.get("tweet"), dict) else item
                if name := shape.name(tweet, "id_str") or shape.name(tweet, "id"):
                    yield self._post(name, tweet, author)
                else:
                    self.left_out.note(f"item {number}", "has no id")

    def _author(self) -> Account | None:
        if self.documents[0].member is None:
            return None
        for document in within(self.path, lambda name: bool(_ACCOUNT.fullmatch(name))):
            with suppress(SourceChanged):
                return next(map(_account, objects(document)), None)
        return None

    def _post(self, name: str, tweet: dict[str, Any], author: Account | None) -> Post:
        now = self.arrival.now()
        text = html.unescape(shape.text(tweet, "full_text") or shape.text(tweet, "text"))
        answered = shape.name(tweet, "in_reply_to_status_id_str")
        found = (shape.address(link, "expanded_url") for link in shape.some(tweet, "entities", "urls"))
        return Post(
            source=self.arrival.source,
            platform="x",
            external_id=name,
            observed_at=now,
            kind=Kind.REPOST if text.startswith("RT @") else Kind.REPLY if answered else Kind.POST,
            origin=Origin.IMPORT,
            url=f"https://x.com/i/web/status/{name}",
            author=author,
            text=plain.clean(text),
            lang=shape.text(tweet, "lang") or None,
            created_at=shape.moment(tweet, now, "created_at"),
            links=tuple(link for link in found if link),
            media=tuple(_media(tweet)),
            refs=(Ref(rel="reply_to", external_id=answered),) if answered else (),
            terms=terms()["x"].item(),
        )


def _account(item: dict[str, Any]) -> Account:
    handle = shape.name(item, "account", "username")
    return Account(
        platform="x",
        external_id=shape.name(item, "account", "accountId"),
        handle=handle,
        display_name=shape.text(item, "account", "accountDisplayName") or None,
        url=f"https://x.com/{handle}" if handle else None,
    )


def _media(tweet: dict[str, Any]) -> Iterator[Media]:
    for key in ("extended_entities", "entities"):
        if found := list(shape.some(tweet, key, "media")):
            for each in found:
                kind = _KINDS.get(shape.text(each, "type"), "image")
                url = shape.address(each, "media_url_https") or ""
                yield Media(kind=kind, url=url, alt_text=shape.text(each, "alt_text") or None)
            return


def objects(document: Document) -> Iterator[dict[str, Any]]:
    """The objects of the list that a file assigns, one at a time: what stands before its first [ is code.

    Raises SourceChanged, with the number of the item, where the file is cut off or is no such list.
    """
    with document.text() as text:
        yield from _Pieces(document.path.name, text).objects()


class _Pieces:
    """A list of objects, of which no more than one is held."""

    def __init__(self, name: str, text: IO[str]) -> None:
        self._name, self._text = name, text
        self._held, self._done = "", 0
        self._decoder = json.JSONDecoder()

    def objects(self) -> Iterator[dict[str, Any]]:
        while "[" not in self._held[:4096]:
            if len(self._held) > 4096 or not self._more():
                raise SourceChanged(f"{self._name}: this is no file of an X archive: it has no list of posts")
        self._held = self._held.partition("[")[2]
        while (item := self._next()) is not None:
            yield item

    def _next(self) -> dict[str, Any] | None:
        """The next object, None at the end of the list."""
        while True:
            self._held = self._held.lstrip(" \t\r\n,")
            if self._held.startswith("]"):
                return None
            if self._held and not self._held.startswith("{"):
                raise SourceChanged(f"{self._name}: item {self._done + 1} of the list is no post")
            try:
                item, end = self._decoder.raw_decode(self._held)
            except (ValueError, RecursionError):
                if len(self._held) > LONGEST_ITEM or not self._more():
                    raise self._broken() from None
                continue
            self._held, self._done = self._held[end:], self._done + 1
            return dict(item)

    def _more(self) -> bool:
        piece = self._text.read(_PIECE)
        self._held += piece
        return bool(piece)

    def _broken(self) -> SourceChanged:
        return SourceChanged(
            f"{self._name}: the file breaks off or is damaged after item {self._done}: fetch it again"
        )
