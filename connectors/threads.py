"""Threads: posts by keyword or topic tag, the organisation's own posts with their answers, and mentions.

Threads API (developers.facebook.com/docs/threads). Private users' posts are never given. Words that Meta
holds to be sensitive give an empty list: let the source have a canary. Before Meta's approval of
`threads_keyword_search`, only one's own posts are found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, SecretStr

from connectors import Context
from connectors.parts import shape
from connectors.parts.meta import places
from connectors.parts.meta.graph import Graph, Version
from connectors.parts.meta.places import CommentDays, Lists, Place
from connectors.parts.options import Asks, BaseUrl, Handle, Pages, Query
from connectors.parts.shape import Item
from connectors.parts.tokens import LongLived
from monitor.types import Account, Kind, Origin, Page, Post, Ref, State

PER_PAGE = "100"
_MEDIA = (
    "id,media_type,media_url,permalink,username,text,timestamp,alt_text,link_attachment_url,has_replies,"
    "is_quote_post,quoted_post,reposted_post,children{media_type,media_url,alt_text}"
)
_ANSWER = f"{_MEDIA},is_reply,replied_to,root_post,hide_status"
_PROFILE = "https://www.threads.net/@"
_HIDDEN = frozenset({"HIDDEN", "COVERED", "BLOCKED", "RESTRICTED"})
_LISTS = {"posts": "threads", "replies": "replies", "mentions": "mentions"}


class ThreadsOptions(Asks):
    """What a source of kind `threads` may set: one of `query`, `tag` (without its #) and `reads`.

    `reads` of "posts" brings the answers to them too, "replies" are those that the account itself gave.
    `account` is whose token it is. `queries_a_day` is this source's share of the 2,200 searches that it has.
    """

    query: Query | None = None
    tag: Handle | None = None
    reads: Literal["posts", "replies", "mentions"] | None = None
    token: SecretStr
    account: Handle
    comment_days: CommentDays = 7
    queries_a_day: Annotated[int, Field(ge=1, le=2200)] = 500
    base_url: BaseUrl = "https://graph.threads.net"
    version: Version = "v1.0"
    pages: Pages = 50

    @classmethod
    def questions(cls) -> tuple[str, ...]:
        """Of which one is asked."""
        return ("query", "tag", "reads")


class Threads:
    """Reads one search or one account, newest first.

    Our own posts, the answers to them and what mentions us concern the organisation and are kept; what a
    search found is kept only where it speaks of it.
    """

    Options = ThreadsOptions
    terms: ClassVar[str] = "meta"
    keeps_everything: bool = True

    def __init__(self, options: ThreadsOptions, context: Context) -> None:
        self._options, self._context = options, context
        self.keeps_everything = options.reads is not None
        renewed = LongLived(context, options.base_url, "th_refresh_token", options.token.get_secret_value())
        self._graph = Graph(context, f"{options.base_url}/{options.version}", renewed)
        self._lists = Lists(
            graph=self._graph,
            question=[options.query, options.tag, options.reads, options.account],
            most=options.pages,
            ask=self._ask,
            posts=self._posts,
            beneath=self._answers,
            says_next=False,
        )

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was written after the cursor, or since `since`. Raises SourceError."""
        reads, days = self._options.reads, self._options.comment_days
        path = f"me/{_LISTS[reads]}" if reads else "keyword_search"
        return self._lists.pages(Place(path), cursor, since, days if reads == "posts" else 0)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids`, our own posts and their answers, that have gone. Others' cannot be asked."""
        return self._graph.missing(ids, lambda: self._graph.ask("me/threads", limit="1"))

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer. Raises SourceError."""
        return self._posts(answer, None)

    def _ask(self, place: Place, oldest: datetime) -> Any:
        if self._options.reads is None:
            return self._search(place)
        asked = {"fields": _MEDIA, "limit": PER_PAGE} | place.asked
        if place.under or self._options.reads != "posts":
            asked["fields"] = _ANSWER
        if not place.under:
            asked["since"] = str(int(oldest.timestamp()))
        return self._graph.ask(place.path, **asked)

    def _search(self, place: Place) -> Any:
        """One page of a search, counted.

        Not asked from a time on: that the first page reaches what is known saves the second, and of further
        pages Meta gives 500 a week.
        """
        words, mode = (
            self._options.query or self._options.tag or "",
            "TAG" if self._options.tag else "KEYWORD",
        )
        asked = {
            "q": words,
            "search_mode": mode,
            "search_type": "RECENT",
            "fields": _MEDIA,
            "limit": PER_PAGE,
        }
        today = self._context.now().date()
        self._context.meter.charge(1, self._options.queries_a_day, today)
        answer = self._graph.ask(place.path, **asked | place.asked)
        if not shape.find(answer, "data"):
            self._context.meter.charge(-1, None, today)  # Meta does not count what found nothing
        return answer

    def _answers(self, answer: Any) -> Iterator[tuple[Place, Any]]:
        if self._options.reads != "posts" or not self._options.comment_days:
            return
        for item in places.listed(self._graph.host, answer):
            if (name := shape.name(item, "id")) and shape.flag(item, "has_replies"):
                yield Place(f"{name}/conversation", under=places.reference("root", item)), None

    def _posts(self, answer: Any, under: Ref | None) -> Iterator[Post]:
        self._graph.complain(answer)
        for item in places.listed(self._graph.host, answer):
            if name := shape.name(item, "id"):
                yield self._post(name, item, under)

    def _post(self, name: str, item: Item, under: Ref | None) -> Post:
        now, handle = self._context.now(), shape.name(item, "username")
        owner, link = shape.name(item, "owner", "id"), shape.address(item, "link_attachment_url")
        author = Account(
            platform="threads", external_id=owner, handle=handle, url=_PROFILE + handle if handle else None
        )
        is_hidden = shape.text(item, "hide_status").upper() in _HIDDEN
        return Post(
            source=self._context.source,
            platform="threads",
            external_id=name,
            observed_at=now,
            kind=_kind(item, under),
            origin=Origin.API,
            state=State.HIDDEN if is_hidden else State.LIVE,
            url=shape.address(item, "permalink"),
            author=author if handle or owner else None,
            text=shape.text(item, "text"),
            created_at=places.written(item, now),
            media=tuple(places.media(item)),
            links=(link,) if link else (),
            refs=tuple(_refs(item, under)),
            terms=self._context.terms,
            recheck_id=name if self._options.reads in ("posts", "replies") else None,
        )


def _refs(item: Item, under: Ref | None) -> Iterator[Ref]:
    named = {
        "reply_to": "replied_to",
        "root": "root_post",
        "quote_of": "quoted_post",
        "repost_of": "reposted_post",
    }
    found = {
        rel: places.reference(rel, item[key]) for rel, key in named.items() if shape.name(item, key, "id")
    }
    yield from (found | ({"root": under} if under else {})).values()


def _kind(item: Item, under: Ref | None) -> Kind:
    if shape.name(item, "reposted_post", "id") or shape.text(item, "media_type") == "REPOST_FACADE":
        return Kind.REPOST
    if under or shape.flag(item, "is_reply") or shape.name(item, "replied_to", "id"):
        return Kind.REPLY
    return Kind.QUOTE if shape.flag(item, "is_quote_post") else Kind.POST
