"""Searches for profiles: whose turn it is, what a profile becomes, and that only our names are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from connectors import CONNECTORS, load
from connectors.searching.profiles import SPENT, Profiles, share
from monitor.errors import SourceUnavailable
from monitor.ports import ProfileSearch
from monitor.types import Account, Kind, Page, Terms
from tests.connectors.test_contract import replayed

Clock = Callable[[], datetime]
NAMES = ("Wearside Vale NHS Foundation Trust", "WVFT", "St Oswin's Hospital")


@dataclass
class Directory:
    """A platform that finds one account for every question, and notes the questions."""

    asked: list[str] = field(default_factory=list)
    broken: bool = False

    def profiles(self, query: str) -> Iterator[Account]:
        if self.broken:
            raise SourceUnavailable("social.test: 503")
        self.asked.append(query)
        yield Account(platform="mastodon", external_id=f"id {query}", handle="a", display_name=query)
        yield Account(platform="mastodon", display_name="nobody can be told apart by this")


def profiles(directory: Directory, at: datetime, allowed: int = 2) -> Profiles:
    return Profiles(
        source="profiles of Social", search=directory, questions=NAMES, allowed=lambda day: allowed,
        now=lambda: at, terms=Terms(),
    )  # fmt: skip


def read(search: Profiles, cursor: str | None = None) -> list[Page]:
    return list(search.pages(cursor, search.now()))


def test_questions_take_turns_from_day_to_day(now: Clock) -> None:
    directory, cursor = Directory(), None
    for day in range(3):
        cursor = read(profiles(directory, now() + timedelta(days=day)), cursor)[-1].cursor
    assert directory.asked == [*NAMES, *NAMES]


def test_a_restart_on_the_same_day_asks_nothing_again(now: Clock) -> None:
    directory = Directory()
    first = next(iter(profiles(directory, now()).pages(None, now())))
    read(profiles(directory, now()), first.cursor)
    (page,) = read(profiles(directory, now()), read(profiles(directory, now()), first.cursor)[-1].cursor)
    assert directory.asked[:2] == [*NAMES[:2]]
    assert page.posts == ()
    assert page.note == SPENT


def test_a_failure_asks_the_same_question_next_time(now: Clock) -> None:
    directory = Directory()
    first = next(iter(profiles(directory, now()).pages(None, now())))
    directory.broken = True
    with pytest.raises(SourceUnavailable):
        read(profiles(directory, now()), first.cursor)
    directory.broken = False
    read(profiles(directory, now()), first.cursor)
    assert directory.asked == [*NAMES[:2]]


def test_an_account_is_one_post_however_it_calls_itself(now: Clock) -> None:
    (post,) = read(profiles(Directory(), now(), allowed=1))[0].posts
    assert (post.kind, post.key) == (Kind.PROFILE, ("mastodon", f"profile:id {NAMES[0]}"))
    assert (post.title, post.text) == (f"{NAMES[0]} (@a)", "")


def test_a_cursor_of_other_names_is_not_taken_for_ours(now: Clock) -> None:
    directory = Directory()
    read(profiles(directory, now(), allowed=1), '{"of": "another", "next": 2}')
    assert directory.asked == [NAMES[0]]


@pytest.mark.parametrize(("sources", "total"), [(1, 15), (3, 15), (4, 15), (7, 3)])
def test_a_days_questions_are_shared_fairly(sources: int, total: int) -> None:
    days = [date(2026, 11, 1) + timedelta(days=day) for day in range(sources)]
    for day in days:
        assert sum(share(place, sources, total, day) for place in range(sources)) == total
    asked = [sum(share(place, sources, total, day) for day in days) for place in range(sources)]
    assert all(one == other for one, other in pairwise(asked))


SEARCHING = [kind for kind in CONNECTORS if hasattr(load(kind), "profiles")]


@pytest.mark.parametrize("kind", SEARCHING)
def test_every_kind_that_can_search_gives_profiles_by_its_recordings(kind: str, now: Clock) -> None:
    search = replayed(kind, now)
    assert isinstance(search, ProfileSearch)
