"""Mastodon's statuses and accounts as posts and accounts (https://docs.joinmastodon.org/entities/Status).

Ids are unique on one server only and are opaque: numbers on Mastodon, ULIDs on GoToSocial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors import Context
from connectors.parts import plain, shape
from connectors.parts.shape import Item
from monitor.types import Account, Kind, Media, Post, Ref, State

_PUBLIC = ("public", "unlisted")
_HASHTAG = re.compile(r'<a\s[^>]*\bclass="[^"]*\bhashtag\b[^>]*>', re.IGNORECASE)
_MEDIA = {"gifv": "video"}


@dataclass(frozen=True, slots=True)
class Statuses:
    """Maps what the server `host` gives."""

    host: str
    context: Context

    def post_of(self, status: Item) -> Post | None:
        """The post of a status; None for one that is not for everybody."""
        number = shape.name(status, "id")
        if not number or shape.name(status, "visibility") not in _PUBLIC:
            return None
        boosted, now = shape.find(status, "reblog"), self.context.now()
        shown = boosted if isinstance(boosted, dict) else status
        refs, content = tuple(self._refs(status)), _text(shown, "content")
        edited = shape.moment(shown, now, "edited_at")
        return Post(
            source=self.context.source,
            platform="mastodon",
            external_id=self.named(number),
            observed_at=now,
            kind=_kind(refs),
            state=State.EDITED if edited else State.LIVE,
            url=shape.address(status, "url") or shape.address(shown, "url") or shape.address(status, "uri"),
            author=self.account_of(shape.find(status, "account")),
            title=plain.one_line(_text(shown, "spoiler_text")),
            text="\n".join(filter(None, (plain.from_html(content), *_choices(shown)))),
            lang=shape.name(shown, "language"),
            created_at=shape.moment(status, now, "created_at"),
            edited_at=edited,
            media=tuple(_media(shown)),
            links=tuple(dict.fromkeys(_links(shown, content))),
            refs=refs,
            terms=self.context.terms,
            recheck_id=number,
        )

    def account_of(self, account: Any) -> Account | None:
        """The account as user@server, which is who it is everywhere; None where there is none."""
        number, handle, now = shape.name(account, "id"), shape.name(account, "acct"), self.context.now()
        if not (number or handle):
            return None
        return Account(
            platform="mastodon",
            external_id=self.named(number) if number else None,
            handle=handle if not handle or "@" in handle else f"{handle}@{self.host}",
            display_name=shape.text(account, "display_name") or None,
            url=shape.address(account, "url"),
            bio=plain.from_html(_text(account, "note")) or None,
            avatar_url=shape.address(account, "avatar"),
            created_at=shape.moment(account, now, "created_at"),
            followers=shape.number(account, "followers_count"),
        )

    def named(self, number: str) -> str:
        """An id of this server as it is unique among all."""
        return f"{self.host}/{number}"

    def _refs(self, status: Item) -> Iterator[Ref]:
        if boosted := shape.name(status, "reblog", "id"):
            url = shape.address(status, "reblog", "url")
            yield Ref(rel="repost_of", external_id=self.named(boosted), url=url)
        if answered := shape.name(status, "in_reply_to_id"):
            yield Ref(rel="reply_to", external_id=self.named(answered), url=self._answered(status, answered))
        quoted = shape.find(status, "quote")
        whole = shape.name(quoted, "quoted_status", "id")
        if number := whole or shape.name(quoted, "quoted_status_id"):
            url = shape.address(quoted, "quoted_status", "url")
            yield Ref(rel="quote_of", external_id=self.named(number), url=url)

    def _answered(self, status: Item, number: str) -> str | None:
        """Where the answered status stands: its author is known by a mention of them."""
        wanted = shape.name(status, "in_reply_to_account_id")
        for mention in shape.some(status, "mentions"):
            acct = shape.name(mention, "acct")
            if acct and wanted and shape.name(mention, "id") == wanted:
                return plain.web_address(f"https://{self.host}/@{acct}/{number}")
        return None


def _text(value: Any, key: str) -> str:
    found = shape.find(value, key)
    return found if isinstance(found, str) else ""


def _kind(refs: tuple[Ref, ...]) -> Kind:
    kinds = {"repost_of": Kind.REPOST, "reply_to": Kind.REPLY, "quote_of": Kind.QUOTE}
    return kinds[refs[0].rel] if refs else Kind.POST


def _choices(status: Item) -> Iterator[str]:
    return (shape.text(option, "title") for option in shape.some(status, "poll", "options"))


def _links(status: Item, content: str) -> Iterator[str]:
    """Where links and mentions lead, and the card below the text; hashtags lead to the server's own lists."""
    rest = _HASHTAG.sub("", content)
    if "<a" in rest.lower():
        yield from filter(None, map(plain.web_address, plain.addresses(rest)[0]))
    if card := shape.address(status, "card", "url"):
        yield card


def _media(status: Item) -> Iterator[Media]:
    for each in shape.some(status, "media_attachments"):
        kind = shape.name(each, "type") or "unknown"
        if url := shape.address(each, "url") or shape.address(each, "remote_url"):
            alt = shape.text(each, "description") or None
            yield Media(kind=_MEDIA.get(kind, kind), url=url, alt_text=alt)
