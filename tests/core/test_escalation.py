"""Who hears of an alert next while nobody answers, and who is left alone at night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import DeliveryError
from monitor.store.people.absences import Away, add_absence
from monitor.store.tables import DeliveryItem, table_of
from monitor.types import Actor, Recipient, Severity
from tests.core.urgent import (
    CALDICOTT,
    COMMS,
    EVERYBODY,
    ONE_STORE,
    UrgentRule,
    alert,
    flat,
    found,
    last,
    later,
    look,
)
from tests.core.world import NOW, World


@pytest.fixture
def world(world: World) -> World:
    world.rules = UrgentRule()
    world.recipients = EVERYBODY
    return world


# -- escalated ------------------------------------------------------------------------------------


def test_an_alert_goes_from_deputy_to_role_to_role_until_nobody_is_left(world: World) -> None:
    found(world)
    steps_ = [look(world)]
    for _ in range(6):
        later(world, minutes=29)
        assert look(world) == []
        later(world, minutes=1)
        steps_.append(look(world))
    assert steps_ == [["caldicott"], ["deputy"], ["dpo"], ["director"], ["comms"], [], []]
    assert alert(world).exhausted_at == NOW + timedelta(minutes=150)
    assert world.desk().editor.preview(COMMS).unanswered == ("Nobody has acknowledged case 1 since 09:30.",)
    assert world.desk().editor.preview(CALDICOTT).unanswered


@ONE_STORE
def test_an_escalation_says_who_was_told_before_and_since_when(world: World) -> None:
    found(world)
    look(world)
    later(world, minutes=31)
    look(world)
    assert "Told before you, at 09:30: Caldicott Guardian. You stand in for them." in flat(last(world))
    later(world, minutes=31)
    look(world)
    assert "Told before you, at 09:30: Caldicott Guardian." in flat(last(world))
    assert "not acknowledged" in last(world).subject
    assert "dpo@" not in last(world).text + last(world).html


def test_a_message_that_the_server_refuses_for_good_escalates_at_once(world: World) -> None:
    world.box.refuse["caldicott@trust.test"] = DeliveryError("550", permanent=True)
    found(world)
    assert look(world) == []
    assert look(world) == ["deputy"]


@ONE_STORE
def test_a_message_that_nobody_takes_does_not_hold_the_alert_up(world: World) -> None:
    world.box.refuse["caldicott@trust.test"] = DeliveryError("greylisted", permanent=False)
    found(world)
    look(world)
    later(world, minutes=29)
    assert look(world) == []
    later(world, minutes=1)
    assert look(world) == ["deputy"]


def test_who_is_away_is_not_told_and_their_deputy_is(world: World) -> None:
    with world.store.transaction() as tx:
        away = Away(CALDICOTT.address, NOW.date(), NOW.date())
        add_absence(tx, away, Actor("cal", "patient_confidentiality"), NOW)
    found(world)
    assert look(world) == ["deputy"]
    later(world, minutes=31)
    assert look(world) == ["dpo"], "there is no second deputy"


@ONE_STORE
def test_who_goes_away_while_an_alert_waits_is_told_no_more(world: World) -> None:
    world.box.refuse["caldicott@trust.test"] = DeliveryError("550", permanent=True)
    found(world)
    with world.store.transaction() as tx:
        add_absence(tx, Away(CALDICOTT.address, NOW.date(), NOW.date()), Actor("cal"), NOW)
    assert look(world) == ["deputy"]


@ONE_STORE
def test_nobody_outside_the_lane_is_told(world: World) -> None:
    hr = Recipient(address="hr@trust.test", role="hr")
    world.recipients = (hr, COMMS)
    found(world)
    with world.store.transaction() as tx:  # owed outside its lane, by whatever way it came there
        owed = {"recipient": hr.address, "finding_id": 1, "status": "owed"}
        tx.connection.execute(tx.insert(table_of(DeliveryItem)), owed)
    told = look(world)
    for _ in range(4):
        later(world, minutes=31)
        told += look(world)
    assert told == ["comms"]


# -- quiet hours ----------------------------------------------------------------------------------

NIGHT = {"quiet": {"patient_confidentiality": "20:00-07:00"}}
ALL_NIGHT = {
    "quiet": dict.fromkeys(
        ("patient_confidentiality", "information", "comms", "comms_director"), "20:00-07:00"
    )
}


def at_night(world: World) -> None:
    world.at = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    world.rules = UrgentRule({"severity": Severity.HIGH})


@ONE_STORE
def test_in_quiet_hours_deputies_and_the_next_roles_are_told_instead(world: World) -> None:
    at_night(world)
    found(world)
    assert look(world, **NIGHT) == ["dpo"], "the deputy has the Guardian's role, and its hours"
    assert "because nobody else can be told at this hour" in flat(last(world))
    world.at = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    assert "caldicott" in look(world, **NIGHT)


@ONE_STORE
def test_where_all_are_quiet_it_waits_for_the_first_of_them(world: World) -> None:
    at_night(world)
    found(world)
    for _ in range(9):
        assert look(world, **ALL_NIGHT) == []
        later(world, hours=1)
    world.at = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    assert look(world, **ALL_NIGHT) == ["caldicott"]


@ONE_STORE
def test_a_role_that_alone_is_told_of_a_critical_case_of_a_patient_has_no_quiet_hours(world: World) -> None:
    at_night(world)
    world.rules = UrgentRule()
    found(world)
    assert look(world, **ALL_NIGHT) == ["caldicott"]


@ONE_STORE
def test_weekends_may_be_quiet(world: World) -> None:
    at_night(world)
    world.at += timedelta(days=1)
    found(world)
    assert look(world, weekends=False) == []
    world.at = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert look(world, weekends=False) == ["caldicott"]


@ONE_STORE
@pytest.mark.parametrize(
    ("ends", "clocks"),
    [
        (datetime(2026, 10, 25, 7, tzinfo=UTC), "go back: the night has an hour more"),
        (datetime(2027, 3, 28, 6, tzinfo=UTC), "go forward: the night has an hour less"),
    ],
)
def test_quiet_hours_end_by_the_wall_clock_when_the_clocks_change(
    world: World, ends: datetime, clocks: str
) -> None:
    at_night(world)
    world.at = ends - timedelta(hours=9)
    found(world)
    told = []
    while world.at <= ends:
        told += [(who, world.at) for who in look(world, **ALL_NIGHT)]
        later(world, minutes=30)
    assert told == [("caldicott", ends)], clocks
