"""Chats beside the mail: rows of the same ledger, against a real web server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from alerts.chat import Chat
from monitor.announcing import Channel
from monitor.dispatch import Dispatch
from monitor.errors import DeliveryError, FailureKind
from monitor.store.deliveries import DeliveryLine, deliveries
from monitor.store.ledger import Account, Ledger, Parcel
from monitor.types import Message, Recipient
from tests.alerts.webhook import Webhook
from tests.core.world import CALDICOTT, COMMS, World

CONSOLE = "https://monitor.wvft.nhs.test/"
BOTH = frozenset({COMMS.address, CALDICOTT.address})


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook().served() as server:
        yield server


def send(world: World, webhook: Webhook, *sends: str) -> tuple[int, int]:
    chat = Chat("teams", f"json://127.0.0.1:{webhook.port}/", world.now)
    channel = Channel(
        name="teams", role="comms", sends=frozenset(sends), follows=frozenset({COMMS.address}),
        organisation="WVFT", notifier=lambda: chat, link=CONSOLE,
    )  # fmt: skip
    dispatch = Dispatch(world.store, lambda: world.box, world.now, channels=lambda: (channel,))
    return dispatch.send_due(BOTH, frozenset())


def told(world: World) -> list[DeliveryLine]:
    with world.store.reading() as connection:
        return deliveries(connection, {"channel:teams"})


def urgent(world: World, recipient: Recipient, subject: str) -> None:
    """What the part for urgent messages writes."""
    message = Message(
        to=recipient.address, subject=subject, text="case 12: words of a post", html="<p>words of a post</p>",
        message_id=f"<urgent.{recipient.role}@wvft.nhs.test>", list_id="urgent",
    )  # fmt: skip
    Ledger(world.store).make(Parcel(recipient, "urgent", "case-12", message, Account((), 0, {})), world.at)


def test_a_digest_is_announced_once_it_was_sent_and_once_only(world: World, webhook: Webhook) -> None:
    world.desk().make_due()
    world.box.refuse[COMMS.address] = DeliveryError("busy", kind=FailureKind.TEMPORARY)
    send(world, webhook, "digest")
    assert told(world) == []
    world.box.refuse.clear()
    world.at += timedelta(minutes=2)
    for _ in range(3):
        send(world, webhook, "digest")
    [line] = told(world)
    assert (line.kind, line.window, line.status) == ("digest", "2026-11-20", "sent")
    assert line.message_id == "<digest.teams.20261120@wvft.nhs.test>"
    [body] = webhook.json
    assert (body["title"], body["message"]) == ("digest", CONSOLE)


def test_an_urgent_message_is_announced_even_if_its_mail_fails(world: World, webhook: Webhook) -> None:
    urgent(world, COMMS, "[WVFT monitor] URGENT: possible NHS number (NHS-001)")
    urgent(world, CALDICOTT, "[WVFT monitor] URGENT: for somebody else's channel")
    world.box.refuse[COMMS.address] = DeliveryError("busy", kind=FailureKind.TEMPORARY)
    send(world, webhook, "urgent")
    [body] = webhook.json
    assert body["title"] == "[WVFT monitor] URGENT: possible NHS number (NHS-001)"
    assert "words of a post" not in webhook.received[0]


def test_what_a_channel_was_not_asked_for_is_not_sent(world: World, webhook: Webhook) -> None:
    world.desk().make_due()
    send(world, webhook, "urgent")
    assert (told(world), webhook.received) == ([], [])


def test_a_channel_that_fails_is_retried_and_said_in_the_digest(world: World, webhook: Webhook) -> None:
    world.desk().make_due()
    webhook.status = 500
    assert send(world, webhook, "digest") == (2, 0), "mails alone are counted"
    [line] = told(world)
    assert (line.status, line.attempts) == ("owed", 1)
    assert any("by channel:teams yet" in why for why in world.desk().editor.preview(COMMS).failed_deliveries)
    webhook.status = 200
    world.at += timedelta(minutes=2)
    send(world, webhook, "digest")
    assert told(world)[0].status == "sent"


def test_that_mail_does_not_leave_is_told_once(world: World, webhook: Webhook) -> None:
    world.desk().make_due()
    world.box.refuse = dict.fromkeys(
        BOTH, DeliveryError("mail: relay.test refused the login", kind=FailureKind.SETTINGS)
    )
    for _ in range(4):
        send(world, webhook, "urgent")
        world.at += timedelta(minutes=20)
    assert [body["title"] for body in webhook.json] == [
        "[WVFT monitor] Mail does not leave: see monitor deliveries list"
    ]


def test_a_refused_mail_is_told(world: World, webhook: Webhook) -> None:
    world.desk().make_due()
    world.box.refuse[COMMS.address] = DeliveryError("550 no such user", kind=FailureKind.RECIPIENT)
    send(world, webhook, "digest")
    [body] = webhook.json
    assert body["title"] == "[WVFT monitor] A mail was refused: the digest of 2026-11-20"


def test_last_weeks_digests_are_no_news_to_a_new_channel(world: World, webhook: Webhook) -> None:
    world.desk().make_due()
    world.desk().send_due()
    world.at += timedelta(days=2)
    send(world, webhook, "digest")
    assert webhook.received == []


def test_a_channel_is_no_recipient_of_mail(world: World, webhook: Webhook) -> None:
    world.desk().make_due()
    send(world, webhook, "digest")
    assert {message.to for message in world.box.sent} == BOTH
