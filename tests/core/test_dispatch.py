"""How mail leaves: tried again by the kind of refusal, at rest where a person must mend something."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.dispatch import Dispatch, pause, receipt
from monitor.errors import DeliveryError, FailureKind
from monitor.store.deliveries import deliveries
from monitor.store.ledger import Claimed
from monitor.store.rests import MAIL, end_rests, rest_of
from monitor.types import Message
from tests.core.world import CALDICOTT, COMMS, NOW, World

LOGIN = DeliveryError("mail: relay.test:587 refused the login (535 5.7.8)", kind=FailureKind.SETTINGS)
BOTH = frozenset({COMMS.address, CALDICOTT.address})


def states(world: World) -> dict[str, tuple[str, int]]:
    with world.store.reading() as connection:
        return {line.recipient: (line.status, line.attempts) for line in deliveries(connection)}


def sender(world: World, settings: str = "these") -> Dispatch:
    return Dispatch(world.store, lambda: world.box, world.now, settings=settings)


def send(world: World, settings: str = "these") -> tuple[int, int]:
    return sender(world, settings).send_due(BOTH, frozenset())


@pytest.fixture
def owed(world: World) -> World:
    """A digest for comms, then one for the Caldicott Guardian."""
    world.desk().make_due()
    return world


def test_pauses_grow_to_an_hour_and_are_not_in_step() -> None:
    def waits(message_id: str) -> list[timedelta]:
        message = Message(to="a", subject="", text="", html="", message_id=message_id, list_id="")
        return [pause(Claimed(1, "a", message, attempts, NOW)) for attempts in range(1, 11)]

    whole = [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 32, 60, 60, 60, 60)]
    for waited, most in zip(waits("<a@b>"), whole, strict=True):
        assert most * 0.8 <= waited <= most
    assert waits("<a@b>") == waits("<a@b>")
    assert waits("<a@b>") != waits("<c@b>")


def test_greylisting_is_tried_again_within_five_minutes(owed: World) -> None:
    owed.box.refuse[COMMS.address] = DeliveryError("450 4.2.0", kind=FailureKind.TEMPORARY)
    assert send(owed) == (1, 1)
    owed.box.refuse.clear()
    owed.at += timedelta(minutes=5)
    assert send(owed) == (1, 0)
    assert states(owed)[COMMS.address] == ("sent", 2)


def test_a_refused_login_is_tried_once_and_then_rests_for_15_30_and_60_minutes(owed: World) -> None:
    owed.box.refuse = dict.fromkeys(BOTH, LOGIN)
    attempts = []
    for _ in range(2 * 60 * 4):  # four hours of polls, every half minute
        if send(owed) != (0, 0):
            attempts.append(int((owed.at - NOW).total_seconds()) // 60)
        owed.at += timedelta(seconds=30)
    assert attempts == [0, 15, 45, 105, 165, 225]
    assert {status for status, _ in states(owed).values()} == {"owed"}
    held = rest_of(owed.store, MAIL)
    assert held is not None
    assert (held.since, "refused the login" in held.error) == (NOW, True)


def test_nothing_is_given_up_that_only_settings_hold_up(owed: World) -> None:
    owed.box.refuse = dict.fromkeys(BOTH, LOGIN)
    send(owed)
    owed.at += timedelta(days=9)
    send(owed)
    owed.box.refuse.clear()
    owed.at += timedelta(minutes=61)
    assert send(owed) == (2, 0)
    assert rest_of(owed.store, MAIL) is None


@pytest.mark.parametrize("how", ["settings", "restart", "by hand"])
def test_a_rest_ends_with_other_settings_a_restart_or_a_command(owed: World, how: str) -> None:
    owed.box.refuse = dict.fromkeys(BOTH, LOGIN)
    send(owed)
    owed.box.refuse.clear()
    owed.at += timedelta(minutes=2)
    assert send(owed) == (0, 0)
    if how == "restart":
        sender(owed).free()
    if how == "by hand":
        end_rests(owed.store)
    assert send(owed, "others" if how == "settings" else "these") == (2, 0)


def test_what_settings_hold_up_for_one_does_not_stand_before_the_others(owed: World) -> None:
    denied = DeliveryError("does not relay to elsewhere.test", kind=FailureKind.SETTINGS)
    owed.box.refuse[COMMS.address] = denied
    assert send(owed) == (0, 1)
    owed.at += timedelta(minutes=16)
    assert send(owed) == (1, 1)
    assert [message.to for message in owed.box.sent] == [CALDICOTT.address]


@pytest.mark.parametrize("kind", [FailureKind.RECIPIENT, FailureKind.MESSAGE])
def test_a_refusal_of_one_mail_is_at_once_and_holds_up_nobody(owed: World, kind: FailureKind) -> None:
    owed.box.refuse[COMMS.address] = DeliveryError("550", kind=kind)
    assert send(owed) == (1, 1)
    assert states(owed) == {COMMS.address: ("refused", 1), CALDICOTT.address: ("sent", 1)}


def test_a_retry_is_the_same_mail_with_the_same_receipt(owed: World) -> None:
    owed.box.refuse[COMMS.address] = DeliveryError("no answer", kind=FailureKind.TEMPORARY)
    send(owed)
    owed.box.refuse.clear()
    owed.at += timedelta(minutes=2)
    send(owed)
    first, second = owed.box.sent
    assert second.headers["X-Monitor-Receipt"] == receipt(owed.store, second.message_id)
    assert first.headers["X-Monitor-Receipt"] != second.headers["X-Monitor-Receipt"]


def test_the_digest_says_that_nothing_leaves_to_comms_alone(owed: World) -> None:
    owed.box.refuse = dict.fromkeys(BOTH, LOGIN)
    send(owed)
    owed.at += timedelta(days=1)
    first, *_ = owed.desk().editor.preview(COMMS).failed_deliveries
    assert first == "Mail has not left since 20 Nov 09:30: mail: relay.test:587 refused the login (535 5.7.8)"
    theirs = owed.desk().editor.preview(CALDICOTT).failed_deliveries
    assert not any("Mail has not left" in line for line in theirs)
    owed.box.refuse.clear()
    owed.at += timedelta(hours=1)
    send(owed)
    assert owed.desk().editor.preview(COMMS).failed_deliveries == ()
