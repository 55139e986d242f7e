"""Trustpilot: reviews of your organisation (https://documentation-apidocumentation.trustpilot.com)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors import Context
from connectors.http import Response
from connectors.parts import plain, shape
from connectors.parts.options import BaseUrl, Handle, Pages
from connectors.parts.paging import Batch, Walk
from connectors.parts.shape import Item
from monitor.config import Section
from monitor.types import Account, Kind, Origin, Page, Post, State

PER_PAGE = 100
_SITE = "https://www.trustpilot.com"


class TrustpilotOptions(Section):
    """What a source of kind `trustpilot` may set.

    `business_unit` is the id that Trustpilot gave the organisation, `api_key` the application's key.
    """

    api_key: SecretStr
    business_unit: Handle
    base_url: BaseUrl = "https://api.trustpilot.com"
    pages: Pages = 10


class Trustpilot:
    """Reads the reviews of one business, newest first. Stars are no words of the writer and are left out."""

    Options = TrustpilotOptions
    terms: ClassVar[str] = "trustpilot"
    keeps_everything: ClassVar[bool] = True

    def __init__(self, options: TrustpilotOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        question = [options.business_unit]
        self._walk = Walk(context=context, host=self._host, question=question, pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was written after the cursor, or since `since`. Raises SourceError."""
        return self._walk.newest_first(self._fetch, cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that were deleted, or are not shown at the moment."""
        for number in ids:
            answer = self._ask(f"/v1/reviews/{number}", {}, accept=(404,))
            if answer.status == 404:
                yield number, State.DELETED
            elif not _is_shown(answer.json()):
                yield number, State.HIDDEN

    def posts(self, answer: Any) -> Iterator[Post]:
        """The reviews of one answer. Raises SourceChanged where it is none."""
        for review in shape.items(self._host, answer, "reviews"):
            if number := shape.name(review, "id"):
                yield self._post(number, review)

    def _fetch(self, token: str | None) -> Batch:
        page = int(token or "1")
        params = {"orderBy": "createdat.desc", "perPage": str(PER_PAGE), "page": str(page)}
        found = self._ask(f"/v1/business-units/{self._options.business_unit}/reviews", params).json()
        has_more = any(link.get("rel") == "next-page" for link in shape.some(found, "links"))
        has_more = has_more or page * PER_PAGE < (shape.number(found, "totalNumberOfReviews") or 0)
        return Batch(tuple(self.posts(found)), str(page + 1) if has_more else None)

    def _ask(self, path: str, params: dict[str, str], accept: Sequence[int] = ()) -> Response:
        headers = {"apikey": self._options.api_key.get_secret_value()}
        return self._context.http.get(
            f"{self._options.base_url}{path}", params=params, headers=headers, accept=accept
        )

    def _post(self, number: str, review: Item) -> Post:
        now = self._context.now()
        edited = shape.moment(review, now, "updatedAt")
        post = Post(
            source=self._context.source,
            platform="trustpilot",
            external_id=number,
            observed_at=now,
            kind=Kind.REVIEW,
            origin=Origin.API,
            state=State.EDITED if edited else State.LIVE,
            url=f"{_SITE}/reviews/{number}",
            author=_author(review),
            title=plain.one_line(shape.text(review, "title")),
            text=shape.text(review, "text"),
            lang=shape.name(review, "language"),
            created_at=shape.moment(review, now, "createdAt"),
            edited_at=edited,
            terms=self._context.terms,
            recheck_id=number,
        )
        return post if _is_shown(review) else post.gone(State.HIDDEN)


def _is_shown(review: Any) -> bool:
    return shape.text(review, "status").lower() in ("active", "")


def _author(review: Item) -> Account | None:
    number, name = shape.name(review, "consumer", "id"), shape.text(review, "consumer", "displayName")
    if not number and not name:
        return None
    return Account(
        platform="trustpilot",
        external_id=number,
        display_name=plain.one_line(name) or None,
        url=f"{_SITE}/users/{number}" if number else None,
    )
