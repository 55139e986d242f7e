"""Bluesky: posts by search, or one account's posts from the server that holds them.

A search needs a sign-in and is sent to the signed-in account's own server: the public host refuses it. It
shows a post under the date that its writer gave, so one that is dated back is not found.

An account's posts are listed by their keys, which are times of writing: one that is dated back is seen.
Not seen are reposts and likes, a post put under an old key further back than the newest hundred, and a
post that is rewritten further back than the last hour and the newest hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from pydantic import SecretStr, model_validator

from connectors import Context
from connectors.parts import shape
from connectors.parts.bluesky import atproto
from connectors.parts.bluesky import posts as skyposts
from connectors.parts.options import Asks, BaseUrl, Handle, Pages, Query
from connectors.parts.paging import Batch, Walk
from connectors.parts.shape import Item
from monitor.types import GONE, Account, Page, Post, State

POSTS = "app.bsky.feed.post"
PER_PAGE = 100
PER_RECHECK = 25
_LISTS = ("posts", "records", "feed", "notifications")


class BlueskyOptions(Asks):
    """What a source of kind `bluesky` may set: `query`, with a sign-in, or `account`."""

    query: Query | None = None
    account: Handle | None = None
    """A handle or a DID."""
    identifier: Handle | None = None
    """The handle or address that signs in."""
    password: SecretStr | None = None
    """Its app password: Settings, Privacy and security, App passwords."""
    base_url: BaseUrl = "https://bsky.social"
    """The server that signs in; searches go to the one that holds the account."""
    appview: BaseUrl = "https://public.api.bsky.app"
    """Where profiles, and posts already known, are read without a sign-in."""
    directory: BaseUrl = "https://plc.directory"
    """Where it stands which server holds an account."""
    pages: Pages = 20

    @model_validator(mode="after")
    def _signs_in(self) -> BlueskyOptions:
        if self.query and not (self.identifier and self.password):
            raise ValueError(
                "a search needs a sign-in: give `identifier`, and an app `password` in its secret file"
            )
        return self


class Bluesky:
    """Reads posts, profiles and what became of posts."""

    Options = BlueskyOptions
    terms: ClassVar[str] = "bluesky"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: BlueskyOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        question = [options.query, options.account]
        self._walk = Walk(context=context, host=self._host, question=question, pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was written after the cursor, or since `since`. Raises SourceError."""
        if self._options.account:
            yield from self._written(self._options.account, cursor, since)
        else:
            fetch = partial(self._found, self._session(), None if cursor else since)
            yield from self._walk.newest_first(fetch, cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that are left out of the answer, or labelled as hidden or taken down."""
        for start in range(0, len(ids), PER_RECHECK):
            asked = ids[start : start + PER_RECHECK]
            answer = self._public(f"app.bsky.feed.getPosts?{urlencode([('uris', uri) for uri in asked])}", {})
            found = {post.external_id: post.state for post in self.posts(answer)}
            states = ((uri, found.get(uri, State.DELETED)) for uri in asked)
            yield from ((uri, state) for uri, state in states if state in GONE)

    def profiles(self, query: str) -> Iterator[Account]:
        """The accounts that Bluesky finds for `query`: asked in small letters, as handles are kept."""
        answer = self._public("app.bsky.actor.searchActors", {"q": query.lower(), "limit": "50"})
        for profile in shape.items(self._host, answer, "actors"):
            if did := shape.name(profile, "did"):
                yield skyposts.account_of(profile, did, self._context.now())

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer: found, listed, of a feed or of notifications.

        Raises SourceChanged where it has none of these lists.
        """
        return self._mapped(answer, {})

    def _mapped(self, answer: Any, known: Item) -> Iterator[Post]:
        name = next((each for each in _LISTS if shape.find(answer, each) is not None), _LISTS[0])
        for item in shape.items(self._host, answer, name):
            view = shape.find(item, "post") or item
            if post := skyposts.post_of(known | view if isinstance(view, dict) else {}, self._context):
                yield post

    def _session(self) -> atproto.Session:
        options = self._options
        password = options.password or SecretStr("")
        return atproto.Session(self._context, options.base_url, options.identifier or "", password)

    def _found(self, session: atproto.Session, since: datetime | None, token: str | None) -> Batch:
        asked = {"q": self._options.query or "", "sort": "latest", "limit": str(PER_PAGE)}
        asked |= {"cursor": token} if token else {}
        asked |= {"since": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"} if since else {}
        answer = session.get("app.bsky.feed.searchPosts", asked)
        return Batch(tuple(self.posts(answer)), shape.name(answer, "cursor"))

    def _written(self, account: str, cursor: str | None, since: datetime) -> Iterator[Page]:
        """An account's posts: the walk goes by the times of their keys, they keep the dates they bear."""
        profile = self._public("app.bsky.actor.getProfile", {"actor": account.lstrip("@")})
        home = atproto.home_of(self._context.http, self._options.directory, shape.name(profile, "did") or "")
        read, now = dict[str, Post](), self._context.now()

        def fetch(token: str | None) -> Batch:
            posts, following = self._records(home, profile, token)
            read.update({post.external_id: post for post in posts})
            by_key = (atproto.written_at(post.external_id, now) for post in posts)
            placed = [replace(post, created_at=at) for post, at in zip(posts, by_key, strict=True)]
            return Batch(placed, following)

        for page in self._walk.newest_first(fetch, cursor, since):
            yield replace(page, posts=tuple(read[post.external_id] for post in page.posts))

    def _records(self, home: str, profile: Item, token: str | None) -> tuple[list[Post], str | None]:
        asked = {"repo": shape.name(profile, "did") or "", "collection": POSTS, "limit": str(PER_PAGE)}
        asked |= {"cursor": token} if token else {}
        url = f"{home}/xrpc/com.atproto.repo.listRecords"
        answer = self._context.http.get(url, params=asked, explain=atproto.explain).json()
        posts = self._mapped(answer, {"author": profile})
        own = [post for post in posts if post.external_id.startswith(f"at://{asked['repo']}/")]
        return own, shape.name(answer, "cursor")

    def _public(self, method: str, params: dict[str, str]) -> Any:
        url = f"{self._options.appview}/xrpc/{method}"
        return self._context.http.get(url, params=params, explain=atproto.explain).json()
