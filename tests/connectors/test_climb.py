"""Climbing a feed by its ids: nothing is lost between readings, however they end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import Context
from connectors.http import Http
from connectors.parts.mastodon.climb import Climb, Rung
from connectors.parts.paging import Walk
from monitor.errors import SourceChanged
from monitor.types import Page, Post

Clock = Callable[[], datetime]


def ulid(order: int) -> str:
    """An id such as GoToSocial gives."""
    return f"01M7ZZYA{order:018}"


class Feed:
    """A feed whose ids are in the order of dates, `size` entries a page; it pages as real servers do."""

    def __init__(self, size: int = 3, number: Callable[[int], str] = str) -> None:
        self.posts: dict[int, Post] = {}
        self.size, self._number = size, number
        self._orders: dict[str | None, int] = {}
        self.asked = 0

    def add(self, order: int, at: datetime) -> None:
        """One more entry, at its place in the order of ids."""
        number = self._number(order)
        self._orders[number] = order
        self.posts[order] = Post(
            source="feed", platform="mastodon", external_id=number, observed_at=at, created_at=at
        )

    def __call__(self, where: Mapping[str, str]) -> Rung:
        """The page right above or right below an entry, or the newest."""
        self.asked += 1
        above, below = self._orders.get(where.get("min_id")), self._orders.get(where.get("max_id"))
        if above is not None:
            page = sorted(order for order in self.posts if order > above)[: self.size]
        else:
            page = sorted(order for order in self.posts if below is None or order < below)[-self.size :]
        posts = [self.posts[order] for order in reversed(page)]
        return Rung(posts, [(post.external_id, post.created_at) for post in posts])


def climb(now: Clock, pages: int = 20, tag: str = "Wearside") -> Climb:
    """A climb of a feed of its own."""
    context = Context(source="feed", http=Http(now=now), now=now)
    return Climb(Walk(context=context, host="social.test", question=[tag], pages=pages))


def poll(now: Clock, feed: Feed, cursor: str | None = None, days: float = 7) -> list[Page]:
    """Every page of one reading."""
    return list(climb(now).pages(feed, cursor, now() - timedelta(days=days)))


def ids(pages: Iterable[Page]) -> list[str]:
    """The ids of all pages."""
    return [post.external_id for page in pages for post in page.posts]


@pytest.mark.parametrize("number", [str, ulid])
def test_after_a_gap_nothing_is_lost_and_every_page_is_a_step(
    now: Clock, number: Callable[[int], str]
) -> None:
    feed = Feed(number=number)
    for order in range(1, 5):
        feed.add(order, now() - timedelta(hours=200 - order))
    cursor = poll(now, feed, days=30)[-1].cursor
    for order in range(5, 30):
        feed.add(order, now() - timedelta(hours=40 - order))
    pages = poll(now, feed, cursor)
    assert ids(pages) == [number(order) for order in range(5, 30)]
    assert all(page.cursor for page in pages)


def test_the_first_reading_ends_at_since_and_says_so(now: Clock) -> None:
    feed = Feed()
    for order in range(1, 20):
        feed.add(order, now() - timedelta(days=20 - order))
    pages = poll(now, feed, days=5)
    assert ids(pages) == ["19", "18", "17", "16", "15"]
    assert pages[-1].covered_from == now() - timedelta(days=5)
    assert feed.asked == 2


def test_what_arrives_late_under_an_older_id_is_seen(now: Clock) -> None:
    feed = Feed()
    for order, minutes in ((1, 300), (2, 90), (10, 20)):
        feed.add(order, now() - timedelta(minutes=minutes))
    cursor = poll(now, feed)[-1].cursor
    feed.add(5, now() - timedelta(minutes=40))
    assert "5" in ids(poll(now, feed, cursor))


def test_a_feed_that_was_empty_is_read_from_the_first_since_on(now: Clock) -> None:
    feed = Feed()
    cursor = poll(now, feed, days=2)[-1].cursor
    feed.add(1, now() - timedelta(days=1))
    feed.add(2, now() - timedelta(minutes=1))
    assert ids(poll(now, feed, cursor, days=0)) == ["2", "1"]


@pytest.mark.parametrize("minutes", [5, 300])
def test_what_arrives_under_an_old_date_is_seen_and_covers_nothing_older(now: Clock, minutes: int) -> None:
    feed = Feed()
    feed.add(1, now() - timedelta(minutes=minutes))
    cursor = poll(now, feed)[-1].cursor
    feed.add(2, now() - timedelta(days=2500))
    pages = poll(now, feed, cursor)
    assert "2" in ids(pages)
    assert all(page.covered_from and page.covered_from > now() - timedelta(days=8) for page in pages)


def test_what_lies_below_an_entry_of_an_old_date_is_read_again_as_long_as_it_is_young(now: Clock) -> None:
    feed = Feed(size=2)
    for order, minutes in ((1, 300), (2, 20), (3, 10)):
        feed.add(order, now() - timedelta(minutes=minutes))
    feed.add(4, now() - timedelta(days=2500))
    cursor = poll(now, feed)[-1].cursor
    for _ in range(2):
        pages = poll(now, feed, cursor)
        assert {"2", "3", "4"} <= set(ids(pages))
        cursor = pages[-1].cursor
    assert poll(now, feed, cursor)[0].covered_from == now() - timedelta(minutes=300)


def test_a_cursor_of_another_question_starts_anew(now: Clock) -> None:
    feed = Feed()
    feed.add(1, now() - timedelta(hours=3))
    cursor = poll(now, feed)[-1].cursor
    assert ids(poll(now, feed, cursor)) == []
    assert ids(climb(now, tag="Durham").pages(feed, cursor, now() - timedelta(days=1))) == ["1"]


def test_a_feed_that_ignores_where_to_go_on_is_a_changed_source(now: Clock) -> None:
    feed = Feed()
    for order in (6, 7):
        feed.add(order, now() - timedelta(hours=10 - order))
    cursor = poll(now, feed)[-1].cursor
    with pytest.raises(SourceChanged, match="same page"):
        list(climb(now).pages(lambda where: feed({}), cursor, now()))


def test_more_pages_than_allowed_are_told_and_the_next_reading_goes_on(now: Clock) -> None:
    feed, read = Feed(), list[Page]()
    feed.add(0, now() - timedelta(days=3))
    cursor = poll(now, feed)[-1].cursor
    for order in range(1, 14):
        feed.add(order, now() - timedelta(hours=40 - order))

    def go_on() -> None:
        for page in climb(now, pages=2).pages(feed, read[-1].cursor if read else cursor, now()):
            read.append(page)

    for _ in range(2):
        with pytest.raises(SourceChanged, match="raise `pages`"):
            go_on()
    go_on()
    assert ids(read) == [str(order) for order in range(1, 14)]


def interrupted(pages: Iterator[Page], after: int) -> Iterator[Page]:
    """The first pages of a reading that ends early."""
    return (page for page, _ in zip(pages, range(after), strict=False))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_arrives_between_interrupted_readings_is_read(now: Clock, data: st.DataObject) -> None:
    feed, read, cursor, time = Feed(size=data.draw(st.integers(1, 4))), set[str](), None, now()
    start = time - timedelta(days=1)
    for _ in range(data.draw(st.integers(1, 5), label="readings")):
        time += timedelta(minutes=data.draw(st.integers(0, 300), label="minutes between"))
        for late in data.draw(st.lists(st.integers(0, 59), max_size=6), label="minutes late"):
            at = time - timedelta(minutes=late)
            feed.add(int((at - start).total_seconds()) * 100 + len(feed.posts), at)
        reading = climb(lambda at=time: at, pages=200).pages(feed, cursor, start)  # type: ignore[misc]
        for page in interrupted(reading, after=data.draw(st.integers(0, 9), label="pages read")):
            read |= set(ids([page]))
            cursor = page.cursor or cursor
    read |= set(ids(climb(lambda: time, pages=200).pages(feed, cursor, start)))
    assert {post.external_id for post in feed.posts.values()} == read
