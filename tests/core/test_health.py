"""Strikes, alarms and rests: when somebody is told that a source fails, and when it is asked again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from monitor.config import SourceSettings
from monitor.errors import (
    BudgetSpent,
    SourceChanged,
    SourceError,
    SourceNotFound,
    SourceRefused,
    SourceThrottled,
    SourceUnavailable,
)
from monitor.health import JITTER, Setback
from monitor.types import Coverage, SourceState
from tests.core.world import NOW, Feed, World, post

DOWN = SourceUnavailable("gazette.test: timed out")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(world: World, *errors: SourceError | None, every: timedelta = HOUR) -> list[str]:
    """What is logged while the source answers so, an interval apart; None = it answers well."""
    with capture_logs() as logs:
        for error in errors:
            world.poll(Feed(error=error) if error else Feed([[post(1)]]))
            world.at += every
    return [
        str(entry["event"]) for entry in logs if entry["log_level"] != "info" or "recovered" in entry["event"]
    ]


def test_two_failures_in_a_row_are_no_alarm_and_three_are(world: World) -> None:
    assert told(world, DOWN, DOWN) == []
    assert world.store.coverage()["gazette"].may_mend
    assert told(world, DOWN) == ["source broke"]
    assert not world.store.coverage()["gazette"].may_mend


def test_a_success_in_between_begins_the_count_anew(world: World) -> None:
    assert told(world, DOWN, DOWN, None, DOWN, DOWN) == ["source recovered"]


def test_an_alarm_is_repeated_once_a_day_and_ended_once(world: World) -> None:
    said = told(world, *[DOWN] * 54, None, None)
    assert said == ["source broke", *["source still broken"] * 2, "source recovered"]
    assert world.store.coverage()["gazette"].alarmed_at is None


@pytest.mark.parametrize(
    "error",
    [
        SourceRefused("sign in again"),
        SourceRefused("x", state=SourceState.MISCONFIGURED),
        SourceRefused("x", state=SourceState.GONE),
        BudgetSpent("x"),
    ],
)
def test_what_a_person_must_mend_is_told_at_once(world: World, error: SourceError) -> None:
    assert told(world, error, error) == ["source broke"]


def test_an_alarm_with_a_new_cause_is_told_again(world: World) -> None:
    assert told(world, DOWN, DOWN, DOWN, SourceRefused("sign in again")) == ["source broke", "source broke"]


def test_states_that_take_turns_are_not_told_each_time(world: World) -> None:
    slow = SourceThrottled("x", until=NOW)
    assert told(world, *[DOWN, slow] * 5) == ["source broke"]


@pytest.mark.parametrize(("alarm_after", "gone_after"), [(1, 3), (3, 3), (5, 5)])
def test_404_poll_after_poll_is_gone_and_asked_once_a_day(alarm_after: int, gone_after: int) -> None:
    source = SourceSettings(name="gazette", kind="rss", alarm_after=alarm_after)
    before = Coverage(source="gazette", kind="rss", state=SourceState.OK)
    for number in range(1, 8):
        setback = Setback(source, SourceNotFound("x"), before, strikes=number, missing=number)
        assert (setback.state is SourceState.GONE) == (number >= gone_after)
        assert (setback.next_try(NOW) == NOW + DAY) == (number >= gone_after)


def test_a_404_among_other_failures_is_not_gone(world: World) -> None:
    for error in (SourceNotFound("x"), SourceNotFound("x"), DOWN, SourceNotFound("x")):
        tally = world.poll(Feed(error=error))
        assert tally.state is SourceState.DEGRADED


def test_a_page_that_comes_back_is_no_longer_gone(world: World) -> None:
    for _ in range(3):
        tally = world.poll(Feed(error=SourceNotFound("x")))
    assert tally.state is SourceState.GONE
    world.poll(Feed([[post(1)]]))
    assert world.poll(Feed(error=SourceNotFound("x"))).state is SourceState.DEGRADED


def rest(name: str, strikes: int, error: SourceError = DOWN) -> timedelta:
    before = Coverage(source=name, kind="rss", state=SourceState.DEGRADED)
    source = SourceSettings(name=name, kind="rss")
    return Setback(source, error, before, strikes, 0).next_try(NOW) - NOW


def test_rests_grow_are_spread_and_end_at_a_day() -> None:
    usual = timedelta(minutes=30)
    assert [rest("a", strikes) for strikes in (1, 5)] == [usual, usual]
    rests = [rest("a", strikes) for strikes in range(5, 30)]
    assert rests == sorted(rests)
    assert rests[-1] == DAY
    spread = {rest(f"source {number}", 8) for number in range(50)}
    assert len(spread) == 50
    assert usual * 8 * (1 + JITTER) <= min(spread) < max(spread) <= usual * 8 * (1 + 2 * JITTER)
    assert rest("a", 8) == rest("a", 8), "derived, not drawn"


def test_sources_that_were_told_the_same_moment_do_not_come_back_at_once() -> None:
    until = NOW + 2 * HOUR
    rests = {rest(f"source {number}", 1, SourceThrottled("x", until=until)) for number in range(50)}
    assert len(rests) == 50
    assert min(rests) - timedelta(minutes=30) * JITTER >= 2 * HOUR, (
        "not before, even where a poll comes early"
    )


def test_spent_by_our_own_count_is_looked_at_as_usual_and_by_theirs_tomorrow() -> None:
    assert rest("a", 40, BudgetSpent("x", day=NOW.date())) == timedelta(minutes=30)
    midnight = timedelta(hours=14, minutes=30)  # from 09:30
    assert midnight < rest("a", 40, BudgetSpent("x")) <= midnight + timedelta(minutes=6)


def test_a_changed_answer_waits_for_its_third_time_like_any_other(world: World) -> None:
    assert told(world, *[SourceChanged("x")] * 4) == ["source broke"]
