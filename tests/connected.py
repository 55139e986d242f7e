"""A connector over answers that a test writes, and what it asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from connectors import Context, load, terms_of
from connectors.http import Http
from monitor.ports import Meter
from monitor.types import Post

Clock = Callable[[], datetime]
Answer = dict[str, Any] | list[Any] | httpx.Response | None


@dataclass
class Site(httpx.BaseTransport):
    """Answers a path with what stands under it, one after the other, the last for ever; else with a 404."""

    answers: dict[str, Answer | list[Answer]]
    asked: list[httpx.Request] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        found = self.answers.get(request.url.path)
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, httpx.Response):
            return httpx.Response(found.status_code, headers=found.headers, content=found.content)
        return httpx.Response(404) if found is None else httpx.Response(200, json=found)

    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.url.path for request in self.asked]


def connected(
    kind: str,
    site: httpx.BaseTransport,
    now: Clock,
    memory: MutableMapping[str, str] | None = None,
    meter: Meter | None = None,
    **options: Any,
) -> Any:
    """A connector of `kind` with these options."""
    connects = load(kind)
    http = Http(now=now, attempts=1, transport=site)
    context = Context(
        source=kind,
        http=http,
        now=now,
        terms=terms_of(kind).item(),
        memory={} if memory is None else memory,
        **({"meter": meter} if meter is not None else {}),
    )
    return connects(connects.Options.model_validate(options), context)


def read(connects: Any, now: Clock, cursor: str | None = None, days: int = 7) -> list[Post]:
    """Every post of one reading with a look back of so many days."""
    return [post for page in connects.pages(cursor, now() - timedelta(days=days)) for post in page.posts]


def by_id(posts: Iterable[Post]) -> dict[str, Post]:
    """The posts by their ids."""
    return {post.external_id: post for post in posts}
