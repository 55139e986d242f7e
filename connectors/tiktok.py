"""TikTok: the videos of the organisation's own account.

Display API (developers.tiktok.com/doc/display-api-overview); other accounts are closed to organisations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr, model_validator

from connectors import Context
from connectors.http import Response
from connectors.parts import shape
from connectors.parts.answers import WAIT_IF_UNTOLD
from connectors.parts.options import BaseUrl, Handle, Pages
from connectors.parts.paging import Batch, Walk
from connectors.parts.shape import Item
from connectors.parts.tokens import Rotating
from monitor.config import Section
from monitor.errors import SourceChanged, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.types import Account, Kind, Media, Origin, Page, Post, SourceState, State

PER_PAGE = 20  # the most that one answer, or one question about ids, holds
_FIELDS = "id,create_time,share_url,title,video_description,duration"  # covers expire: not asked for
_HANDLE = re.compile(r"/@([\w.]+)/")


class TikTokOptions(Section):
    """What a source of kind `tiktok` may set.

    `account` is whose token it is. Give the application's `client_key` and `client_secret` with the account's
    `refresh_token`: then access tokens, which last hours, are fetched as needed. Or a `token` that something
    else keeps fresh.
    """

    account: Handle
    client_key: SecretStr | None = None
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    token: SecretStr | None = None
    base_url: BaseUrl = "https://open.tiktokapis.com"
    pages: Pages = 20

    @model_validator(mode="after")
    def _one_way_in(self) -> TikTokOptions:
        ways = (self.client_key, self.client_secret, self.refresh_token)
        if not (self.token and not any(ways)) and not (all(ways) and not self.token):
            raise ValueError(
                "give client_key, client_secret and refresh_token as secret files, or a token alone"
            )
        return self


class _Stale(SourceRefused):
    """The access token is not valid any more."""


class TikTok:
    """Reads one account's videos, newest first. All of it is the organisation's own and kept."""

    Options = TikTokOptions
    terms: ClassVar[str] = "tiktok"
    keeps_everything: ClassVar[bool] = True

    def __init__(self, options: TikTokOptions, context: Context) -> None:
        self._options, self._context = options, context
        self._host = urlsplit(options.base_url).netloc
        self._token, self._renewed = _secret(options.token), None if options.token else self._renewing()
        self._walk = Walk(context=context, host=self._host, question=["videos"], pages=options.pages)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what was published after the cursor, or since `since`. Raises SourceError."""
        return self._walk.newest_first(self._fetch, cursor, since)

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """Those of `ids` that the account no longer shows."""
        for first in range(0, len(ids), PER_PAGE):
            asked = ids[first : first + PER_PAGE]
            answer = self._ask("query", "id", {"filters": {"video_ids": list(asked)}})
            shown = {shape.name(video, "id") for video in self._videos(answer)}
            yield from ((name, State.DELETED) for name in asked if name not in shown)

    def posts(self, answer: Any) -> Iterator[Post]:
        """The posts of one answer of `video/list`. Raises SourceError."""
        for video in self._videos(answer):
            if name := shape.name(video, "id"):
                yield self._post(name, video)

    def _renewing(self) -> Rotating:
        options = self._options
        client = {"client_key": _secret(options.client_key), "client_secret": _secret(options.client_secret)}
        address = f"{options.base_url}/v2/oauth/token/"
        return Rotating(self._context, address, client, _secret(options.refresh_token))

    def _fetch(self, token: str | None) -> Batch:
        body = {"max_count": PER_PAGE} | ({"cursor": int(token)} if token else {})
        answer = self._ask("list", _FIELDS, body)
        cursor = shape.number(answer, "data", "cursor")
        more = shape.flag(answer, "data", "has_more")
        if more and cursor is None:
            raise SourceChanged(f"{self._host}: says that there is more and gives no cursor for it")
        return Batch(tuple(self.posts(answer)), str(cursor) if more else None)

    def _ask(self, what: str, fields: str, body: dict[str, Any]) -> Any:
        if self._renewed is None:
            return self._answer(self._token, what, fields, body)
        try:
            return self._answer(self._renewed(), what, fields, body)
        except _Stale:
            return self._answer(self._renewed(anew=True), what, fields, body)

    def _answer(self, token: str, what: str, fields: str, body: dict[str, Any]) -> Any:
        answer = self._context.http.post(
            f"{self._options.base_url}/v2/video/{what}/",
            params={"fields": fields},
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            explain=self._explain,
        ).json()
        self._complain(answer)
        return answer

    def _videos(self, answer: Any) -> Iterator[Item]:
        self._complain(answer)
        return shape.items(self._host, answer, "data", "videos")

    def _explain(self, response: Response) -> None:
        with suppress(SourceChanged):  # what is not known, or no JSON, its status says
            self._complain(response.json())

    def _complain(self, answer: Any) -> None:
        """Raise the SourceError that an answer is: each has an error, "ok" where it is none."""
        match shape.text(answer, "error", "code"):
            case "" | "ok":
                return
            case "access_token_invalid":
                raise _Stale(f"{self._host}: the token is not valid; sign in again and set a new one")
            case "scope_not_authorized" | "scope_permission_missed":
                misconfigured = SourceState.MISCONFIGURED
                raise SourceRefused(f"{self._host}: the application lacks video.list", state=misconfigured)
            case "rate_limit_exceeded":
                until = self._context.now() + WAIT_IF_UNTOLD
                raise SourceThrottled(f"{self._host}: too many requests", until=until)
            case "internal_error":
                raise SourceUnavailable(f"{self._host}: a fault of its own")
        raise SourceChanged(f"{self._host}: an error that is not known")

    def _post(self, name: str, video: Item) -> Post:
        now, url = self._context.now(), shape.address(video, "share_url")
        title, text = shape.text(video, "title"), shape.text(video, "video_description")
        handle = _HANDLE.search(url or "")
        return Post(
            source=self._context.source,
            platform="tiktok",
            external_id=name,
            observed_at=now,
            kind=Kind.VIDEO,
            origin=Origin.API,
            url=url,
            author=Account(platform="tiktok", handle=handle[1]) if handle else None,
            title=title if title != text else "",
            text=text,
            created_at=shape.moment(video, now, "create_time"),
            media=(Media(kind="video", url=""),),
            terms=self._context.terms,
            recheck_id=name,
        )


def _secret(option: SecretStr | None) -> str:
    return option.get_secret_value() if option else ""
