"""Alerts: what cannot wait is told once, at once, and to those it is for, whoever is killed when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.errors import AccessRefused
from monitor.store.audit import AuditLog
from monitor.store.casework.alerts import AlreadyTold, acknowledge, all_alerts, tell
from monitor.store.casework.casefiles import change
from monitor.store.keeping.erasing import erase_items
from monitor.store.keeping.purging import take_back_mails
from monitor.store.ledger import Ledger
from monitor.store.tables import Alert, Delivery, table_of
from monitor.types import Actor, Kind, Lane, Pace, Recipient, Severity
from tests.core.urgent import (
    CALDICOTT,
    EVERYBODY,
    ONE_STORE,
    UrgentRule,
    alert,
    alerting,
    desk,
    found,
    last,
    later,
    look,
    person,
    rows,
)
from tests.core.world import NOW, NUMBER, World


@pytest.fixture
def world(world: World) -> World:
    world.rules = UrgentRule()
    world.recipients = EVERYBODY
    return world


# -- raised, and told once ------------------------------------------------------------------------


def test_an_alert_is_raised_with_its_finding_and_told_at_once_to_those_the_case_is_owed_to(
    world: World,
) -> None:
    found(world)
    assert alert(world).raised_at == NOW
    assert look(world) == ["caldicott"]
    assert look(world) == []
    assert rows(world) == [("patient_confidentiality", "case-1", "sent")]
    assert last(world).message_id.startswith("<urgent.case-1.")
    assert last(world).message_id.endswith("@wvft.nhs.test>")


def test_what_may_wait_raises_no_alert(world: World) -> None:
    world.rules = UrgentRule({"pace": Pace.DAILY})
    found(world)
    assert all_alerts(world.store) == []
    assert look(world) == []


@ONE_STORE
def test_what_counts_as_told_when_it_comes_in_raises_no_alert(world: World) -> None:
    world.recipients = ()  # as a scan with --seed stores it
    found(world)
    assert all_alerts(world.store) == []


def test_nothing_of_the_protected_lane_raises_an_alert(world: World) -> None:
    world.rules = UrgentRule({"lane": Lane.PROTECTED, "owner": "concerns", "route": ("concerns",)})
    world.recipients = (*EVERYBODY, Recipient(address="guardian@trust.test", role="concerns"))
    found(world)
    assert all_alerts(world.store) == []
    assert look(world) == []


def test_more_findings_of_a_case_do_not_tell_again(world: World) -> None:
    found(world, 1, kind=Kind.POST)
    look(world)
    later(world, minutes=10)
    found(world, 2, kind=Kind.POST)
    assert look(world) == []
    assert alert(world).round == 1


@ONE_STORE
def test_several_cases_at_the_same_moment_travel_in_one_message(world: World) -> None:
    for number in range(1, 8):
        found(world, number)
    assert look(world) == ["caldicott"]
    assert last(world).subject == "[WVFT monitor] CRITICAL: 7 cases that cannot wait (7 critical)"
    assert last(world).text.count("monitor alerts acknowledge") == 5
    assert "and 2 more: monitor alerts list" in last(world).text
    assert [window for _, window, _ in rows(world)] == ["case-1-and-6"]
    assert all(len(each.told) == 1 for each in all_alerts(world.store))


@ONE_STORE
def test_what_is_raised_soon_after_a_message_waits_for_the_next(world: World) -> None:
    found(world, 1)
    look(world, gather="5m")
    later(world, minutes=1)
    found(world, 2)
    found(world, 3)
    assert look(world, gather="5m") == []
    later(world, minutes=4)
    assert look(world, gather="5m") == ["caldicott"]
    assert "2 cases" in last(world).subject


def test_the_digest_lists_the_case_all_the_same_and_says_that_it_was_told(world: World) -> None:
    found(world)
    look(world)
    (item,) = world.desk().editor.preview(CALDICOTT).items
    assert (item.is_new, item.told_at, item.acknowledged_by) == (True, NOW, None)
    desk(world).acknowledge(1, person("pat", "information"))
    (item,) = world.desk().editor.preview(CALDICOTT).items
    assert (item.told_at, item.acknowledged_by) == (NOW, "pat")


def test_cases_that_are_there_before_the_upgrade_raise_none(world: World) -> None:
    found(world, 1, kind=Kind.POST)
    with world.store.transaction() as tx:  # as an older version has stored it
        tx.connection.execute(table_of(Alert).delete())
    assert look(world) == []
    found(world, 2, kind=Kind.POST)
    assert look(world) == ["caldicott"], "what is new is told"


def test_an_erased_case_leaves_no_alert_and_its_number_may_be_used_again(world: World) -> None:
    found(world)
    look(world)
    with world.store.transaction() as tx:
        erase_items(tx, [1], world.now(), "objection", keep_cases=False)
    assert all_alerts(world.store) == []
    found(world, 2)
    later(world, minutes=6)
    assert look(world) == ["caldicott"]


# -- raised again ---------------------------------------------------------------------------------


def close(world: World) -> None:
    work = desk(world)
    case, by = work.look(1, person("cal", "patient_confidentiality"))
    work.claim(case, by)
    with world.store.transaction() as tx:
        case, by = work.look(1, person("cal", "patient_confidentiality"))
        change(tx, case, by, "case.closed", world.now(), outcome="false-alarm")


def test_a_case_that_a_finding_opens_again_is_told_again_but_once_a_day(world: World) -> None:
    found(world, 1, kind=Kind.POST)
    look(world)
    for hour in (1, 2):
        close(world)
        later(world, hours=1)
        found(world, hour + 1, kind=Kind.POST)
        assert look(world) == (["caldicott"] if hour == 1 else [])
    assert alert(world).round == 2
    assert [window for _, window, _ in rows(world)] == ["case-1", "case-1.2"]
    assert len({message.message_id for message in world.box.sent}) == 2


def test_a_case_that_becomes_critical_is_told_again(world: World) -> None:
    world.rules = UrgentRule({"severity": Severity.HIGH})
    found(world, 1, kind=Kind.POST)
    look(world)
    later(world, hours=1)
    world.rules = UrgentRule()
    found(world, 2, kind=Kind.POST)
    assert look(world) == ["caldicott"]
    assert "CRITICAL" in last(world).subject


# -- acknowledged ---------------------------------------------------------------------------------


def test_nobody_else_is_told_once_somebody_acknowledged_it(world: World) -> None:
    found(world)
    look(world)
    before = desk(world).acknowledge(1, person("cal", "patient_confidentiality"), "on it")
    assert before.acknowledged_at is None
    assert alert(world).acknowledged_by == "cal"
    later(world, hours=5)
    assert look(world) == []
    with world.store.reading() as connection:
        entry = list(AuditLog(connection).entries("case:1"))[-1]
    assert (entry.action, entry.who, entry.role) == ("alert.acknowledged", "cal", "patient_confidentiality")


def test_whoever_works_on_the_case_has_acknowledged_it(world: World) -> None:
    found(world)
    look(world)
    work = desk(world)
    case, by = work.look(1, person("cal", "patient_confidentiality"))
    work.claim(case, by)
    assert alert(world).acknowledged_by == "cal"


def test_whoever_it_came_to_may_acknowledge_it_and_others_may_not(world: World) -> None:
    found(world)
    look(world)
    with pytest.raises(AccessRefused):
        desk(world).acknowledge(1, person("di", "comms_director"))
    for _ in range(3):
        later(world, minutes=31)
        look(world)
    desk(world).acknowledge(1, person("di", "comms_director"))
    assert alert(world).acknowledged_by == "di"


@ONE_STORE
def test_a_case_without_alert_cannot_be_acknowledged(world: World) -> None:
    with pytest.raises(LookupError, match="case 7 has no alert"):
        desk(world).acknowledge(7, person("cal", "patient_confidentiality"))


# -- killed anywhere ------------------------------------------------------------------------------


def test_a_restart_between_claim_and_sending_sends_the_same_message(world: World) -> None:
    found(world)
    alerting(world).tell_due()
    claimed = world.desk().dispatch.ledger.claim(
        "daemon@here:1", ["caldicott@trust.test"], world.now(), timedelta(minutes=5)
    )
    assert claimed is not None
    assert look(world) == [], "somebody else is at it"
    later(world, minutes=6)
    assert look(world) == ["caldicott"]
    assert last(world).message_id == claimed.message.message_id


def test_a_message_is_written_with_its_notices_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(world)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("monitor.urgent.tell", killed)
        with pytest.raises(KeyboardInterrupt):
            alerting(world).tell_due()
    assert rows(world) == []
    assert look(world) == ["caldicott"]


def test_of_two_that_tell_at_the_same_moment_one_writes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(world, 1)
    found(world, 2)
    ours = alerting(world)
    make = Ledger.make

    def beaten(ledger: Ledger, parcel: Any, now: datetime, **more: Any) -> bool:
        monkeypatch.setattr(Ledger, "make", make)
        second = alert(world, 2)
        lone = replace(parcel, window="case-2", message=replace(parcel.message, message_id="<other@x>"))
        make(ledger, lone, now, besides=lambda tx, d: tell(tx, [(second, 0)], CALDICOTT.address, "r", d))
        return make(ledger, parcel, now, **more)

    monkeypatch.setattr(Ledger, "make", beaten)
    assert ours.tell_due() == 0
    assert [window for _, window, _ in rows(world)] == ["case-2"], "what was half told is not written"
    later(world, minutes=1)
    assert ours.tell_due() == 1
    assert [len(each.told) for each in all_alerts(world.store)] == [1, 1]
    with world.store.transaction() as tx, pytest.raises(AlreadyTold):
        tell(tx, [(alert(world, 2), 0)], CALDICOTT.address, "r", 1)


def test_an_acknowledgement_that_comes_while_it_is_escalated_wins(world: World) -> None:
    found(world)
    look(world)
    stale = alert(world)
    with world.store.transaction() as tx:
        acknowledge(tx, 1, Actor("cal"), world.now())
    later(world, hours=1)
    alerting(world)._go_on(stale, 1, 4, world.now())
    assert alert(world).tier == 0


# -- what leaves ----------------------------------------------------------------------------------


@ONE_STORE
def test_no_identifier_and_nothing_of_a_post_leaves_where_it_must_not(world: World) -> None:
    found(world, author=None, title="About Jo Bloggs")
    look(world)
    whole = "\n".join(
        (last(world).subject, last(world).text, last(world).html, *last(world).headers.values())
    )
    assert NUMBER not in whole
    assert NUMBER[-4:] not in whole
    assert last(world).subject == "[WVFT monitor] CRITICAL: possible NHS number (NHS-001)"
    assert "letter" not in last(world).subject


@ONE_STORE
def test_urgent_messages_leave_before_digests(world: World) -> None:
    found(world)
    world.desk().make_due()
    alerting(world).tell_due()
    world.desk().send_due()
    assert world.box.sent[0].subject.startswith("[WVFT monitor] CRITICAL")


def test_words_that_must_go_take_an_unsent_message_with_them_and_it_is_made_anew(world: World) -> None:
    found(world)
    alerting(world).tell_due()
    c = table_of(Delivery).c
    with world.store.transaction() as tx:
        take_back_mails(tx.connection, table_of(Delivery), c.id > 0)
    assert rows(world) == []
    assert look(world) == ["caldicott"]


def test_the_audit_log_says_of_which_case_a_message_told(world: World) -> None:
    found(world)
    look(world)
    with world.store.reading() as connection:
        (entry,) = [e for e in AuditLog(connection).entries() if e.action == "mail.sent"]
    assert entry.details["cases"] == [1]
