"""What Threads does that other sources don't."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors import load, recordings
from connectors.parts.replay import Replay
from monitor.errors import BudgetSpent
from monitor.types import Kind, Media, State
from tests.connected import Clock, Site, by_id, connected, read

SEARCH = "/v1.0/keyword_search"


class Count(Counter[date]):
    """A meter that refuses beyond the limit."""

    def charge(self, cost: int, limit: int | None, day: date) -> None:
        if limit is not None and self[day] + cost > limit:
            raise BudgetSpent("today's share is spent")
        self[day] += cost


def threads(site: httpx.BaseTransport, now: Clock, **options: Any) -> Any:
    given = {"account": "wvftnhs", "token": "invented-token", "base_url": "https://graph.test"}
    return connected("threads", site, now, **given | options)


def recorded(now: Clock, **options: Any) -> Any:
    return threads(Replay(recordings.load("threads"), now), now, **options)


def test_posts_bring_the_answers_to_them(now: Clock) -> None:
    posts = by_id(read(recorded(now, reads="posts"), now))
    answer = posts["18100000000004002"]
    assert answer.kind is Kind.REPLY
    assert {ref.rel: ref.external_id for ref in answer.refs} == {
        "reply_to": "18100000000003004",
        "root": "18100000000003004",
    }
    root = posts["18100000000003004"]
    assert [ref.url for ref in answer.refs if ref.rel == "root"] == [root.url]
    assert root.links == ("https://wvft.nhs.test/jobs",)
    assert posts["18100000000004001"].state is State.HIDDEN


def test_reposts_and_quotes_name_what_they_are_of(now: Clock) -> None:
    posts = by_id(read(recorded(now, reads="posts"), now))
    repost, quote = posts["18100000000003003"], posts["18100000000003002"]
    assert (repost.kind, repost.refs[0].rel) == (Kind.REPOST, "repost_of")
    assert (quote.kind, quote.refs[0].rel) == (Kind.QUOTE, "quote_of")
    assert quote.media == (Media(kind="image", url="", alt_text="A poster about hand washing"),)


def test_no_answers_are_read_where_none_are_wanted(now: Clock) -> None:
    kinds = {post.kind for post in read(recorded(now, reads="posts", comment_days=0), now)}
    assert Kind.REPLY not in kinds


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (
            {"query": "Wearside Vale"},
            {"q": "Wearside Vale", "search_mode": "KEYWORD", "search_type": "RECENT"},
        ),
        ({"tag": "WVFT"}, {"q": "WVFT", "search_mode": "TAG", "search_type": "RECENT"}),
    ],
)
def test_a_search_asks_for_the_newest_by_keyword_or_tag(
    now: Clock, options: dict[str, str], asked: dict[str, str]
) -> None:
    site = Site({SEARCH: {"data": []}})
    read(threads(site, now, **options), now)
    params = dict(next(r for r in site.asked if r.url.path == SEARCH).url.params)
    assert params.items() >= asked.items()


def test_what_a_search_finds_is_filtered_and_cannot_be_asked_about_again(now: Clock) -> None:
    connects = recorded(now, query="Wearside Vale")
    posts = read(connects, now)
    assert connects.keeps_everything is False
    assert [post.recheck_id for post in posts] == [None, None]
    assert [post.author.handle if post.author else None for post in posts] == ["pier_end", None]


@pytest.mark.parametrize(
    ("reads", "number"), [("mentions", "18100000000005001"), ("replies", "18100000000006001")]
)
def test_mentions_and_own_replies_are_lists_of_the_account(now: Clock, reads: str, number: str) -> None:
    path = f"/v1.0/me/{reads}"
    item = {"id": number, "text": "words", "timestamp": "2026-11-21T08:00:00+0000", "media_type": "TEXT_POST"}
    site = Site({path: {"data": [item]}})
    connects = threads(site, now, reads=reads)
    assert [post.external_id for post in read(connects, now)] == [number]
    assert connects.keeps_everything


def test_the_pages_go_on_without_a_next_until_one_is_empty(now: Clock) -> None:
    item = {"id": "1", "text": "a", "timestamp": "2026-11-21T08:00:00+0000"}
    cursors = [{"cursors": {"after": "A"}}, {"cursors": {"after": "B"}}]
    pages = [{"data": [item | {"id": str(n)}], "paging": paging} for n, paging in enumerate(cursors)]
    site = Site({SEARCH: [*pages, {"data": []}]})
    assert [post.external_id for post in read(threads(site, now, query="a"), now)] == ["0", "1"]
    assert [r.url.params.get("after") for r in site.asked if r.url.path == SEARCH] == [None, "A", "B"]


def test_a_first_page_that_reaches_what_is_known_is_enough(now: Clock) -> None:
    items = [{"id": str(day), "timestamp": f"2026-11-{day}T08:00:00+0000"} for day in (20, 19, 18)]
    site = Site({SEARCH: {"data": items, "paging": {"cursors": {"after": "A"}}}})
    assert len(read(threads(site, now, query="a"), now, days=2)) == 1
    assert site.paths().count(SEARCH) == 1
    assert "since" not in site.asked[-1].url.params


def test_searches_are_counted_and_stop_at_the_days_share(now: Clock) -> None:
    meter, item = Count(), {"id": "1", "timestamp": "2026-11-21T08:00:00+0000"}
    site = Site({SEARCH: [{"data": []}, {"data": [item]}]})
    options = {"query": "a", "queries_a_day": 1, "meter": meter}
    read(threads(site, now, **options), now)
    assert dict(meter) == {now().date(): 0}
    read(threads(site, now, **options), now)
    asked = site.paths().count(SEARCH)
    with pytest.raises(BudgetSpent):
        read(threads(site, now, **options), now)
    assert site.paths().count(SEARCH) == asked


@pytest.mark.parametrize("wrong", [{}, {"query": "a", "reads": "posts"}, {"reads": "likes"}])
def test_one_question_is_asked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        load("threads").Options.model_validate({"account": "wvftnhs", "token": "invented-token"} | wrong)
