"""Pinterest: the pins of the organisation's own boards (developers.pinterest.com/docs/api/v5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import quote, urlsplit

from pydantic import Field, SecretStr

from connectors import Context
from connectors.http import Response
from connectors.parts import shape
from connectors.parts.meta.places import lasting
from connectors.parts.options import BaseUrl, Handle, Pages
from connectors.parts.paging import Batch, Walk
from connectors.parts.shape import Item
from monitor.config import Section
from monitor.types import Account, Kind, Media, Origin, Page, Post, State

PER_PAGE = "250"
_SIZES = ("1200x", "600x", "400x300", "150x150")
_SITE = "https://www.pinterest.com/"


class PinterestOptions(Section):
    """What a source of kind `pinterest` may set. With no `board` (its number), every board is read.

    `account` is whose token it is.
    """

    account: Handle
    token: SecretStr
    board: Annotated[str, Field(pattern=r"^\d{1,40}$")] | None = None
    base_url: BaseUrl = "https://api.pinterest.com"
    pages: Pages = 20


class Pinterest:
    """Reads one account's pins: all of them at every reading, for a board has the order that its owner likes.

    They are the organisation's own, so all are kept. Other people's pins cannot be searched.
    """

    Options = PinterestOptions
    terms: ClassVar[str] = "pinterest"
    keeps_everything: ClassVar[bool] = True

    def __init__(self, options: PinterestOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        self._walk = Walk(
            context=context, host=self._host, question=[options.board], pages=options.pages, by_date=False
        )

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield the pins; with no cursor, those since `since`. Raises SourceError."""
        return self._walk.newest_first(self._fetch, cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that the account no longer has."""
        for name in ids:
            if self._get(f"pins/{quote(name, safe='')}", accept=(404,)).status == 404:
                yield name, State.DELETED

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one list of pins. Raises SourceChanged where it is none."""
        for pin in shape.items(self._host, answer, "items"):
            if name := shape.name(pin, "id"):
                yield self._post(name, pin)

    def _fetch(self, token: str | None) -> Batch:
        board = self._options.board
        asked = {"page_size": PER_PAGE} | ({"bookmark": token} if token else {})
        answer = self._get(f"boards/{board}/pins" if board else "pins", asked).json()
        return Batch(tuple(self.posts(answer)), shape.name(answer, "bookmark"))

    def _get(self, path: str, params: dict[str, str] | None = None, accept: tuple[int, ...] = ()) -> Response:
        headers = {"Authorization": f"Bearer {self._options.token.get_secret_value()}"}
        url = f"{self._options.base_url}/v5/{path}"
        return self._context.http.get(url, params=params, headers=headers, accept=accept)

    def _post(self, name: str, pin: Item) -> Post:
        now, handle = self._context.now(), shape.name(pin, "board_owner", "username")
        link = shape.address(pin, "link")
        author = Account(platform="pinterest", handle=handle, url=f"{_SITE}{handle}/") if handle else None
        return Post(
            source=self._context.source,
            platform="pinterest",
            external_id=name,
            observed_at=now,
            kind=Kind.POST,
            origin=Origin.API,
            url=f"{_SITE}pin/{quote(name, safe='')}/",
            author=author,
            title=shape.text(pin, "title"),
            text=shape.text(pin, "description"),
            created_at=shape.moment(pin, now, "created_at"),
            media=tuple(_media(pin)),
            links=(link,) if link else (),
            terms=self._context.terms,
            recheck_id=name,
        )


def _media(pin: Item) -> Iterator[Media]:
    """What the pin shows, in the largest size that is given."""
    kind, images = shape.text(pin, "media", "media_type"), shape.find(pin, "media", "images")
    found = (shape.address(images, size, "url") for size in _SIZES)
    if kind or images:
        url = lasting(next(filter(None, found), None))
        alt = shape.text(pin, "alt_text") or None
        yield Media(kind="video" if kind == "video" else "image", url=url, alt_text=alt)
