"""Reviews on NHS.uk: by the comments interface (https://developer.api.nhs.uk), which is being moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from connectors import Context
from connectors.http import Response
from connectors.parts import plain, shape
from connectors.parts.options import BaseUrl, Pages
from connectors.parts.paging import Batch, Walk
from connectors.parts.shape import Item
from monitor.config import Section
from monitor.errors import SourceChanged, SourceRefused, SourceUnavailable
from monitor.types import Account, Kind, Origin, Page, Post, SourceState, State

PER_PAGE = 100
_BEGINNING = datetime(2007, 1, 1, tzinfo=UTC)  # before the first review
_MOVED = "NHS.uk is moving its reviews; ask its service desk for the address and set `base_url`"

Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{3,12}$")]


class NhsReviewsOptions(Section):
    """What a source of kind `nhs_reviews` may set.

    `ods_code` is the organisation or site that is reviewed, `org_type` its type there (`TRU` = trust,
    `HOS` = hospital). `api_key` is the subscription key.
    """

    api_key: SecretStr
    ods_code: Code
    org_type: Code = "TRU"
    base_url: BaseUrl = "https://api.nhs.uk"
    pages: Pages = 20


class NhsReviews:
    """Reads reviews, and which of them were removed.

    No recorded answer of the interface was to be had: the names of its fields are those of an open client
    (liamcrayden/NHSDigital, Models/Comment), each review either bare or inside `comment`, and every
    field may be missing. In which order reviews come does not matter.
    """

    Options = NhsReviewsOptions
    terms: ClassVar[str] = "nhs_reviews"
    keeps_everything: ClassVar[bool] = True

    def __init__(self, options: NhsReviewsOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        question = [options.ods_code, options.org_type]
        self._walk = Walk(context=context, host=self._host, question=question, pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what is new, and what was removed, after the cursor or since `since`.

        Raises SourceError: SourceUnavailable and SourceRefused say so where the interface was moved.
        """
        return self._walk.oldest_first(self._fetch, cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that are in the service's list of removals."""
        removed = {post.recheck_id for post in self._removed(_BEGINNING)}
        yield from ((number, State.DELETED) for number in ids if number in removed)

    def posts(self, answer: Any) -> Iterator[Post]:
        """The reviews of one answer. Raises SourceChanged where it is none."""
        for row in shape.items(self._host, answer, "comments"):
            review = row["comment"] if isinstance(row.get("comment"), dict) else row
            if number := shape.name(review, "commentId") or shape.name(review, "id"):
                yield self._post(number, review)

    def _fetch(self, after: datetime, offset: str | None) -> Batch:
        batch = self._page(after, offset)
        removed = () if offset else tuple(self._removed(after))
        return Batch((*removed, *batch.posts), batch.following)

    def _page(self, after: datetime, offset: str | None, status: str | None = None) -> Batch:
        params = {"odsCode": self._options.ods_code, "orgType": self._options.org_type}
        params |= {"fromDate": f"{after:%Y-%m-%d}", "offset": offset or "0", "limit": str(PER_PAGE)}
        answer = self._context.http.get(
            f"{self._options.base_url}/comments/Comments",
            params=params | ({"status": status} if status else {}),
            headers={"subscription-key": self._options.api_key.get_secret_value()},
            explain=self._explain,
        ).json()
        received = len(list(shape.items(self._host, answer, "comments")))
        return Batch(tuple(self.posts(answer)), str(int(offset or 0) + received) if received else None)

    def _removed(self, after: datetime) -> Iterator[Post]:
        """Every review removed, without its words."""
        following: str | None = None
        for _ in range(self._options.pages):
            batch = self._page(after, following, "removed")
            yield from (post.gone(State.DELETED) for post in batch.posts)
            if batch.following is None:
                return
            following = batch.following
        raise SourceChanged(f"{self._host}: more than {self._options.pages} pages of removals; raise `pages`")

    def _explain(self, answer: Response) -> None:
        said = f"{self._host} answered {answer.status}: {_MOVED}"
        if answer.status == 404:
            raise SourceUnavailable(said)
        if answer.status == 410:
            raise SourceRefused(said, state=SourceState.GONE)

    def _post(self, number: str, review: Item) -> Post:
        now, name = self._context.now(), plain.one_line(shape.text(review, "screenName"))
        post = Post(
            source=self._context.source,
            platform="nhs_reviews",
            external_id=number,
            observed_at=now,
            kind=Kind.REVIEW,
            origin=Origin.API,
            url=shape.address(review, "commentOriginalURL"),
            author=Account(platform="nhs_reviews", display_name=name) if name else None,
            title=plain.one_line(shape.text(review, "title")),
            text=plain.from_html(shape.text(review, "commentText").replace("\n", "<br>")),
            created_at=shape.moment(review, now, "dateSubmitted"),
            terms=self._context.terms,
            recheck_id=number,
        )
        return post.gone(State.DELETED) if shape.text(review, "status").lower() == "removed" else post
