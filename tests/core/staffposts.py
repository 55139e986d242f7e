"""A kind of source that reads one account, in every way that there is: what the gate's tests run on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, ClassVar

from connectors import Context
from connectors.parts.options import BaseUrl, Handle
from monitor.config import Section
from monitor.types import Account, Kind, Page, Post, State

KIND = "staff_posts"
PLACE = "tests.core.staffposts:StaffPosts"


class StaffPostsOptions(Section):
    """Options as those of a real kind."""

    account: Handle
    base_url: BaseUrl = "https://social.test"


class StaffPosts:
    """Reads three pages of an account, signs in anew before each but the first, and counts what it asks."""

    Options = StaffPostsOptions
    terms: ClassVar[str] = "open"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: StaffPostsOptions, context: Context) -> None:
        self._options, self._context = options, context

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        for number in range(3):
            self._context.meter.charge(1, 10, self._context.now().date())
            if number:
                self._context.http.post(f"{self._options.base_url}/session", json={"name": "trust"})
            self._context.http.get(f"{self._options.base_url}/posts/{number}")
            yield Page(posts=(self._post(number),), cursor=str(number))

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        for name in ids:
            self._context.http.get(f"{self._options.base_url}/post/{name}")
            yield name, State.DELETED

    def profiles(self, query: str) -> Iterator[Account]:
        self._context.http.get(f"{self._options.base_url}/profiles")
        yield Account(platform="social", handle=query)

    def posts(self, answer: Any) -> Iterator[Post]:
        return (self._post(number) for number in range(len(answer)))

    def _post(self, number: int) -> Post:
        return Post(
            source=self._context.source,
            platform="social",
            external_id=str(number),
            observed_at=self._context.now(),
            kind=Kind.POST,
            text="WVFT opens a clinic",
        )
