"""Editions: who gets the day's digest, the week's roll-up and the month's figures, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from monitor.config import DigestSettings
from monitor.editions import Calendar, begin, month_before, weekdays, window
from monitor.errors import DeliveryError
from monitor.roles import acting
from monitor.store.tables import Delivery, DeliveryItem, table_of
from monitor.types import Edition, Lane, Pace, Post, Recipient, Severity
from tests.core.world import CALDICOTT, COMMS, LONDON, NUMBER, Feed, NumberRule, World, post

DIRECTOR = Recipient(address="director@trust.test", role="comms_director")
BOARD = Recipient(address="board@trust.test", role="oversight")
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MON_FRI = Calendar(time(7, 30), "mon-fri", LONDON)


class Paced:
    """A rule of the communications lane with a pace of its own, severity by the word in the post."""

    def __init__(self, pace: Pace = Pace.DAILY, lane: Lane = Lane.COMMS) -> None:
        self.pace, self.lane = pace, lane

    def evaluate(self, item: Post) -> Any:
        for found in NumberRule().evaluate(item):
            severity = Severity.LOW if "minor" in item.text else Severity.HIGH
            route = ("comms", "comms_director")
            yield replace(found, lane=self.lane, pace=self.pace, severity=severity, route=route)


def found(world: World, number: int, pace: Pace = Pace.DAILY, words: str = "") -> None:
    world.rules = Paced(pace)
    world.poll(Feed([[post(number, f"WVFT {words} {number} {NUMBER}")]]))


def made(world: World, address: str = DIRECTOR.address) -> list[tuple[str, str, str]]:
    """(kind, window, status) of everything that was made for somebody, in order."""
    c = table_of(Delivery).c
    with world.store.reading() as connection:
        query = select(c.kind, c.window, c.status).where(c.recipient == address)
        return [tuple(row) for row in connection.execute(query.order_by(c.id))]  # type: ignore[misc]


def owed(world: World, address: str) -> list[str]:
    c = table_of(DeliveryItem).c
    with world.store.reading() as connection:
        return list(connection.execute(select(c.status).where(c.recipient == address)).scalars())


def through(world: World, first: datetime, days: int) -> None:
    """The service runs in the morning and in the afternoon of so many days."""
    for half in range(2 * days):
        world.at = first + timedelta(hours=12 * half)
        world.desk().make_due()
        world.desk().send_due()


# -- the calendar ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edition", "day", "first", "name"),
    [
        (Edition.DAILY, date(2026, 11, 25), date(2026, 11, 25), "2026-11-25"),
        (Edition.WEEKLY, date(2026, 11, 25), date(2026, 11, 23), "2026-W48"),
        (Edition.WEEKLY, date(2027, 1, 1), date(2026, 12, 28), "2026-W53"),
        (Edition.MONTHLY, date(2026, 11, 25), date(2026, 11, 2), "2026-11"),
    ],
)
def test_an_edition_is_due_on_the_first_digest_day_of_its_week_or_month(
    edition: Edition, day: date, first: date, name: str
) -> None:
    assert (MON_FRI.first(edition, day), window(edition, day)) == (first, name)
    assert begin(edition, first) <= first


def test_days_are_named_as_in_the_settings() -> None:
    assert weekdays("mon-fri") == frozenset(range(5))
    assert weekdays("mon,wed,sat-sun") == frozenset({0, 2, 5, 6})
    assert month_before(date(2027, 1, 4)) == (date(2026, 12, 1), date(2027, 1, 1))


# -- who gets what --------------------------------------------------------------------------------


def test_the_director_gets_a_roll_up_a_week_and_the_month_before(world: World) -> None:
    world.recipients = (DIRECTOR,)
    through(world, MONDAY - 7 * DAY, 17)
    sent = [(kind, name) for kind, name, status in made(world) if status == "sent"]
    assert sent == [
        ("weekly", "2026-W47"), ("monthly", "2026-11"), ("weekly", "2026-W48"), ("weekly", "2026-W49"),
        ("monthly", "2026-12"),
    ]  # fmt: skip
    assert len({message.message_id for message in world.box.sent}) == len(sent)


def test_what_is_new_for_the_director_waits_for_the_next_day_and_not_for_the_week(world: World) -> None:
    world.recipients = (DIRECTOR,)
    world.at = MONDAY
    world.desk().make_due()
    world.at = MONDAY + timedelta(hours=6)
    found(world, 1)
    through(world, MONDAY + timedelta(hours=7), 3)
    daily = [(name, status) for kind, name, status in made(world) if kind == "digest"]
    assert daily == [("2026-11-23", "skipped"), ("2026-11-24", "sent"), ("2026-11-25", "skipped")]
    assert [m.text for m in world.box.sent if "20261124" in m.message_id] == ["case1*"]


def test_the_roll_up_holds_all_of_its_week_told_before_or_not(world: World) -> None:
    world.recipients = (DIRECTOR,)
    world.at = MONDAY
    world.desk().make_due()
    world.at = MONDAY + DAY
    found(world, 1)
    through(world, MONDAY + 2 * DAY, 6)
    rolled_up = next(m for m in world.box.sent if "2026W49" in m.message_id)
    assert rolled_up.text == "case1*"
    world.at = MONDAY + 14 * DAY
    briefing = world.desk().editor.preview(DIRECTOR)
    assert (briefing.edition, [item.is_new for item in briefing.items]) == (Edition.WEEKLY, [False])


def test_a_roll_up_that_was_missed_is_made_late_and_once(world: World) -> None:
    world.recipients = (DIRECTOR,)
    through(world, MONDAY + 2 * DAY, 2)
    assert [row for row in made(world) if row[0] == "weekly"] == [("weekly", "2026-W48", "sent")]


def test_a_role_may_ask_for_another_edition(world: World) -> None:
    world.recipients = (replace(DIRECTOR, edition=Edition.DAILY), replace(COMMS, edition=Edition.WEEKLY))
    world.at = MONDAY
    world.desk().make_due()
    assert [kind for kind, *_ in made(world)] == ["digest", "monthly"]
    assert [kind for kind, *_ in made(world, COMMS.address)] == ["weekly", "digest"]


def test_who_holds_two_roles_gets_one_mail_an_edition(world: World) -> None:
    world.recipients = (COMMS, replace(DIRECTOR, address=COMMS.address))
    found(world, 1)
    world.at = MONDAY
    assert world.desk().make_due() == 3
    assert [kind for kind, *_ in made(world, COMMS.address)] == ["digest", "weekly", "monthly"]


def test_the_board_gets_figures_and_no_case(world: World) -> None:
    world.recipients = (BOARD, COMMS)
    found(world, 1)
    world.at = MONDAY
    briefing = world.desk().editor.preview(BOARD)
    assert (briefing.edition, briefing.items, briefing.mentions, briefing.trends) == (
        Edition.MONTHLY, (), (), (),
    )  # fmt: skip
    figures = dict(briefing.figures)
    assert briefing.period == "October 2026"
    assert figures["cases opened"] == "fewer than 5"


def test_the_months_figures_are_those_of_the_month_before_and_say_where_nothing_was_read(
    world: World,
) -> None:
    world.recipients = (COMMS, BOARD)
    for number in range(1, 7):
        found(world, number)
    world.at = MONDAY
    world.desk().make_due()
    world.at = datetime(2026, 12, 1, 9, tzinfo=UTC)
    briefing = world.desk().editor.preview(BOARD)
    figures = dict(briefing.figures)
    assert (briefing.period, figures["cases opened"]) == ("November 2026", "6")
    assert figures["days on which a source was not read"] == "0 of 1 with a digest"
    world.at = datetime(2027, 1, 4, 9, tzinfo=UTC)
    assert dict(world.desk().editor.preview(BOARD).figures)["cases opened"] == "fewer than 5"


# -- the pace of a rule ---------------------------------------------------------------------------


def test_what_a_weekly_rule_finds_is_in_the_first_digest_of_a_week_only(world: World) -> None:
    world.recipients = (COMMS,)
    world.at = MONDAY - 4 * DAY  # Thursday: the first digest of this installation
    world.desk().make_due()
    found(world, 1, Pace.WEEKLY)
    through(world, MONDAY - 3 * DAY, 1)
    assert (world.box.sent[-1].text, owed(world, COMMS.address)) == ("", ["owed"])
    through(world, MONDAY, 2)
    assert [m.text for m in world.box.sent[-2:]] == ["case1*", ""]
    through(world, MONDAY + 7 * DAY, 1)
    assert (world.box.sent[-1].text, owed(world, COMMS.address)) == ("case1", ["sent"])


def test_a_refused_first_digest_of_the_week_is_made_up_for_by_the_second(world: World) -> None:
    world.recipients = (COMMS,)
    found(world, 1, Pace.WEEKLY)
    world.box.refuse[COMMS.address] = DeliveryError("550", permanent=True)
    through(world, MONDAY, 1)
    world.box.refuse.clear()
    through(world, MONDAY + DAY, 1)
    assert [m.text for m in world.box.sent] == ["case1*"]


def test_a_case_that_other_rules_found_too_does_not_wait(world: World) -> None:
    world.recipients = (COMMS,)
    world.at = MONDAY
    world.desk().make_due()
    item = post(1, f"WVFT {NUMBER}")
    for pace, text in ((Pace.WEEKLY, f"WVFT {NUMBER}"), (Pace.DAILY, f"WVFT {NUMBER} {NUMBER}")):
        world.rules = Paced(pace)
        world.poll(Feed([[replace(item, text=text)]]))
    through(world, MONDAY + DAY, 1)
    assert world.box.sent[-1].text == "case1*"


# -- what a recipient asked for -------------------------------------------------------------------


def test_what_is_below_what_was_asked_for_is_counted_and_counts_as_told(world: World) -> None:
    world.recipients = (replace(COMMS, min_severity=Severity.MEDIUM),)
    found(world, 1, words="minor")
    found(world, 2)
    briefing = world.desk().editor.preview(COMMS)
    assert [item.number for item in briefing.items] == [2]
    assert "1 new case is below what you asked for: `monitor cases list` shows them." in [
        update.words for update in briefing.updates
    ]
    world.desk().make_due()
    assert owed(world, COMMS.address) == ["claimed", "claimed"]


def test_only_the_categories_that_were_asked_for_are_told(world: World) -> None:
    world.recipients = (replace(COMMS, categories=("logo-misuse",)),)
    found(world, 1)
    assert world.desk().editor.preview(COMMS).items == ()
    world.recipients = (replace(COMMS, categories=("logo-misuse", "patient-identifier")),)
    assert len(world.desk().editor.preview(COMMS).items) == 1


def test_the_caldicott_guardian_hears_of_every_confidential_case(world: World) -> None:
    deaf = {"min_severity": Severity.CRITICAL, "categories": ("logo-misuse",)}
    world.recipients = (replace(CALDICOTT, **deaf), replace(COMMS, **deaf))
    world.poll(Feed([[post(1, f"WVFT {NUMBER}")]]))
    assert len(world.desk().editor.preview(CALDICOTT).items) == 1


def test_quiet_days_are_told_once_a_week(world: World) -> None:
    world.recipients = (COMMS,)
    world.settings = DigestSettings(on_empty="weekly")
    world.poll(Feed())
    through(world, MONDAY, 9)
    sent = [name for _, name, status in made(world, COMMS.address) if status == "sent"]
    assert sent == ["2026-11-23", "2026-11-30"]


def test_the_deputy_is_written_to_as_the_one_who_is_away_had_asked(world: World) -> None:
    away = replace(DIRECTOR, deputy=COMMS.address, min_severity=Severity.HIGH)
    _, stands_in = acting((COMMS, away), {DIRECTOR.address})
    assert (stands_in.address, stands_in.stands_for) == (COMMS.address, DIRECTOR.address)
    assert stands_in.min_severity is Severity.HIGH


def test_nothing_of_finding_is_lost_between_the_editions(world: World) -> None:
    world.recipients = (DIRECTOR, COMMS)
    for number in range(1, 10):
        found(world, number, (Pace.DAILY, Pace.WEEKLY, Pace.IMMEDIATE)[number % 3])
        through(world, world.at, 1)
    through(world, world.at, 7)
    assert set(owed(world, DIRECTOR.address)) == {"sent"}
    told = [word for m in world.box.sent if m.to == DIRECTOR.address and "W" not in m.message_id.split("@")[0]
            for word in m.text.split() if word.endswith("*")]  # fmt: skip
    assert len(told) == len(set(told)), "no daily digest repeats what another told as new"
