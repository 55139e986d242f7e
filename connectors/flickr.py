"""Flickr: photographs by search (https://www.flickr.com/services/api/flickr.photos.search.html)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from connectors import Context
from connectors.parts import plain, shape
from connectors.parts.options import BaseUrl, Pages, Query
from connectors.parts.paging import Batch, Walk
from connectors.parts.shape import Item
from monitor.config import Section
from monitor.errors import SourceChanged, SourceRefused, SourceUnavailable
from monitor.types import Account, Kind, Media, Origin, Page, Post, SourceState, State

PER_PAGE = 500
_NOT_FOUND, _BAD_KEY = 1, 100
_BUSY = (10, 105, 106)
_SITE = "https://www.flickr.com"
_EXTRAS = "date_upload,owner_name,description,tags,url_m,license"
_LICENCES = dict(
    enumerate(
        (
            *("All rights reserved", "CC BY-NC-SA 2.0", "CC BY-NC 2.0", "CC BY-NC-ND 2.0", "CC BY 2.0"),
            *("CC BY-SA 2.0", "CC BY-ND 2.0", "No known copyright restrictions", "US Government work"),
            *("CC0 1.0", "Public domain", "CC BY 4.0", "CC BY-SA 4.0", "CC BY-ND 4.0", "CC BY-NC 4.0"),
            *("CC BY-NC-SA 4.0", "CC BY-NC-ND 4.0"),
        )
    )
)
"""By their numbers at flickr.photos.licenses.getInfo."""


class FlickrOptions(Section):
    """What a source of kind `flickr` may set. Flickr shows at most 4,000 photographs of one search."""

    api_key: SecretStr
    query: Query
    base_url: BaseUrl = "https://api.flickr.com"
    pages: Pages = 8


class Flickr:
    """Searches titles, descriptions and tags, oldest upload first.

    The key can only be sent in the query; nothing that is raised or kept shows it.
    """

    Options = FlickrOptions
    terms: ClassVar[str] = "flickr"
    keeps_everything: ClassVar[bool] = False

    def __init__(self, options: FlickrOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        self._walk = Walk(context=context, host=self._host, question=[options.query], pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was uploaded after the cursor, or since `since`. Raises SourceError."""
        return self._walk.oldest_first(self._fetch, cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that were deleted or made private: Flickr does not tell which."""
        for number in ids:
            found = self._ask("flickr.photos.getInfo", photo_id=number)
            if shape.text(found, "stat") == "fail" and shape.number(found, "code") == _NOT_FOUND:
                yield number, State.DELETED
            else:
                self._check(found)

    def posts(self, answer: Any) -> Iterator[Post]:
        """The photographs of one answer of `flickr.photos.search`.

        Raises SourceRefused for a bad key, SourceUnavailable for a busy service, SourceChanged for the rest.
        """
        self._check(answer)
        for photo in shape.items(self._host, answer, "photos", "photo"):
            if number := shape.name(photo, "id"):
                yield self._post(number, photo)

    def _fetch(self, after: datetime, token: str | None) -> Batch:
        page = int(token or "1")
        found = self._ask(
            "flickr.photos.search",
            text=self._options.query,
            min_upload_date=str(int(after.timestamp())),
            sort="date-posted-asc",
            extras=_EXTRAS,
            per_page=str(PER_PAGE),
            page=str(page),
        )
        posts = tuple(self.posts(found))
        return Batch(posts, str(page + 1) if page < (shape.number(found, "photos", "pages") or 0) else None)

    def _ask(self, method: str, **params: str) -> Any:
        plainly = {"method": method, "format": "json", "nojsoncallback": "1"}
        key = {"api_key": self._options.api_key.get_secret_value()}
        return self._context.http.get(
            f"{self._options.base_url}/services/rest/", params=plainly | params | key
        ).json()

    def _check(self, answer: Any) -> None:
        if shape.text(answer, "stat") == "ok":
            return
        code = shape.number(answer, "code")
        said = f"{self._host}: answered with error {code}"
        if code == _BAD_KEY:
            why = f"{said}: it does not know the api_key of this source"
            raise SourceRefused(why, state=SourceState.MISCONFIGURED)
        raise SourceUnavailable(said) if code in _BUSY else SourceChanged(said)

    def _post(self, number: str, photo: Item) -> Post:
        now, owner = self._context.now(), shape.name(photo, "owner")
        tags = " ".join(f"#{tag}" for tag in shape.text(photo, "tags").split())
        description = plain.from_html(shape.text(photo, "description", "_content").replace("\n", "<br>"))
        picture = shape.address(photo, "url_m")
        licence = _LICENCES.get(shape.number(photo, "license") or 0) if "license" in photo else None
        return Post(
            source=self._context.source,
            platform="flickr",
            external_id=number,
            observed_at=now,
            kind=Kind.POST,
            origin=Origin.API,
            url=f"{_SITE}/photos/{owner}/{number}/" if owner else None,
            author=_author(owner, photo),
            title=plain.one_line(shape.text(photo, "title")),
            text="\n".join(filter(None, (description, tags))),
            created_at=shape.moment(photo, now, "dateupload"),
            media=(Media(kind="image", url=picture),) if picture else (),
            terms=replace(self._context.terms, licence=licence),
            recheck_id=number,
        )


def _author(owner: str | None, photo: Item) -> Account | None:
    name = plain.one_line(shape.text(photo, "ownername")) or None
    if not owner and not name:
        return None
    url = f"{_SITE}/people/{owner}/" if owner else None
    return Account(platform="flickr", external_id=owner, display_name=name, url=url)
