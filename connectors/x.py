"""X: public mentions, an authorised account's posts, an official account's mentions; every read is paid for.

https://docs.x.com/x-api. Profiles are not searched: that needs a person's sign-in, not an application's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from connectors import Context
from connectors.parts import shape
from connectors.parts.cursors import digest
from connectors.parts.options import Asks, BaseUrl, Handle, Pages
from connectors.parts.paging import Batch, Walk
from connectors.parts.x import account as x_account
from connectors.parts.x import bookmark
from connectors.parts.x import posts as x_posts
from connectors.parts.x.errors import explain
from connectors.parts.x.prices import Prices, Purse
from monitor.types import Page, Post, State

if TYPE_CHECKING:
    from connectors.parts.x.seam import Client

WINDOW = timedelta(days=7) - timedelta(minutes=1)  # of the recent search; a minute for the clocks
LOOK_UP = 100  # the most ids of one look-up


class XOptions(Asks, Prices):
    """What a source of kind `x` may set: one of query, account and mentions_of, and what it may cost.

    Posts that mention an official account all concern the organisation: `keep = "everything"` keeps each.
    """

    query: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    """Posts that mention this, in X's search words; 512 characters, or 4,096 of an Enterprise plan."""
    archive: bool = False
    """true = search all posts, not only those of the last 7 days."""
    account: Handle | None = None
    """The posts of a member of staff's or of an official account, by its handle."""
    mentions_of: Handle | None = None
    """Posts that mention an official account, by its handle."""
    bearer: SecretStr
    """The application's bearer token."""
    fields: Literal["tweet", "post"] = "tweet"
    """The names of fields to ask by: X renamed them in August 2026. Answers are read in both."""
    base_url: BaseUrl = "https://api.x.com"
    pages: Pages = 20
    per_page: Annotated[int, Field(ge=10, le=100)] = 50
    """Posts a page. The budget must hold a whole page before it is asked for."""

    @classmethod
    def questions(cls) -> tuple[str, ...]:
        """One of these is asked."""
        return ("query", "account", "mentions_of")

    @model_validator(mode="after")
    def _belongs(self) -> XOptions:
        for name, question in (("archive", "query"), ("owned", "account")):
            if getattr(self, name) and not getattr(self, question):
                raise ValueError(f"{name} goes with {question} only")
        return self


class X:
    """Reads posts, newest first, from the newest that is known."""

    Options = XOptions
    terms: ClassVar[str] = "x"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: XOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._purse = Purse(options, context)
        host, kind = urlsplit(options.base_url).netloc, "all" if options.archive else "recent"
        question = [host, kind, *(getattr(options, name) for name in options.questions())]
        self._of = digest(*question)
        self._walk = Walk(context=context, host=host, question=question, pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what is newer than the cursor, or than `since` as far as X reaches. Raises SourceError.

        A cursor of any page but the last names what is left to read below it: that is read first.
        """
        known = bookmark.recall(cursor, self._of)
        limited = self._options.query and not self._options.archive
        edge = self._context.now() - WINDOW if limited else None
        for left, reading in bookmark.unread(known, since, edge):
            asked, reached = left.asked(edge)
            for batch, is_last in self._walk.to_the_end(partial(self._fetch, asked)):
                reading = reading or bookmark.begun(batch, known, self._context.now(), self._of)
                left = left.below(batch)
                dates = (post.created_at for post in batch.posts if post.created_at)
                yield Page(
                    posts=tuple(batch.posts),
                    cursor=reading.write(gap=None if is_last else left),
                    covered_from=reached if is_last else min(dates, default=None),
                )

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer, of one post alone, or of what version 1.1 answered.

        Raises SourceChanged where it is none of these.
        """
        return x_posts.posts(answer, self._context)

    @staticmethod
    def amount(spent: int) -> str:
        """US dollars, of the thousandths that are counted."""
        return f"${spent / 1000:.2f}"

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that are deleted, withheld, or of a protected or suspended account. Paid for."""
        for start in range(0, len(ids), LOOK_UP):
            some = list(ids[start : start + LOOK_UP])
            ask = partial(self._client.get_tweets, some, tweet_fields=["withheld"])
            yield from x_posts.lost(self._purse.look_up(len(some), ask), some)

    @cached_property
    def _client(self) -> Client:
        from connectors.parts.x.seam import Client

        options = self._options
        return Client(self._context.http, options.base_url, options.bearer, options.fields, explain)

    def _fetch(self, asked: Mapping[str, Any], token: str | None) -> Batch:
        options, client = self._options, self._client
        params = {**asked, **x_posts.ASKED, "max_results": options.per_page}
        if options.query:
            search = client.search_all_tweets if options.archive else client.search_recent_tweets
            ask = partial(search, options.query, next_token=token, **params)
        else:
            timeline = client.get_users_tweets if options.account else client.get_users_mentions
            ask = partial(timeline, self._user(), pagination_token=token, **params)
        answer = self._purse.posts(options.per_page, ask)
        names = ("next_token", "newest_id", "oldest_id")
        following, newest, oldest = (shape.name(answer, "meta", name) for name in names)
        return Batch(tuple(self.posts(answer)), following, newest, oldest)

    def _user(self) -> str:
        handle = (self._options.account or self._options.mentions_of or "").lstrip("@")
        ask = partial(self._client.get_user, username=handle, user_fields=["protected"])
        return x_account.number(handle, self._context, partial(self._purse.user, ask))
