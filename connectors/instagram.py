"""Instagram: the organisation's own professional account, what tags it, and a hashtag's last day.

Instagram Platform (developers.facebook.com/docs/instagram-platform). Mentions in captions and comments are
only told to a server that Meta can call, so they cannot be read here; what such a call led to, `posts` maps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import SecretStr

from connectors import Context
from connectors.parts import shape
from connectors.parts.meta import places
from connectors.parts.meta.graph import Graph, Version
from connectors.parts.meta.places import CommentDays, Lists, Place
from connectors.parts.options import Asks, BaseUrl, Handle, Pages
from connectors.parts.shape import Item
from connectors.parts.tokens import LongLived
from monitor.errors import SourceChanged
from monitor.types import Account, Kind, Origin, Page, Post, Ref, State

PER_PAGE = "50"
_MEDIA = "id,caption,media_type,media_url,permalink,timestamp,children{media_type,media_url,alt_text}"
_COMMENT = "id,text,timestamp,username,from,hidden"
_COMMENTS = f"{_COMMENT},replies{{{_COMMENT}}}"
_OWN = f"{_MEDIA},username,alt_text"
_WITH_COMMENTS = f"{_OWN},comments.limit({PER_PAGE}){{{_COMMENTS}}}"
_PROFILE = "https://www.instagram.com/"


class InstagramOptions(Asks):
    """What a source of kind `instagram` may set: `reads`, or a `tag` without its #.

    `account` is its number, which stands among the organisation's `handles`. With no `base_url`, tags are
    asked at graph.facebook.com (they need Meta's "Instagram Public Content Access") and everything else at
    graph.instagram.com. An account may ask for 30 different tags in 7 days.
    """

    account: Handle
    token: SecretStr
    reads: Literal["media", "tags"] | None = None
    tag: Handle | None = None
    comment_days: CommentDays = 14
    base_url: BaseUrl | None = None
    version: Version = "v24.0"
    pages: Pages = 50

    @classmethod
    def questions(cls) -> tuple[str, ...]:
        """Of which one is asked."""
        return ("reads", "tag")


class Instagram:
    """Reads one account, or one hashtag.

    Our own media, the comments on them and what tags us all concern the organisation and are kept; what
    stands under a hashtag is kept only where it speaks of it.
    """

    Options = InstagramOptions
    terms: ClassVar[str] = "meta"
    keeps_everything: bool = True

    def __init__(self, options: InstagramOptions, context: Context) -> None:
        self._options, self._context = options, context
        self.keeps_everything = options.tag is None
        base = options.base_url or f"https://graph.{'facebook' if options.tag else 'instagram'}.com"
        token = options.token.get_secret_value()
        renewed = LongLived(context, base, "ig_refresh_token", token)
        self._graph = Graph(context, f"{base}/{options.version}", (lambda: token) if options.tag else renewed)
        self._days = options.comment_days if options.reads == "media" else 0
        self._lists = Lists(
            graph=self._graph,
            question=[options.account, options.reads, options.tag],
            most=options.pages,
            window=timedelta(hours=24) if options.tag else None,
            ask=self._ask,
            posts=self._posts,
            beneath=partial(places.commented, self._graph.host),
        )

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was written after the cursor, or since `since`. Raises SourceError."""
        yield from self._lists.pages(self._place(), cursor, since, self._days)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids`, our own media and their comments, that have gone. Others' cannot be asked."""
        return self._graph.missing(ids, lambda: self._graph.ask(f"{self._options.account}/media", limit="1"))

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer, each followed by the comments that came with it. Raises SourceError."""
        mentioned = shape.find(answer, "mentioned_media") or shape.find(answer, "mentioned_comment")
        return self._posts(mentioned or answer, None)

    def _place(self) -> Place:
        tag, memory = self._options.tag, self._context.memory
        if tag is None:
            return Place(f"{self._options.account}/{self._options.reads}")
        if (name := memory.get(f"hashtag {tag}")) is None:
            found = self._graph.ask("ig_hashtag_search", user_id=self._options.account, q=tag)
            if (name := shape.name(found, "data", 0, "id")) is None:
                raise SourceChanged(f"{self._graph.host}: gives no id for the hashtag: check `tag`")
            memory[f"hashtag {tag}"] = name
        return Place(f"{name}/recent_media")

    def _ask(self, place: Place, oldest: datetime) -> Any:
        asked = {"limit": PER_PAGE} | place.asked
        if place.under:
            asked["fields"] = _COMMENTS
        elif self._options.tag:
            asked |= {"fields": _MEDIA, "user_id": self._options.account}
        else:
            asked["fields"] = _WITH_COMMENTS if self._days else _OWN
        return self._graph.ask(place.path, **asked)

    def _posts(self, answer: Any, under: Ref | None) -> Iterator[Post]:
        self._graph.complain(answer)
        for item in places.listed(self._graph.host, answer):
            if not item.keys().isdisjoint({"media_type", "caption", "text", "timestamp"}):
                yield from self._thread(item, (under,) if under else ())

    def _thread(self, item: Item, refs: tuple[Ref, ...]) -> Iterator[Post]:
        """An item, the comments beneath it, and the replies beneath those."""
        if (name := shape.name(item, "id")) is None:
            return
        yield self._post(name, item, refs)
        for comment in shape.some(item, "comments", "data"):
            yield from self._thread(comment, (places.reference("parent", item),))
        for reply in shape.some(item, "replies", "data"):
            yield from self._thread(reply, (*refs[:1], places.reference("reply_to", item)))

    def _post(self, name: str, item: Item, refs: tuple[Ref, ...]) -> Post:
        """One item. A comment has no address of its own: its own is that of what it stands beneath."""
        now = self._context.now()
        is_comment = bool(refs) or item.keys().isdisjoint({"media_type", "caption"})
        return Post(
            source=self._context.source,
            platform="instagram",
            external_id=name,
            observed_at=now,
            kind=Kind.COMMENT if is_comment else Kind.POST,
            origin=Origin.API,
            state=State.HIDDEN if shape.flag(item, "hidden") else State.LIVE,
            url=shape.address(item, "permalink") or (refs[0].url if refs else None),
            author=_author(item),
            text=shape.text(item, "caption") or shape.text(item, "text"),
            created_at=places.written(item, now),
            media=() if is_comment else tuple(places.media(item)),
            refs=refs,
            terms=self._context.terms,
            recheck_id=name if self._options.reads == "media" else None,
        )


def _author(item: Item) -> Account | None:
    """Its username; hashtags and mentions give none."""
    handle = shape.name(item, "username") or shape.name(item, "from", "username")
    name = shape.name(item, "from", "id") or shape.name(item, "owner", "id")
    if not (handle or name):
        return None
    url = _PROFILE + handle if handle else None
    return Account(platform="instagram", external_id=name, handle=handle, url=url)
