"""Facebook: the organisation's own page with the comments beneath its posts, and posts that tag the page.

Graph API, reference of Page (developers.facebook.com/docs/graph-api/reference/page). Nobody else's posts can
be searched, and whoever tagged the page stays unnamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr

from connectors import Context
from connectors.parts import plain, shape
from connectors.parts.meta import attachments, places
from connectors.parts.meta.graph import Graph, Version
from connectors.parts.meta.places import CommentDays, Lists, Place
from connectors.parts.options import BaseUrl, Pages
from connectors.parts.shape import Item
from monitor.config import Section
from monitor.types import Account, Kind, Origin, Page, Post, Ref, State

PER_PAGE = "50"
_COMMENT = (
    f"id,message,created_time,permalink_url,from,is_hidden,parent{{id}},attachment{{{attachments.FIELDS}}}"
)
_POST = (
    "id,message,story,created_time,permalink_url,from,is_hidden,"
    f"attachments{{{attachments.FIELDS},subattachments{{{attachments.FIELDS}}}}}"
)
_WITH_COMMENTS = f",comments.order(reverse_chronological).filter(stream).limit({PER_PAGE}){{{_COMMENT}}}"
_SITE = "https://www.facebook.com/"
_VERIFIED = {"blue_verified": True, "gray_verified": True, "not_verified": False}
_COMMENTED = re.compile(r"/(?:posts|photos|videos)/(?:[^/]+/)?(\d+)/?$")


class FacebookOptions(Section):
    """What a source of kind `facebook` may set. The token is the page's own, not a person's.

    `page` is its number. The number belongs among the organisation's `handles`, too: Facebook gives no other
    name by which the page's own posts are known from those of one that poses as it.
    """

    page: Annotated[str, Field(pattern=r"^\d{1,30}$")]
    token: SecretStr
    reads: Literal["feed", "tagged"] = "feed"
    comment_days: CommentDays = 14
    base_url: BaseUrl = "https://graph.facebook.com"
    version: Version = "v24.0"
    pages: Pages = 50


class Facebook:
    """Reads one page. Everything on it, and whatever tags it, concerns the organisation and is kept.

    When a post was edited is not told: `updated_time` moves with every comment too.
    """

    Options = FacebookOptions
    terms: ClassVar[str] = "meta"
    keeps_everything: ClassVar[bool] = True

    def __init__(self, options: FacebookOptions, context: Context) -> None:
        self._options, self._context = options, context
        base = f"{options.base_url}/{options.version}"
        self._graph = Graph(context, base, options.token.get_secret_value)
        self._place = Place(f"{options.page}/{options.reads}")
        self._days = options.comment_days if options.reads == "feed" else 0
        self._lists = Lists(
            graph=self._graph,
            question=[options.page, options.reads],
            most=options.pages,
            ask=self._ask,
            posts=self._posts,
            beneath=partial(places.commented, self._graph.host),
        )

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was written after the cursor, or since `since`. Raises SourceError."""
        return self._lists.pages(self._place, cursor, since, self._days)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that the page no longer has. Posts of others that tag it cannot be asked about."""
        return self._graph.missing(ids, lambda: self._graph.ask(self._place.path, limit="1"))

    def profiles(self, query: str) -> Iterator[Account]:
        """Pages of that name: needs Meta's feature "Page Public Metadata Access". Raises SourceError."""
        answer = self._graph.ask("pages/search", q=query, fields="id,name,link,verification_status")
        for page in shape.items(self._graph.host, answer, "data"):
            yield Account(
                platform="facebook",
                external_id=shape.name(page, "id"),
                display_name=plain.one_line(shape.text(page, "name")) or None,
                url=shape.address(page, "link"),
                verified=_VERIFIED.get(shape.text(page, "verification_status")),
            )

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer, each followed by the comments that came with it. Raises SourceError."""
        return self._posts(answer, None)

    def _author(self, item: Item) -> Account | None:
        """Who wrote it, None where that is not given. Only a page's number is also an address."""
        name, shown = shape.name(item, "from", "id"), plain.one_line(shape.text(item, "from", "name"))
        own = name if name == self._options.page else None
        if not (name or shown):
            return None
        return Account(
            platform="facebook",
            external_id=name,
            handle=own,
            display_name=shown or None,
            url=_SITE + own if own else None,
        )

    def _ask(self, place: Place, oldest: datetime) -> Any:
        asked = {"limit": PER_PAGE} | place.asked
        if place.under:
            asked |= {"fields": _COMMENT, "order": "reverse_chronological", "filter": "stream"}
        else:
            fields = _POST + _WITH_COMMENTS if self._days else _POST
            asked |= {"fields": fields, "since": str(int(oldest.timestamp()))}
        return self._graph.ask(place.path, **asked)

    def _posts(self, answer: Any, under: Ref | None) -> Iterator[Post]:
        self._graph.complain(answer)
        for item in places.listed(self._graph.host, answer):
            yield from self._post(item, under)
            for comment in shape.some(item, "comments", "data"):
                yield from self._post(comment, places.reference("parent", item))

    def _post(self, item: Item, under: Ref | None) -> Iterator[Post]:
        name, now = shape.name(item, "id") or _named_by(item), self._context.now()
        if name is None or item.keys().isdisjoint({"created_time", "message", "permalink_url"}):
            return
        is_comment = under is not None or "comment_id=" in shape.text(item, "permalink_url")
        answered = shape.name(item, "parent", "id")
        refs = (under, Ref(rel="reply_to", external_id=answered) if answered else None)
        yield Post(
            source=self._context.source,
            platform="facebook",
            external_id=name,
            observed_at=now,
            kind=Kind.COMMENT if is_comment else Kind.POST,
            origin=Origin.API,
            state=State.HIDDEN if shape.flag(item, "is_hidden") else State.LIVE,
            url=shape.address(item, "permalink_url") or (under.url if under else None),
            author=self._author(item),
            text=shape.text(item, "message") or shape.text(item, "story"),
            created_at=places.written(item, now),
            media=tuple(attachments.media(item)),
            links=tuple(attachments.links(item)),
            refs=tuple(ref for ref in refs if ref),
            terms=self._context.terms,
            recheck_id=name if self._options.reads == "feed" else None,
        )


def _named_by(item: Item) -> str | None:
    """A comment's id as its address has it, where no id was asked for."""
    parts = urlsplit(shape.address(item, "permalink_url") or "")
    comment, place = parse_qs(parts.query).get("comment_id"), _COMMENTED.search(parts.path)
    return f"{place[1]}_{comment[0]}" if comment and place else None
