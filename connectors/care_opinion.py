"""Care Opinion: patients' stories about your services (https://www.careopinion.org.uk/info/api-v2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from connectors import Context
from connectors.http import Response
from connectors.parts import markdown, plain, shape
from connectors.parts.options import BaseUrl, Pages
from connectors.parts.paging import Batch, Walk
from connectors.parts.shape import Item
from monitor.config import Section
from monitor.errors import SourceRefused, SourceUnavailable
from monitor.types import Kind, Origin, Page, Post, State

PER_PAGE = 100
_STORY = "https://www.careopinion.org.uk/"


class CareOpinionOptions(Section):
    """What a source of kind `care_opinion` may set.

    `api_key` is the subscription's HTTP header key; the subscription decides which stories there are.
    `service` narrows them to one organisation or service, by its code there (often the ODS code).
    """

    api_key: SecretStr
    service: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")] | None = None
    base_url: BaseUrl = "https://www.careopinion.org.uk"
    pages: Pages = 50


class CareOpinion:
    """Reads stories by the date of their publication, oldest first.

    Moderators publish a story days after it was submitted, so the cursor follows the publication. Times
    have no zone and are UTC (https://www.careopinion.org.uk/info/api-v2-filtering-opinions). Authors are
    anonymous: only their role is told, which names nobody and is left out. Replies are not fetched.
    """

    Options = CareOpinionOptions
    terms: ClassVar[str] = "care_opinion"
    keeps_everything: ClassVar[bool] = True

    def __init__(self, options: CareOpinionOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        self._walk = Walk(context=context, host=self._host, question=[options.service], pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was published after the cursor, or since `since`. Raises SourceError."""
        return self._walk.oldest_first(self._fetch, cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that were taken down."""
        for number in ids:
            answer = self._ask(f"/{number}", {})
            if answer.status == 404:
                yield number, State.DELETED
            else:
                list(self.posts(answer.json()))  # raises where it is no story

    def posts(self, answer: Any) -> Iterator[Post]:
        """The stories of one answer, a list of them or a single one.

        Raises SourceChanged where it is neither, and SourceUnavailable after the last story where
        an apology stands in place of another.
        """
        stories = [answer] if shape.name(answer, "id") else answer
        for story in shape.items(self._host, stories):
            if number := shape.name(story, "id"):
                yield self._post(number, story)
        if not all(isinstance(story, dict) for story in stories):
            raise SourceUnavailable(f"{self._host}: answered with an apology in place of a story")

    def _fetch(self, after: datetime, skip: str | None) -> Batch:
        params = {"take": str(PER_PAGE), "skip": skip or "0"}
        params["publishedafter"] = f"{after.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
        if self._options.service:
            params["nacs"] = self._options.service
        answer = self._ask("", params).json()
        found, trouble = list[Post](), None
        try:
            for post in self.posts(answer):
                found.append(post)  # what came before the error is kept
        except SourceUnavailable as error:
            if not found:
                raise
            trouble = error
        return Batch(found, str(int(skip or 0) + len(answer)) if answer else None, trouble=trouble)

    def _ask(self, path: str, params: dict[str, str]) -> Response:
        address = f"{self._options.base_url}/api/v2/opinions{path}"
        key = f"SUBSCRIPTION_KEY {self._options.api_key.get_secret_value()}"
        answer = self._context.http.get(
            address, params=params, headers={"Authorization": key}, accept=(404,) if path else ()
        )
        # A bad key is not refused: it leads to a page to sign in on, with status 200.
        led_away = urlsplit(answer.url).path != urlsplit(address).path
        if led_away and not answer.body.lstrip().startswith((b"[", b"{")):
            raise SourceRefused(
                f"{self._host}: leads to its sign-in page: look at the api_key of this source"
            )
        return answer

    def _post(self, number: str, story: Item) -> Post:
        now = self._context.now()
        published = shape.moment(story, now, "dateOfPublication")
        return Post(
            source=self._context.source,
            platform="care_opinion",
            external_id=number,
            observed_at=now,
            kind=Kind.REVIEW,
            origin=Origin.API,
            url=f"{_STORY}{number}",
            title=plain.one_line(shape.text(story, "title")),
            text=markdown.to_text(shape.text(story, "body")),
            created_at=published or shape.moment(story, now, "dateOfSubmission"),
            terms=self._context.terms,
            recheck_id=number,
        )
