"""The ledger when people come and go: deputies are owed what is open, and nothing leaves its lane."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from monitor.config import PolicySettings, RuleSettings
from monitor.store.audit import AuditLog
from monitor.store.people.absences import Away, add_absence, end_absences
from monitor.store.tables import Case, DeliveryItem, table_of
from monitor.types import Actor, Kind, Recipient
from rules import pack
from rules.examples import ORGANISATION
from tests.core.world import CALDICOTT, COMMS, NOW, NUMBER, Feed, World, post

TODAY = date(2026, 11, 20)
DEPUTY = Recipient(address="deputy@trust.test", role="information")
AWAY = replace(CALDICOTT, deputy=DEPUTY.address)
BY = Actor("jo", "comms")
_item = table_of(DeliveryItem)


@pytest.fixture
def world(world: World) -> World:
    world.recipients = (COMMS, AWAY, DEPUTY)
    return world


def found(world: World, number: int) -> None:
    world.poll(Feed([[post(number, f"WVFT letter {number} with {NUMBER}", kind=Kind.POST)]]))


def leave(world: World, who: Recipient = AWAY, days: int = 5) -> None:
    day = world.at.date()
    with world.store.transaction() as tx:
        add_absence(tx, Away(who.address, day, day + timedelta(days=days)), BY, world.at)


def owed(world: World, to: Recipient) -> list[str]:
    query = select(_item.c.status).where(_item.c.recipient == to.address).order_by(_item.c.id)
    with world.store.reading() as connection:
        return list(connection.execute(query).scalars())


def mailed(world: World) -> dict[str, str]:
    world.box.sent.clear()
    world.desk().make_due()
    world.desk().send_due()
    return {message.to: message.text for message in world.box.sent}


def actions(world: World) -> list[str]:
    with world.store.reading() as connection:
        return [entry.action for entry in AuditLog(connection).entries()]


def test_what_is_new_is_owed_to_the_deputy_without_a_restart(world: World) -> None:
    pipeline = world.pipeline()
    leave(world)
    found(world, 1)
    assert pipeline.directory == world.pipeline().directory
    assert (owed(world, AWAY), owed(world, DEPUTY)) == ([], ["owed"])


def test_open_cases_are_owed_to_the_deputy_too_and_the_one_away_gets_no_mail(world: World) -> None:
    found(world, 1)
    leave(world)
    told = mailed(world)
    assert told[DEPUTY.address] == "case1*"
    assert AWAY.address not in told
    assert "roles.stood_in" in actions(world)


def test_who_is_back_is_told_of_what_is_open_and_the_deputy_is_told_no_more(world: World) -> None:
    leave(world)
    found(world, 1)
    assert mailed(world)[DEPUTY.address] == "case1*"
    world.at = NOW + timedelta(days=3)
    with world.store.transaction() as tx:
        assert end_absences(tx, AWAY.address, world.at.date(), BY, world.at) == 1
    told = mailed(world)
    assert (told[AWAY.address], told[DEPUTY.address]) == ("case1*", "")
    assert owed(world, DEPUTY) == ["superseded"]


def test_a_second_absence_owes_again_what_is_still_open(world: World) -> None:
    leave(world, days=1)
    found(world, 1)
    mailed(world)
    world.at = NOW + timedelta(days=3)
    mailed(world)
    leave(world)
    world.at = NOW + timedelta(days=4)
    assert mailed(world)[DEPUTY.address] == "case1*"


def test_a_case_that_is_closed_is_owed_to_nobody_new(world: World) -> None:
    found(world, 1)
    with world.store.transaction() as tx:
        tx.connection.execute(update(table_of(Case)).values(status="closed"))
    leave(world)
    mailed(world)
    assert owed(world, DEPUTY) == []


def test_nothing_is_written_while_nobody_comes_or_goes(world: World) -> None:
    found(world, 1)
    mailed(world)
    assert set(actions(world)) == {"mail.sent"}


# -- lanes ----------------------------------------------------------------------------------------


def test_a_case_is_never_mailed_outside_its_lane_and_comms_hear_that_it_was_refused(world: World) -> None:
    hr = Recipient(address="hr@trust.test", role="hr")
    world.recipients = (COMMS, CALDICOTT, hr)
    found(world, 1)
    with world.store.transaction() as tx:
        tx.connection.execute(update(_item).values(recipient=hr.address))
    with capture_logs() as logs:
        told = mailed(world)
    assert told[hr.address] == ""
    assert owed(world, hr) == ["refused"]
    assert [entry["event"] for entry in logs if entry["log_level"] == "warning"] == ["route refused"]
    with world.store.reading() as connection:
        [entry] = AuditLog(connection).entries("case:1")
    assert (entry.action, entry.details) == ("route.refused", {"lane": "confidential", "role": "hr"})
    world.at = NOW + timedelta(days=3)
    assert world.desk().editor.preview(hr).items == ()


def test_the_digest_of_comms_says_which_route_was_refused_and_nothing_of_the_case(world: World) -> None:
    hr = Recipient(address="hr@trust.test", role="hr")
    world.recipients = (COMMS, CALDICOTT, hr)
    found(world, 1)
    with world.store.transaction() as tx:
        tx.connection.execute(update(_item).values(recipient=hr.address))
    world.desk().today(TODAY)
    said = "Case 1 was not mailed to hr: refused, that role is outside the confidential lane"
    assert world.desk().editor.preview(COMMS).failed_deliveries == (said,)
    assert world.desk().editor.preview(CALDICOTT).failed_deliveries == ()


# -- the Guardian ---------------------------------------------------------------------------------

GUARDIAN = Recipient(address="ftsu@trust.test", role="concerns", deputy="second@trust.test")
DISCLOSURE = "Nights at WVFT: on our ward we were told to backdate the charts and to keep quiet. {}"


def disclosed(world: World, number: int) -> None:
    world.rules = pack.load(ORGANISATION, PolicySettings(), RuleSettings())
    world.poll(Feed([[post(number, DISCLOSURE.format(number), kind=Kind.POST, title="")]]))


def test_the_guardians_deputy_hears_what_came_since_the_guardian_was_last_told(world: World) -> None:
    world.recipients = (COMMS, GUARDIAN)
    disclosed(world, 501)
    mailed(world)
    assert sealed(world) == [(GUARDIAN.address, "1 new of 1")]
    world.at = NOW + timedelta(days=3)
    leave(world, GUARDIAN)
    disclosed(world, 502)
    assert GUARDIAN.address not in mailed(world)
    assert sealed(world) == [("second@trust.test", "1 new of 2")]


def sealed(world: World) -> list[tuple[str, str]]:
    return [(m.to, m.text) for m in world.box.sent if m.list_id.startswith("guardian")]
