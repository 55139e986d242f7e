"""LinkedIn: the posts of the organisation's own page (learn.microsoft.com/linkedin: Posts API).

Needs LinkedIn's approval, and a token of one of the page's administrators. Members' posts and comments are
not read: its terms let them be cached for a short time only, and forbid watching people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any, ClassVar
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr

from connectors import Context
from connectors.http import Response
from connectors.parts import littletext, shape
from connectors.parts.answers import waiting_until
from connectors.parts.options import BaseUrl, Pages
from connectors.parts.paging import Batch, Fetch, Walk
from connectors.parts.shape import Item
from monitor.config import Section
from monitor.errors import SourceChanged, SourceRefused, SourceThrottled
from monitor.types import Account, Kind, Media, Origin, Page, Post, Ref, SourceState, State

PER_PAGE = 100
_POST = "https://www.linkedin.com/feed/update/"
_COMPANY = "https://www.linkedin.com/company/"
_ORGANISATION = "urn:li:organization:"
_NO_LONGER = frozenset({"EXPIRED_ACCESS_TOKEN", "REVOKED_ACCESS_TOKEN", "INVALID_ACCESS_TOKEN"})


class LinkedInOptions(Section):
    """What a source of kind `linkedin` may set: the page's number, and the version that the application uses.

    LinkedIn ends a `version` (YYYYMM) about a year after it began: this one has to be moved on every year.
    """

    organisation: Annotated[str, Field(pattern=r"^\d{1,20}$")]
    token: SecretStr
    version: Annotated[str, Field(pattern=r"^20\d{4}$")]
    base_url: BaseUrl = "https://api.linkedin.com"
    pages: Pages = 10


class LinkedIn:
    """Reads one page's posts, last changed first: an edit is seen however old the post is.

    All of them are the organisation's own, so all are looked at; the terms of the kind keep their words from
    being stored.
    """

    Options = LinkedInOptions
    terms: ClassVar[str] = "linkedin"
    keeps_everything: ClassVar[bool] = True

    def __init__(self, options: LinkedInOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        question = [options.organisation]
        self._walk = Walk(
            context=context, host=self._host, question=question, pages=options.pages, by_date=False
        )

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was published or edited after the cursor, or since `since`. Raises SourceError."""
        return self._walk.newest_first(self._fetching(self._walk.reached(cursor, since)), cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that the page no longer has, or has taken back."""
        for name in ids:
            found = self._get(f"/{quote(name, safe='')}", {}, accept=(404,))
            if found.status == 404:
                yield name, State.DELETED
            elif not _is_published(found.json()):
                yield name, State.HIDDEN

    def posts(self, answer: Any) -> Iterator[Post]:
        """The published posts of one answer of the finder `author`. Raises SourceChanged where it is none."""
        for item in shape.items(self._host, answer, "elements"):
            name = shape.name(item, "id")
            if name and _is_published(item):
                yield self._post(name, item)

    def _fetching(self, reached: datetime) -> Fetch:
        def fetch(token: str | None) -> Batch:
            author = _ORGANISATION + self._options.organisation
            asked = {"q": "author", "author": author, "sortBy": "LAST_MODIFIED", "count": str(PER_PAGE)}
            answer = self._get("", asked | {"start": token or "0"}).json()
            following = self._following(answer, int(token or 0), reached)
            return Batch(tuple(self.posts(answer)), following)

        return fetch

    def _following(self, answer: Any, start: int, reached: datetime) -> str | None:
        """Where the next page starts; None where the last post here was known before it changed last."""
        items = list(shape.items(self._host, answer, "elements"))
        changed = shape.moment(items[-1], self._context.now(), "lastModifiedAt") if items else None
        if not items or (changed and changed <= reached):
            return None
        count = max(shape.number(answer, "paging", "count") or PER_PAGE, 1)
        links = list(shape.some(answer, "paging", "links"))
        has_more = any(link.get("rel") == "next" for link in links) if links else len(items) >= count
        return str(start + count) if has_more else None

    def _get(self, path: str, params: dict[str, str], accept: tuple[int, ...] = ()) -> Response:
        headers = {
            "Authorization": f"Bearer {self._options.token.get_secret_value()}",
            "LinkedIn-Version": self._options.version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        url = f"{self._options.base_url}/rest/posts{path}"
        return self._context.http.get(
            url, params=params, headers=headers, accept=accept, explain=self._explain
        )

    def _explain(self, response: Response) -> None:
        try:
            code = shape.text(response.json(), "code")
        except SourceChanged:
            code = ""
        now, wrong = self._context.now(), SourceState.MISCONFIGURED
        if response.status == 426 or code in ("NONEXISTENT_VERSION", "VERSION_MISSING"):
            raise SourceRefused(f"{self._host}: has ended this version; set a newer `version`", state=wrong)
        if code in _NO_LONGER:
            raise SourceRefused(f"{self._host}: the token has ended; sign in again and set a new `token`")
        if code == "ACCESS_DENIED":
            why = "the token's owner must be an administrator of the page, the application be approved"
            raise SourceRefused(f"{self._host}: {why}", state=wrong)
        if response.status == 429:  # its limits are by day, and begin anew at midnight UTC
            midnight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
            until = waiting_until(response.headers, now) or midnight
            raise SourceThrottled(f"{self._host}: today's limit is spent", until=until)

    def _post(self, name: str, item: Item) -> Post:
        now = self._context.now()
        is_edited = shape.flag(item, "lifecycleStateInfo", "isEditedByAuthor")
        shared = shape.name(item, "reshareContext", "parent")
        link = shape.address(item, "content", "article", "source")
        return Post(
            source=self._context.source,
            platform="linkedin",
            external_id=name,
            observed_at=now,
            kind=Kind.REPOST if shared else Kind.POST,
            origin=Origin.API,
            state=State.EDITED if is_edited else State.LIVE,
            url=_POST + quote(name, safe=":") + "/",
            author=_author(item),
            title=shape.text(item, "content", "article", "title")
            or shape.text(item, "content", "media", "title"),
            text=littletext.plain(shape.text(item, "commentary")),
            created_at=shape.moment(item, now, "publishedAt") or shape.moment(item, now, "createdAt"),
            edited_at=shape.moment(item, now, "lastModifiedAt") if is_edited else None,
            media=tuple(_media(item)),
            links=(link,) if link else (),
            refs=(Ref(rel="repost_of", external_id=shared),) if shared else (),
            terms=self._context.terms,
            recheck_id=name,
        )


def _is_published(item: Any) -> bool:
    return shape.text(item, "lifecycleState") in ("PUBLISHED", "")


def _author(item: Item) -> Account | None:
    """The page itself; a member is never named."""
    author = shape.name(item, "author") or ""
    if not author.startswith(_ORGANISATION):
        return None
    url = _COMPANY + author.removeprefix(_ORGANISATION)
    return Account(platform="linkedin", external_id=author, url=url)


def _media(item: Item) -> Iterator[Media]:
    """The pictures, films and documents: kind and alt text, for their addresses expire."""
    alone = shape.find(item, "content", "media")
    for shown in [
        *([alone] if isinstance(alone, dict) else []),
        *shape.some(item, "content", "multiImage", "images"),
    ]:
        kind = (shape.name(shown, "id") or "").removeprefix("urn:li:").partition(":")[0]
        alt = shape.text(shown, "altText") or None
        yield Media(kind=kind if kind in ("video", "document") else "image", url="", alt_text=alt)
