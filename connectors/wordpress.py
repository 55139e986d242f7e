"""WordPress by its REST interface: posts by date, by change and by id, and comments.

Ids grow, so a backdated post, which no feed shows, stands first by id; a scheduled one has an old id and a
new date; an edit has neither. Hence three questions in each poll.
https://developer.wordpress.org/rest-api/reference/posts/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from connectors import Context
from connectors.http import Response
from connectors.parts import shape
from connectors.parts.cursors import Cursors
from connectors.parts.options import BaseUrl, Pages, Query
from connectors.parts.paging import is_newer
from connectors.parts.shape import Item
from connectors.parts.web import blogpost
from monitor.config import Section
from monitor.errors import SourceChanged, SourceRefused
from monitor.types import Page, Post, SourceState, State

PER_PAGE = 100
OVERLAP = timedelta(days=3)
"""What is read again: dates are the site's own, and comments wait for a moderator over a weekend."""
_FIRST_PAGE = 2**63
_BEYOND = "rest_post_invalid_page_number", "rest_comment_invalid_page_number", "rest_invalid_page_number"


class WordPressOptions(Section):
    """What a source of kind `wordpress` may set. `query` narrows it to what the site's search finds.

    `base_url` is the site's address. For a blog of WordPress.com, `base_url` is
    https://public-api.wordpress.com and `site` the blog's host name.
    """

    base_url: BaseUrl
    site: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.-]{1,253}$")
    query: Query | None = None
    comments: bool = False
    pages: Pages = 20


class WordPress:
    """Reads the posts of one site, and its comments if wanted. The cursor comes with the last page."""

    Options = WordPressOptions
    terms: ClassVar[str] = "open_interface"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: WordPressOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = options.site or urlsplit(options.base_url).netloc.lower()
        self._cursors = Cursors.about(self._host, options.query, str(options.comments))
        self._api = options.base_url + (f"/wp/v2/sites/{options.site}" if options.site else "/wp-json/wp/v2")

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was published or changed after the cursor, or since `since`. Raises SourceError."""
        known = self._recall(cursor)
        newest, top = known or (since, 0)
        reached, told = newest - OVERLAP if known else since, set[str]()
        for kind, params, floor in self._questions(reached, top if known else None):
            for items in self._answers(kind, params, floor):
                above = [item for item in items if (shape.number(item, "id") or 0) > floor]
                posts = [post for post in self.posts(above) if post.external_id not in told]
                told |= {post.external_id for post in posts}
                newest = max([newest, *(at for p in posts for at in (p.created_at, p.edited_at) if at)])
                if kind == "posts":
                    top = max([top, *(shape.number(item, "id") or 0 for item in items)])
                yield Page(posts=tuple(p for p in posts if known or is_newer(p, since)))
        yield Page(posts=(), cursor=self._cursor(newest, top), covered_from=reached)

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer, of posts or of comments. Raises SourceChanged where it is none."""
        for item in shape.items(self._host, answer, *(("posts",) if isinstance(answer, dict) else ())):
            if post := blogpost.read(item, self._host, self._context):
                yield post

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those that the site does not list any more: deleted, or no longer for everybody."""
        for kind in ("posts", "comments"):
            numbers = [name.partition(":")[2] for name in ids if name.startswith(f"{kind}:")]
            for start in range(0, len(numbers), PER_PAGE):
                asked = numbers[start : start + PER_PAGE]
                params = {"include": ",".join(asked), "per_page": str(PER_PAGE), "_fields": "id"}
                answer = self._ask(kind, params).json()
                there = {shape.name(item, "id") for item in shape.items(self._host, answer)}
                if not there <= set(asked):
                    raise SourceChanged(f"{self._host}: lists other {kind} than it was asked for")
                yield from ((f"{kind}:{number}", State.DELETED) for number in asked if number not in there)

    def _questions(self, reached: datetime, top: int | None) -> Iterator[tuple[str, dict[str, str], int]]:
        """What is asked of which list, and down to which id; the first poll only learns the highest one."""
        after = reached.strftime("%Y-%m-%dT%H:%M:%SZ")
        yield "posts", {"after": after}, 0
        yield "posts", {"modified_after": after, "orderby": "modified"}, 0
        yield "posts", {"orderby": "id"}, _FIRST_PAGE if top is None else top
        if self._options.comments:
            yield "comments", {"after": after}, 0

    def _answers(self, kind: str, params: dict[str, str], floor: int) -> Iterator[list[Item]]:
        """The pages of one question, newest first, while they hold ids above `floor`."""
        params |= {"order": "desc", "per_page": str(PER_PAGE), "_embed": "author"}
        if self._options.query:
            params["search"] = self._options.query
        for number in range(1, self._options.pages + 1):
            response = self._ask(kind, params | {"page": str(number)})
            if response.status == 400:
                return
            items = list(shape.items(self._host, response.json()))
            yield items
            total = shape.number(dict(response.headers), "x-wp-totalpages")
            is_last = number >= total if total is not None else len(items) < PER_PAGE
            if is_last or min((shape.number(item, "id") or 0 for item in items), default=0) <= floor:
                return
        raise SourceChanged(
            f"{self._host}: {self._options.pages} pages did not reach what is known; "
            "raise `pages` of this source"
        )

    def _ask(self, kind: str, params: Mapping[str, str]) -> Response:
        response = self._context.http.get(
            f"{self._api}/{kind}", params=params, accept=(400,), explain=self._explain
        )
        if response.status == 400 and shape.name(response.json(), "code") not in _BEYOND:
            why = f"{self._host} does not take the question"
            raise SourceRefused(f"{why}: use its feed (kind rss)", state=SourceState.MISCONFIGURED)
        return response

    def _explain(self, response: Response) -> None:
        """A site that keeps its interface closed says so in JSON; other refusals are as they look."""
        try:
            code = shape.name(response.json(), "code")
        except SourceChanged:
            return
        if code and response.status in (401, 403, 404):
            why = f"{self._host} has its REST interface closed ({response.status})"
            raise SourceRefused(f"{why}: use its feed (kind rss)", state=SourceState.MISCONFIGURED)

    def _recall(self, cursor: str | None) -> tuple[datetime, int] | None:
        """The newest date and the highest id that the cursor holds; None where it is not ours."""
        return self._cursors.read(
            cursor, lambda held: (datetime.fromisoformat(held["newest"]), int(held["top"]))
        )

    def _cursor(self, newest: datetime, top: int) -> str:
        newest = min(newest, self._context.now())
        return self._cursors.write(newest=newest.isoformat(), top=top)
