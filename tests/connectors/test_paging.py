"""What a walk through pages leaves out, and what it remembers of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from connectors import Context
from connectors.http import Http
from connectors.parts.paging import MOST_LEFT_OUT, Batch, LeftOut, Walk
from monitor.types import Page, Post

Clock = Callable[[], datetime]


def post(now: Clock, name: str, days: float, text: str = "") -> Post:
    return Post(
        source="s", platform="p", external_id=name, observed_at=now(), text=text,
        created_at=now() - timedelta(days=days),
    )  # fmt: skip


def read(now: Clock, *posts: Post, cursor: str | None = None) -> list[Page]:
    """One page of these, with a look back of a week."""
    http = Http(now=now, transport=httpx.MockTransport(lambda request: httpx.Response(599)))
    walk = Walk(context=Context(source="s", http=http, now=now), host="a.test", question=["q"], pages=3)
    return list(walk.newest_first(lambda token: Batch(posts), cursor, now() - timedelta(days=7)))


def names(pages: list[Page]) -> list[str]:
    return [each.external_id for page in pages for each in page.posts]


def test_what_was_too_old_at_first_is_no_news_later_unless_it_is_edited_or_was_not_there(now: Clock) -> None:
    first = read(now, post(now, "new", 1), post(now, "old", 30))
    assert names(first) == ["new"]
    later = (post(now, "newer", 0.1), post(now, "new", 1), post(now, "old", 30), post(now, "backdated", 40))
    again = read(now, *later, cursor=first[-1].cursor)
    assert names(again) == ["newer", "new", "backdated"]
    third = read(now, post(now, "old", 30, "edited"), cursor=again[-1].cursor)
    assert names(third) == ["old"]


def test_what_is_remembered_is_bounded(now: Clock) -> None:
    left = LeftOut(now() - timedelta(days=7), ())
    assert list(left.others(post(now, str(n), 30) for n in range(MOST_LEFT_OUT + 50))) == []
    assert len(left.marks) == MOST_LEFT_OUT


def test_a_cursor_that_remembers_nothing_is_still_understood(now: Clock) -> None:
    first = read(now, post(now, "new", 1))
    assert first[-1].cursor
    assert "left" not in first[-1].cursor
    assert names(read(now, post(now, "old", 30), cursor=first[-1].cursor)) == ["old"]
