"""The week in numbers: beside the week before, never of the protected lane, quickly from an index."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from monitor.store.casework.decisions import mark
from monitor.store.trends import Span, rule_weeks, trends
from monitor.types import Actor, Lane, Post, RuleWeek, Trend, Verdict
from tests.core.world import CALDICOTT, COMMS, NUMBER, Feed, NumberRule, World, post

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = 7 * DAY


def grown(world: World, weeks: int) -> None:
    """`n` mentions in the n-th week before now, one in each week with a finding; a digest each Friday."""
    number = 0
    for n in range(weeks, 0, -1):
        world.at = NOW - n * WEEK
        world.desk().make_due()
        world.at += timedelta(hours=5)
        posts = [post(number + at, f"WVFT {'' if at else NUMBER} {number + at}") for at in range(n)]
        world.poll(Feed([posts]))
        number += n
    world.at = NOW


def by_words(found: tuple[Trend, ...]) -> dict[str, Trend]:
    return {trend.words: trend for trend in found}


def test_a_week_stands_beside_the_one_before_and_four_that_are_usual(world: World) -> None:
    world.recipients = (CALDICOTT,)
    grown(world, 6)
    counted = by_words(world.desk().editor.preview(CALDICOTT).trends)
    assert counted["mentions"] == Trend(words="mentions", now=1, before=2, usual=(3, 6))
    assert counted["items seen"] == Trend(words="items seen", now=1, before=2, usual=(3, 6))
    confidential = counted["findings of personal or confidential matters"]
    assert (confidential.now, confidential.before, confidential.usual) == (1, 1, (1, 1))


def test_nothing_is_compared_with_a_time_before_the_installation(world: World) -> None:
    world.recipients = (CALDICOTT,)
    grown(world, 3)
    for installed, shown, usual in (
        (13 * DAY, False, False),
        (20 * DAY, True, False),
        (42 * DAY, True, True),
    ):
        with world.store.transaction() as tx:
            tx.set_meta("installed_at", (NOW - installed).isoformat(), replace=True)
        counted = by_words(world.desk().editor.preview(CALDICOTT).trends)
        assert ("mentions" in counted) == shown
        assert bool(shown and counted["mentions"].usual) == usual


def test_a_purged_mention_is_counted_in_its_week(world: World) -> None:
    world.recipients = (CALDICOTT,)
    grown(world, 2)
    with world.store.transaction() as tx:
        tx.connection.exec_driver_sql(
            "UPDATE mention SET purged_at = first_seen_at, purged_for = 'retention'"
        )
    assert by_words(world.desk().editor.preview(CALDICOTT).trends)["mentions"].before == 2


def test_a_lane_that_is_not_ones_own_is_not_counted(world: World) -> None:
    hr = replace(COMMS, address="hr@trust.test", role="hr")
    world.recipients = (CALDICOTT, hr)
    grown(world, 3)
    briefing = world.desk().editor.preview(hr)
    assert all("confidential" not in trend.words for trend in briefing.trends)
    assert briefing.rules == ()


class Sealed(NumberRule):
    """Finds possible disclosures."""

    lane = Lane.PROTECTED
    route = ("concerns",)

    def evaluate(self, item: Post) -> Any:
        for found in super().evaluate(item):
            yield replace(found, owner="concerns", category="whistleblowing")


def test_the_protected_lane_is_in_no_number(world: World) -> None:
    world.rules = Sealed()
    with world.store.transaction() as tx:
        tx.set_meta("installed_at", (NOW - 100 * DAY).isoformat())
    before = world.desk().editor.preview(COMMS)
    world.at = NOW - DAY
    world.poll(Feed([[post(1, f"WVFT {NUMBER}")]]))
    world.at = NOW
    after = world.desk().editor.preview(COMMS)
    numbers = [
        (trend.words, trend.now, trend.before) for trend in after.trends if trend.words != "items seen"
    ]
    assert numbers == [("mentions", 0, 0)] + [
        (trend.words, 0, 0) for trend in before.trends if trend.words.startswith("findings")
    ]
    assert after.rules == ()


def test_each_rule_shows_its_hits_and_how_many_decided_cases_were_false_alarms(world: World) -> None:
    world.recipients = (CALDICOTT,)
    grown(world, 2)
    jo = Actor("jo", "information")
    mark(world.store, 1, Verdict.RIGHT, jo, "seen", NOW)
    mark(world.store, 1, Verdict.WRONG, jo, "not one", NOW)
    assert world.desk().editor.preview(CALDICOTT).rules == (
        RuleWeek(rule_id="NHS-001", title="NHS number", now=1, before=1, decided=1, wrong=1),
    )


@pytest.mark.parametrize("lanes", [frozenset({Lane.COMMS, Lane.CONFIDENTIAL})])
def test_every_count_is_answered_from_an_index(world: World, lanes: frozenset[Lane]) -> None:
    asked: list[tuple[str, Any]] = []
    with world.store.reading() as connection:
        if connection.dialect.name != "sqlite":
            pytest.skip("asks SQLite how it would answer; PostgreSQL plans by size")
        engine = connection.engine
        event.listen(engine, "before_cursor_execute", _noting(asked))
        trends(connection, Span(NOW), lanes, COMMS.address, {"seen": 0})
        rule_weeks(connection, NOW, lanes)
        statements = list(asked)
        for statement, parameters in statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
            scans = [
                row[3] for row in plan if row[3].startswith(("SCAN mention", "SCAN finding", "SCAN delivery"))
            ]
            assert scans == [], statement
    assert len(statements) == 6


def _noting(asked: list[tuple[str, Any]]) -> Any:
    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    return note


def test_the_indexes_are_there_after_an_upgrade(world: World) -> None:
    with world.store.reading() as connection:
        query = (
            "SELECT name FROM sqlite_master WHERE type = 'index'"
            if connection.dialect.name == "sqlite"
            else "SELECT indexname FROM pg_indexes"
        )
        names = set(connection.execute(text(query)).scalars())
    assert {"ix_mention_seen", "ix_finding_made"} <= names
