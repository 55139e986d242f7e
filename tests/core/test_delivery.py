"""Loop 2: nothing lost, nothing doubled, every recipient accounted for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from monitor.config import DigestSettings
from monitor.dispatch import GIVE_UP
from monitor.errors import DeliveryError
from monitor.store.tables import Delivery, DeliveryItem
from monitor.types import Kind, Recipient
from tests.core.world import CALDICOTT, COMMS, NOW, NUMBER, Feed, World, post

FRIDAY = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)


def deliveries(world: World) -> list[tuple[str, str, str]]:
    c = Delivery.__table__.c  # type: ignore[attr-defined]
    with world.store.reading() as connection:
        found = connection.execute(select(c.role, c.window, c.status).order_by(c.id))
        return [tuple(row) for row in found]  # type: ignore[misc]


def items(world: World, recipient: Recipient) -> list[str]:
    c = DeliveryItem.__table__.c  # type: ignore[attr-defined]
    with world.store.reading() as connection:
        return list(connection.execute(select(c.status).where(c.recipient == recipient.address)).scalars())


def found(world: World, number: int = 1) -> None:
    world.poll(Feed([[post(number, f"WVFT letter {number} with {NUMBER}", kind=Kind.POST)]]))


def told(world: World) -> list[tuple[str, str]]:
    return [(message.to.partition("@")[0], message.text) for message in world.box.sent]


def test_a_finding_is_owed_to_those_its_route_reaches_and_to_nobody_else(world: World) -> None:
    found(world)
    assert (items(world, CALDICOTT), items(world, COMMS)) == (["owed"], [])


def test_a_role_without_holder_falls_back_to_comms(world: World) -> None:
    world.recipients = (COMMS,)
    found(world)
    assert items(world, COMMS) == ["owed"]
    (item,) = world.desk().editor.preview(COMMS).items
    assert item.misrouted == "patient_confidentiality"


def test_each_recipient_gets_one_digest_a_day(world: World) -> None:
    found(world)
    desk = world.desk()
    assert [desk.make_due() for _ in range(3)] == [2, 0, 0]
    assert desk.send_due() == (2, 0)
    assert told(world) == [("comms", ""), ("caldicott", "case1*")]
    assert desk.send_due() == (0, 0)


def test_the_next_digest_shows_what_is_still_open_as_no_news(world: World) -> None:
    found(world)
    world.desk().make_due()
    world.desk().send_due()
    world.at = NOW + timedelta(days=3)
    found(world, 2)
    world.desk().make_due()
    world.desk().send_due()
    assert told(world)[-1] == ("caldicott", "case1 case2*")


@pytest.mark.parametrize(
    ("at", "made"),
    [
        (FRIDAY - timedelta(minutes=1), 0),
        (FRIDAY, 2),
        (FRIDAY + timedelta(days=1), 0),  # Saturday
        (FRIDAY + timedelta(days=3), 2),  # Monday
    ],
)
def test_digests_go_out_on_working_days_from_half_past_seven(world: World, at: datetime, made: int) -> None:
    world.at = at
    assert world.desk().make_due() == made


@pytest.mark.parametrize("day", [datetime(2026, 10, 25, tzinfo=UTC), datetime(2027, 3, 28, tzinfo=UTC)])
def test_each_local_date_has_one_digest_across_both_clock_changes(world: World, day: datetime) -> None:
    world.settings = DigestSettings(days="mon-sun")
    for hour in range(-24, 48):
        world.at = day + timedelta(hours=hour)
        world.desk().make_due()
    windows = [window for role, window, _ in deliveries(world) if role == "comms"]
    assert windows == sorted(set(windows))
    assert len(windows) == 3


def test_a_digest_missed_while_the_service_was_down_is_made_late(world: World) -> None:
    world.at = FRIDAY + timedelta(hours=5)
    briefs = []
    desk = world.desk()
    compose = desk.compose
    object.__setattr__(desk, "compose", lambda b, **more: briefs.append(b) or compose(b, **more))
    desk.make_due()
    assert all(briefing.late for briefing in briefs)


def test_nothing_is_late_that_was_due_before_the_installation(world: World) -> None:
    with world.store.transaction() as tx:
        tx.set_meta("installed_at", (FRIDAY + timedelta(hours=1)).isoformat())
    assert world.desk().make_due() == 0


def test_a_temporary_refusal_is_retried_as_the_same_mail(world: World) -> None:
    found(world)
    world.box.refuse["caldicott@trust.test"] = DeliveryError("greylisted", permanent=False)
    desk = world.desk()
    desk.make_due()
    assert desk.send_due() == (1, 1)
    world.box.refuse.clear()
    assert desk.send_due() == (0, 0), "not before its time"
    world.at += timedelta(minutes=2)
    assert desk.send_due() == (1, 0)
    assert told(world)[-1] == ("caldicott", "case1*")
    assert items(world, CALDICOTT) == ["sent"]


def test_a_refusal_for_good_gives_its_items_to_the_next_digest_and_is_said_there(world: World) -> None:
    found(world)
    world.box.refuse["caldicott@trust.test"] = DeliveryError("550 no such user", permanent=True)
    world.desk().make_due()
    world.desk().send_due()
    assert items(world, CALDICOTT) == ["owed"]
    assert deliveries(world)[1] == ("patient_confidentiality", "2026-11-20", "refused")
    world.box.refuse.clear()
    world.at = NOW + timedelta(days=3)
    (line,) = world.desk().editor.preview(COMMS).failed_deliveries
    assert "2026-11-20" in line
    assert "550" in line
    world.desk().make_due()
    world.desk().send_due()
    assert told(world)[-1] == ("caldicott", "case1*")
    assert items(world, CALDICOTT) == ["sent"]


def test_one_refused_recipient_holds_up_nobody(world: World) -> None:
    world.box.refuse["comms@trust.test"] = DeliveryError("550", permanent=True)
    world.desk().make_due()
    world.desk().send_due()
    assert [to for to, _ in told(world)] == ["caldicott"]


def test_retries_end_after_days_not_after_minutes(world: World) -> None:
    world.recipients = (COMMS,)
    world.box.refuse["comms@trust.test"] = DeliveryError("451", permanent=False)
    world.desk().make_due()
    started = world.at
    while deliveries(world)[0][2] == "owed":
        world.desk().send_due()
        world.at += timedelta(minutes=30)
    assert GIVE_UP - timedelta(hours=3) <= world.at - started <= GIVE_UP + timedelta(hours=3)


def test_a_claim_of_a_dead_process_is_sent_again_under_the_same_message_id(world: World) -> None:
    world.recipients = (COMMS,)
    desk = world.desk()
    desk.make_due()
    first = desk.ledger.claim("dead:1", [COMMS.address], world.at, timedelta(minutes=5))
    assert first is not None
    assert desk.send_due() == (0, 0), "while the claim holds nobody else sends"
    assert desk.ledger.release("dead:") == 1
    assert desk.send_due() == (1, 0)
    assert world.box.sent[0].message_id == first.message.message_id


def test_a_claim_whose_time_ran_out_is_free(world: World) -> None:
    world.recipients = (COMMS,)
    desk = world.desk()
    desk.make_due()
    desk.ledger.claim("other:1", [COMMS.address], world.at, timedelta(minutes=5))
    world.at += timedelta(minutes=6)
    assert desk.send_due() == (1, 0)


def test_who_has_left_the_settings_gets_no_more_mail(world: World) -> None:
    world.desk().make_due()
    world.recipients = (CALDICOTT,)
    world.desk().send_due()
    assert [to for to, _ in told(world)] == ["caldicott"]


def test_somebody_with_two_roles_gets_one_digest_with_what_both_may_see(world: World) -> None:
    both = Recipient(address="comms@trust.test", role="patient_confidentiality")
    world.recipients = (COMMS, both)
    found(world)
    world.poll(Feed([[post(5)]]))
    assert world.desk().make_due() == 1
    briefing = world.desk().editor.preview(COMMS)
    assert [item.misrouted for item in briefing.items] == [None]


def test_a_digest_by_hand_is_a_window_of_its_own(world: World) -> None:
    world.recipients = (COMMS,)
    desk = world.desk()
    assert [desk.make_due(), desk.make_now(), desk.make_now("comms"), desk.make_now("hr")] == [1, 1, 1, 0]
    assert [window for _, window, _ in deliveries(world)] == ["2026-11-20", "2026-11-20.2", "2026-11-20.3"]
    desk.send_due()
    assert len({message.message_id for message in world.box.sent}) == 3


def test_a_preview_tells_nobody_and_accounts_for_nothing(world: World) -> None:
    found(world)
    world.desk().editor.preview(CALDICOTT)
    assert (deliveries(world), items(world, CALDICOTT)) == ([], ["owed"])


def test_a_quiet_day_is_sent_unless_it_is_to_be_skipped(world: World) -> None:
    world.recipients = (COMMS,)
    world.poll(Feed())
    world.settings = DigestSettings(on_empty="skip")
    assert world.desk().make_due() == 0
    assert world.desk().send_due() == (0, 0)
    found(world)
    assert world.desk().make_due() == 0, "the day's window is settled; the afternoon waits for tomorrow"
    world.at += timedelta(days=3)
    world.settings = DigestSettings()
    assert world.desk().make_due() == 1


def test_a_day_on_which_a_source_was_not_read_is_not_quiet(world: World) -> None:
    world.recipients = (COMMS,)
    world.settings = DigestSettings(on_empty="skip")  # and "gazette" has never been asked
    assert world.desk().make_due() == 1


def test_what_arrives_while_a_digest_is_made_is_owed_to_the_next(world: World) -> None:
    found(world)
    desk = world.desk()
    compose = desk.compose

    def slow(briefing: object, **more: str) -> object:
        found(world, 7)
        return compose(briefing, **more)

    world.recipients = (CALDICOTT,)
    desk = world.desk()
    object.__setattr__(desk, "compose", slow)
    desk.make_due()
    assert sorted(items(world, CALDICOTT)) == ["claimed", "owed"]


def test_mentions_are_told_once_and_only_to_comms(world: World) -> None:
    world.poll(Feed([[post(1), post(2)]]))
    assert world.desk().editor.preview(COMMS).mentions_total == 2
    assert world.desk().editor.preview(CALDICOTT).mentions == ()
    world.desk().make_due()
    assert world.desk().editor.preview(COMMS).mentions_total == 0


def test_seeding_counts_everything_as_told(world: World) -> None:
    world.poll(Feed([[post(1), post(2)]]))
    world.desk().ledger.seed()
    world.poll(Feed([[post(3)]]))
    assert world.desk().editor.preview(COMMS).mentions_total == 1
