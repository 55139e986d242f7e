"""X over several polls: a backlog that one day cannot pay for, a kill between pages, a gap that grows old."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from connectors import Context
from connectors.http import Http
from connectors.x import WINDOW, X, XOptions
from monitor.config import StoreSettings
from monitor.store import open_store
from monitor.store.tables import Mention
from monitor.types import Page, SourceState
from tests.core.world import World
from tests.till import Till

BACKLOG = 48
"""Five pages of ten, one of them not full."""
TWO_PAGES = 0.2
"""Dollars: a page is 0.05 and may be 0.15, so that a third one is never asked for."""
QUERY = {"query": "WVFT"}
ASKS = pytest.mark.parametrize(
    "asks",
    [
        QUERY,
        {**QUERY, "fields": "post"},
        {**QUERY, "archive": True},
        {"account": "WVFTNHS"},
        {"mentions_of": "WVFTNHS"},
    ],
    ids=["search", "search by newer names", "archive", "account", "mentions"],
)


class Killed(BaseException):
    """The process ended."""


@dataclass
class Platform:
    """X as far as marks, dates, pages and its window go; `sent` are the ids that it was paid for."""

    world: World
    written: list[datetime] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def write(self, count: int, apart: timedelta = timedelta(hours=1)) -> None:
        """Have that many posts written, the newest a minute ago."""
        newest = self.world.at - timedelta(minutes=1)
        self.written += [newest - apart * number for number in reversed(range(count))]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = dict(request.url.params)
        if "/by/" in request.url.path:
            return httpx.Response(200, json={"data": {"id": "7", "username": "WVFTNHS"}})
        self.asked.append(params)
        marks, dates = {"since_id", "until_id"} & params.keys(), {"start_time", "end_time"} & params.keys()
        recent = request.url.path.endswith("/recent")
        asked = [self.at(int(params[name])) for name in marks]
        asked += [datetime.fromisoformat(params[name]) for name in dates]
        if (marks and dates) or (recent and min(asked) < self.world.at - timedelta(days=7)):
            return httpx.Response(400, json={"title": "Invalid Request"})
        return httpx.Response(200, json=self._page(params))

    def at(self, number: int) -> datetime:
        return self.written[number - 1]

    def _page(self, params: dict[str, str]) -> dict[str, Any]:
        token = params.get("next_token") or params.get("pagination_token") or "999"
        above, below = int(params.get("since_id", 0)), min(int(token), int(params.get("until_id", 999)))
        start, end = params.get("start_time", ""), params.get("end_time", "9")
        within = [n for n in range(above + 1, len(self.written) + 1) if n < below]
        found = [n for n in reversed(within) if start <= moment(self.at(n)) < end]
        page = found[: int(params["max_results"])]
        self.sent += page
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": str(page[0]), "oldest_id": str(page[-1])}
        if len(found) > len(page):
            meta["next_token"] = str(page[-1])
        data = [{"id": str(n), "text": f"WVFT {n}", "created_at": moment(self.at(n))} for n in page]
        return {"data": data, "meta": meta} if page else {"meta": meta}


@dataclass
class Reader:
    """One installation that reads X into a real store; every poll is a process of its own."""

    world: World
    platform: Platform
    till: Till = field(default_factory=Till)
    options: dict[str, Any] = field(default_factory=lambda: dict(QUERY))

    def source(self) -> X:
        http = Http(now=self.world.now, attempts=1, transport=httpx.MockTransport(self.platform))
        context = Context(source="gazette", http=http, now=self.world.now, meter=self.till)
        options = {"bearer": "an-invented-bearer", "base_url": "https://x.test", "user_price": 0}
        return X(XOptions(**options, per_page=10, **self.options), context)

    def poll(self, after: timedelta = timedelta(0)) -> SourceState:
        self.world.at += after
        return self.world.poll(self.source()).state

    def killed(self, pages: int) -> None:
        """A poll that ends with its process after that many pages."""
        with pytest.raises(Killed):
            self.world.poll(_Mortal(self.source(), pages))

    def stored(self) -> list[int]:
        """The numbers of all posts in the store."""
        with self.world.store.reading() as connection:
            return sorted(int(text.removeprefix("WVFT")) for text in connection.scalars(select(Mention.text)))

    def cursor(self) -> dict[str, Any]:
        return json.loads(self.world.store.cursor("gazette") or "{}")


@dataclass
class _Mortal:
    source: X
    after: int

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        yield from islice(self.source.pages(cursor, since), self.after)
        raise Killed


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """An installation on an empty store, and an X with nothing on it."""
    store = open_store(StoreSettings(state_dir=tmp_path / "state"))
    world = World(store)
    yield Reader(world, Platform(world))
    store.close()


def read_one(reader: Reader) -> None:
    """Let it know one post, and five pages more be written after it."""
    reader.platform.write(1)
    reader.poll()
    reader.world.at += timedelta(hours=BACKLOG)
    reader.platform.write(BACKLOG, timedelta(minutes=50))


def paid_again(reader: Reader) -> int:
    """How many posts more than once were paid for."""
    return sum(times - 1 for times in Counter(reader.platform.sent).values())


@pytest.mark.parametrize(("known", "again"), [(True, 0), (False, 2)])
def test_a_backlog_dearer_than_a_day_is_read_on_the_third_and_paid_for_once(
    reader: Reader, known: bool, again: int
) -> None:
    if known:
        read_one(reader)
    else:
        reader.platform.write(BACKLOG)
    reader.options["daily_budget"] = TWO_PAGES
    day = timedelta(days=1)
    states = [reader.poll(day if known else timedelta(0)), reader.poll(day), reader.poll(day)]
    assert states == [SourceState.BUDGET_STOPPED, SourceState.BUDGET_STOPPED, SourceState.OK]
    assert reader.stored() == list(range(1, len(reader.platform.written) + 1))
    assert paid_again(reader) == again  # by dates, the post at the end of each day is read with the next
    assert reader.cursor()["newest"] == str(len(reader.platform.written))
    assert reader.cursor()["gap"] is None


@pytest.mark.parametrize("pages", range(1, 6))
@ASKS
def test_killed_after_any_page_it_goes_on_from_there(
    reader: Reader, asks: dict[str, Any], pages: int
) -> None:
    reader.options = dict(asks)
    read_one(reader)
    reader.killed(pages)
    reader.killed(1)
    assert reader.poll() in (SourceState.OK, SourceState.EMPTY)
    assert reader.stored() == list(range(1, BACKLOG + 2))
    assert paid_again(reader) == 0


@ASKS
def test_killed_after_every_page_of_its_first_reading_it_gets_through(
    reader: Reader, asks: dict[str, Any]
) -> None:
    reader.options = dict(asks)
    reader.platform.write(BACKLOG)
    for _ in range(6):
        reader.killed(1)
    assert reader.cursor()["gap"] is None
    assert reader.stored() == list(range(1, BACKLOG + 1))
    assert paid_again(reader) == 5


def test_posts_of_one_second_on_two_pages_are_all_read(reader: Reader) -> None:
    reader.platform.write(15, timedelta(milliseconds=20))
    reader.killed(1)
    reader.poll()
    assert reader.stored() == list(range(1, 16))


def test_what_was_written_meanwhile_is_read_after_the_gap_in_the_same_poll(reader: Reader) -> None:
    read_one(reader)
    reader.killed(2)
    reader.world.at += timedelta(hours=1)
    reader.platform.write(3, timedelta(minutes=1))
    reader.platform.asked.clear()
    reader.poll()
    asked = [(each.get("since_id"), each.get("until_id")) for each in reader.platform.asked]
    assert asked == [("1", "30"), ("1", "30"), ("1", "30"), (str(BACKLOG + 1), None)]
    assert reader.stored() == list(range(1, BACKLOG + 5))
    assert paid_again(reader) == 0


def test_a_gap_whose_start_is_behind_the_window_is_read_as_far_as_x_reaches(reader: Reader) -> None:
    read_one(reader)
    reader.killed(2)
    reader.world.at += timedelta(days=6)
    reader.platform.asked.clear()
    reader.poll()
    first, last = reader.platform.asked[0], reader.platform.asked[-1]
    end = reader.platform.at(30) + timedelta(seconds=1)
    assert (first["start_time"], first["end_time"]) == (moment(reader.world.at - WINDOW), moment(end))
    assert "since_id" not in first
    assert last["since_id"] == str(BACKLOG + 1)
    reached = [n for n in range(1, 30) if reader.platform.at(n) >= reader.world.at - WINDOW]
    assert reader.stored() == sorted({1, *reached, *range(30, BACKLOG + 2)})
    assert reader.world.store.coverage()["gazette"].covered_from == reader.world.at - WINDOW


def test_a_gap_that_x_has_forgotten_is_given_up_and_shows_in_what_is_covered(reader: Reader) -> None:
    read_one(reader)
    reader.killed(2)
    top = reader.platform.written[-1]
    reader.world.at = top + timedelta(days=6, hours=22)
    reader.platform.asked.clear()
    reader.poll()
    assert [each.get("since_id") for each in reader.platform.asked] == [str(BACKLOG + 1)]
    assert reader.world.store.coverage()["gazette"].covered_from == top


def test_a_bookmark_of_the_form_without_gaps_is_read(reader: Reader) -> None:
    read_one(reader)
    older = {name: value for name, value in reader.cursor().items() if name != "gap"}
    pages = list(reader.source().pages(json.dumps(older), reader.world.at))
    assert reader.platform.asked[-1]["since_id"] == "1"
    assert sum(len(page.posts) for page in pages) == BACKLOG


def moment(at: datetime) -> str:
    """A moment in X's words."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
