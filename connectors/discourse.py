"""Discourse forums: what a search finds, or everything that is written, asked as any visitor may.

No key is sent, so private categories and messages are never seen. https://docs.discourse.org
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from connectors import Context
from connectors.http import Response
from connectors.parts import shape
from connectors.parts.options import BaseUrl, Pages, Query
from connectors.parts.paging import Batch, Walk
from connectors.parts.shape import Item
from connectors.parts.web import forumpost
from monitor.config import Section
from monitor.errors import SourceChanged, SourceRefused
from monitor.types import GONE, Page, Post, SourceState, State

WINDOW = 50  # `before=N` answers with what is public among the 50 ids up to N: possibly with nothing
_NOT_FOR_VISITORS = {403: State.HIDDEN, 404: State.DELETED, 410: State.DELETED}


class DiscourseOptions(Section):
    """What a source of kind `discourse` may set. Without `query` every post of the forum is looked at."""

    base_url: BaseUrl
    query: Query | None = None
    pages: Pages = 20


class Discourse:
    """Reads one forum, newest first."""

    Options = DiscourseOptions
    terms: ClassVar[str] = "open_interface"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: DiscourseOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc.lower()
        self._walk = Walk(context=context, host=self._host, question=[options.query], pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was written after the cursor, or since `since`. Raises SourceError."""
        if not self._options.query:
            yield from self._walk.newest_first(self._latest, cursor, since)
            return
        reached = self._walk.reached(cursor, since)
        for page in self._walk.newest_first(self._found, cursor, since):
            fresh = (post for post in page.posts if post.created_at is None or post.created_at >= reached)
            yield replace(page, posts=tuple(map(self._whole, fresh)))

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer: latest posts, a search, a topic, one post, or a list of topics.

        Raises SourceChanged where it is none of them.
        """
        for item in self._items(answer):
            if post := forumpost.read(item, self._options.base_url, self._host, self._context):
                yield post

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those that a visitor cannot read any more."""
        for number in ids:
            answer = self._ask(f"/posts/{number}.json", accept=tuple(_NOT_FOR_VISITORS))
            if answer.status in _NOT_FOR_VISITORS:
                self._explain(answer)  # a forum that was closed as a whole says nothing of one post
                yield number, _NOT_FOR_VISITORS[answer.status]
            elif (post := next(self.posts(answer.json()), None)) and post.state in GONE:
                yield number, post.state

    def _items(self, answer: Any) -> Iterator[Item]:
        if shape.find(answer, "topic_list"):
            return forumpost.topics(self._host, answer)
        for path in (("latest_posts",), ("post_stream", "posts"), ("posts",)):
            if shape.find(answer, *path) is not None:
                return forumpost.told(answer, shape.items(self._host, answer, *path))
        if shape.find(answer, "grouped_search_result") is not None:
            return iter(())  # a search that found nothing may leave out its list
        if shape.find(answer, "cooked") is not None:
            return iter((answer,))
        raise SourceChanged(f"{self._host}: the answer has no posts: its interface may have changed")

    def _latest(self, token: str | None) -> Batch:
        answer = self._ask("/posts.json", {"before": token} if token else {}).json()
        numbers = [shape.number(item, "id") or 0 for item in shape.items(self._host, answer, "latest_posts")]
        lowest = min(numbers, default=int(token) - WINDOW + 1 if token else 0)
        return Batch(tuple(self.posts(answer)), str(lowest - 1) if lowest > 1 else None)

    def _found(self, token: str | None) -> Batch:
        params = {"q": f"{self._options.query} order:latest", "page": token or "1"}
        answer = self._ask("/search.json", params).json()
        more = shape.flag(answer, "grouped_search_result", "more_full_page_results")
        return Batch(tuple(self.posts(answer)), str(int(params["page"]) + 1) if more else None)

    def _whole(self, post: Post) -> Post:
        """A search shows a few words around what it found: the post itself holds the others."""
        answer = self._ask(f"/posts/{post.recheck_id}.json", accept=tuple(_NOT_FOR_VISITORS))
        if answer.status != 200:
            return post
        whole = next(self.posts(answer.json()), post)
        return replace(whole, title=whole.title or post.title, url=post.url or whole.url)

    def _ask(self, path: str, params: dict[str, str] | None = None, accept: tuple[int, ...] = ()) -> Response:
        url = self._options.base_url + path
        return self._context.http.get(url, params=params, accept=accept, explain=self._explain)

    def _explain(self, response: Response) -> None:
        """Discourse says in JSON why it refuses."""
        try:
            answer = response.json()
        except SourceChanged:
            return
        if shape.name(answer, "error_type") == "not_logged_in":
            raise SourceRefused(
                f"{self._host} shows nothing to visitors: what members see there is not monitored; "
                "take reports instead (`monitor report add`)",
                state=SourceState.MISCONFIGURED,
            )
