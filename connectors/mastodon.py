"""Mastodon and what speaks its interface, GoToSocial among them: a hashtag, an account, mentions, a search.

After the first reading a feed is climbed page by page from the last status known (`min_id`), so that nothing
is lost however long nobody looked. What is younger than an hour is read again, since statuses of other
servers arrive late and under older ids; one that arrives later than that is not seen, nor is what the server
never got; an edit is seen while the status is that young. A search is only as whole as the server's index:
give such a source a `canary`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any, ClassVar
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr, model_validator

from connectors import Context
from connectors.parts import shape
from connectors.parts.mastodon.climb import Climb, Rung
from connectors.parts.mastodon.instance import Server
from connectors.parts.mastodon.posts import Statuses
from connectors.parts.options import Asks, BaseUrl, Handle, Pages, Query
from connectors.parts.paging import Batch, Walk
from connectors.parts.shape import Item
from monitor.types import Account, Page, Post, State

PER_PAGE = "40"
Tag = Annotated[str, Field(pattern=r"^#?\w+$", max_length=100)]


class MastodonOptions(Asks):
    """What a source of kind `mastodon` may set: `tag`, `account`, `query` or `mentions`, one of them."""

    base_url: BaseUrl
    """The server that is asked, such as https://mastodon.social."""
    tag: Tag | None = None
    """A hashtag, with or without the #."""
    account: Handle | None = None
    """Name, or name@server; its public statuses and its answers."""
    query: Query | None = None
    """What to search for, on servers with full-text search."""
    mentions: bool = False
    """true = what mentions the account of the token."""
    token: SecretStr | None = None
    """An access token with the scope `read`."""
    pages: Pages = 20

    @classmethod
    def questions(cls) -> tuple[str, ...]:
        """See Asks."""
        return ("tag", "account", "query", "mentions")

    @model_validator(mode="after")
    def _may_ask(self) -> MastodonOptions:
        if (self.query or self.mentions) and not self.token:
            raise ValueError(
                "a server searches, and tells of mentions, only with an access `token` (in its secret file)"
            )
        return self


class Mastodon:
    """Reads statuses, accounts and what became of statuses."""

    Options = MastodonOptions
    terms: ClassVar[str] = "mastodon"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: MastodonOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        self._server = Server(context.http, options.base_url, options.token)
        self._statuses = Statuses(self._host, context)
        question = [options.tag, options.account, options.query, str(options.mentions)]
        self._walk = Walk(context=context, host=self._host, question=question, pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what came after the cursor, oldest first, or what was written since `since`.

        Raises SourceError; SourceRefused (MISCONFIGURED) where the server shows no such feed to us, although
        it answers with an empty list.
        """
        if self._options.query:
            yield from self._walk.newest_first(self._found, cursor, since)
        else:
            yield from Climb(self._walk).pages(partial(self._rung, *self._feed()), cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that the server has not, or not for everybody."""
        lost = (
            number for number in ids if not self._server.has(f"/api/v1/statuses/{quote(number, safe='')}")
        )
        return ((number, State.DELETED) for number in lost)

    def profiles(self, query: str) -> Iterator[Account]:
        """The accounts that the server finds for `query`."""
        found = self._server.ask("/api/v2/search", {"q": query, "type": "accounts", "limit": PER_PAGE}).json()
        accounts = map(self._statuses.account_of, shape.items(self._host, found, "accounts"))
        return filter(None, accounts)

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer: of a feed, a search, notifications, or one status.

        Raises SourceChanged where it is none of these.
        """
        for entry in self._entries([answer] if shape.name(answer, "visibility") else answer):
            if post := self._statuses.post_of(shape.find(entry, "status") or entry):
                yield post

    def _entries(self, answer: Any) -> list[Item]:
        path = ("statuses",) if isinstance(answer, dict) else ()
        return list(shape.items(self._host, answer, *path))

    def _feed(self) -> tuple[str, dict[str, str]]:
        """The path of what is watched, and what to ask it for."""
        if self._options.tag:
            return f"/api/v1/timelines/tag/{quote(self._options.tag.lstrip('#'))}", {}
        if self._options.mentions:
            return "/api/v1/notifications", {"types[]": "mention"}
        number = self._server.account((self._options.account or "").lstrip("@"))
        return f"/api/v1/accounts/{quote(number, safe='')}/statuses", {}

    def _rung(self, path: str, asked: Mapping[str, str], where: Mapping[str, str]) -> Rung:
        answer = self._server.ask(path, {"limit": PER_PAGE, **asked, **where}).json()
        entries, now = self._entries(answer), self._context.now()
        if not entries and self._options.tag and "max_id" not in where:
            self._server.must_show_hashtags()
        named = ((shape.name(entry, "id"), shape.moment(entry, now, "created_at")) for entry in entries)
        return Rung(tuple(self.posts(answer)), [(number, at) for number, at in named if number])

    def _found(self, token: str | None) -> Batch:
        asked = {"q": self._options.query or "", "type": "statuses", "limit": PER_PAGE}
        answer = self._server.ask("/api/v2/search", asked | ({"offset": token} if token else {})).json()
        entries = self._entries(answer)
        return Batch(tuple(self.posts(answer)), str(int(token or 0) + len(entries)) if entries else None)
