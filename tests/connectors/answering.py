"""A connector over answers that a test writes: set up as its recordings are, with other options on top."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from connectors import Context, load, recordings, terms_of
from connectors.http import Http
from connectors.parts.replay import Replay
from monitor.config import SourceSettings
from monitor.errors import SourceError
from monitor.types import Page, Post

Clock = Callable[[], datetime]
Answer = Callable[[httpx.Request], httpx.Response]


def connected(
    kind: str,
    now: Clock,
    answer: Answer | None = None,
    *,
    memory: MutableMapping[str, str] | None = None,
    **options: Any,
) -> Any:
    """The connector of `kind`; `answer` stands in for its recordings, an option None takes it away."""
    settings = {k: v for k, v in (recordings.source(kind) | options).items() if v is not None}
    own = {k: v for k, v in settings.items() if k not in SourceSettings.model_fields}
    transport = httpx.MockTransport(answer) if answer else Replay(recordings.load(kind), now)
    context = Context(
        source=kind,
        http=Http(now=now, attempts=1, transport=transport),
        now=now,
        terms=terms_of(kind).item(),
        memory={} if memory is None else memory,
    )
    return load(kind)(load(kind).Options(**own), context)


def pages(connects: Any, now: Clock, cursor: str | None = None) -> list[Page]:
    """Every page of a reading that looks back a week."""
    return list(connects.pages(cursor, now() - timedelta(days=7)))


def read(connects: Any, now: Clock, cursor: str | None = None) -> dict[str, Post]:
    """The posts of the same by their ids."""
    return {post.external_id: post for page in pages(connects, now, cursor) for post in page.posts}


def read_until_it_breaks(
    connects: Any, now: Clock, cursor: str | None = None
) -> tuple[list[str], str | None, SourceError]:
    """The ids that came, the last cursor, and the error that ended the reading."""
    ids: list[str] = []
    try:
        for page in connects.pages(cursor, now() - timedelta(days=7)):
            ids += [post.external_id for post in page.posts]
            cursor = page.cursor or cursor
    except SourceError as error:
        return ids, cursor, error
    raise AssertionError("the reading did not break")


def always(status: int, body: Any = None, **headers: str) -> Answer:
    """The same answer to whatever is asked: JSON, or text as it is."""
    sent: Mapping[str, str] = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, str | bytes):
        return lambda request: httpx.Response(status, content=body, headers=sent)
    return lambda request: httpx.Response(status, json=body, headers=sent)
