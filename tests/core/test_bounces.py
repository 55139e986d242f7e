"""What came back is read from a mailbox, over real IMAP, and corrects the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor import imap
from monitor.bounces import Bounces
from monitor.dispatch import receipt
from monitor.store.audit import AuditLog
from monitor.store.deliveries import deliveries, items_waiting
from monitor.types import Kind
from tests.alerts.reports import headers, report
from tests.connectors.imapserver import PASSWORD, TOKEN, USER, Imap
from tests.core.world import CALDICOTT, COMMS, NUMBER, Feed, World, post


@pytest.fixture
def mailbox() -> Iterator[Imap]:
    with Imap().served() as server:
        yield server


@pytest.fixture
def sent(world: World) -> World:
    """A digest for comms and one, with a case, for the Caldicott Guardian: both accepted."""
    world.poll(Feed([[post(1, f"WVFT letter with {NUMBER}", kind=Kind.POST)]]))
    world.desk().make_due()
    assert world.desk().send_due() == (2, 0)
    return world


def reader(world: World, mailbox: Imap, password: str = PASSWORD) -> Bounces:
    access = imap.Access("127.0.0.1", mailbox.port, "none", USER, password, "INBOX")
    return Bounces(world.store, lambda: access, world.now)


def message_id(world: World, address: str) -> str:
    return next(mail.message_id for mail in world.box.sent if mail.to == address)


def about(world: World, address: str, action: str = "failed", status: str = "5.2.2") -> bytes:
    """A report about the mail that went to `address`."""
    found = message_id(world, address)
    return report(action, status, headers(found, receipt(world.store, found)))


def state(world: World, address: str) -> tuple[str, str | None]:
    with world.store.reading() as connection:
        [line] = deliveries(connection, {address})
    return line.status, line.error


def waiting(world: World) -> list[str]:
    with world.store.reading() as connection:
        return [line.status for line in items_waiting(connection, CALDICOTT.address)]


def test_a_bounced_mail_is_refused_its_items_owed_again_and_the_digest_says_so(
    sent: World, mailbox: Imap
) -> None:
    assert waiting(sent) == []
    mailbox.add(about(sent, CALDICOTT.address))
    assert reader(sent, mailbox).read() == {"failed": 1}
    assert state(sent, CALDICOTT.address) == ("refused", "bounced: 5.2.2 mailbox full")
    assert state(sent, COMMS.address) == ("sent", None)
    assert waiting(sent) == ["owed"]
    sent.at += timedelta(days=3)
    [line] = sent.desk().editor.preview(COMMS).failed_deliveries
    assert (
        line == "The digest of 2026-11-20 for Caldicott Guardian was sent and came back: 5.2.2 mailbox full"
    )
    [item] = sent.desk().editor.preview(CALDICOTT).items
    assert item.is_new
    with sent.store.reading() as connection:
        actions = [entry.action for entry in AuditLog(connection).entries()]
    assert actions[-1] == "mail.bounced"


def test_a_report_counts_once_however_often_it_is_read(sent: World, mailbox: Imap) -> None:
    mailbox.add(about(sent, CALDICOTT.address))
    reader(sent, mailbox).read()
    assert reader(sent, mailbox).read() == {}
    mailbox.validity = 2  # numbered anew: everything is read again
    assert reader(sent, mailbox).read() == {"failed": 1}
    with sent.store.reading() as connection:
        actions = [entry.action for entry in AuditLog(connection).entries()]
    assert actions.count("mail.bounced") == 1


def test_a_delayed_mail_is_noted_and_not_sent_again(sent: World, mailbox: Imap) -> None:
    mailbox.add(about(sent, CALDICOTT.address, "delayed", "4.4.1"))
    assert reader(sent, mailbox).read() == {"delayed": 1}
    assert state(sent, CALDICOTT.address) == ("sent", "delayed: 4.4.1 its server does not answer")
    assert waiting(sent) == []


def test_forged_and_foreign_reports_change_nothing(sent: World, mailbox: Imap) -> None:
    found = message_id(sent, CALDICOTT.address)
    mailbox.add(
        report(original=headers(found, "0" * 32)),
        report(original=f"Message-ID: {found}\n"),
        report(original=headers("<digest.comms.20261120.ffffffff@elsewhere.test>")),
        report(original=headers(found.upper(), receipt(sent.store, found))),
        b"Subject: Out of office\nAuto-Submitted: auto-replied\n\nBack on Monday.\n",
        b"\xff\xfe\x00 not a mail",
    )
    assert reader(sent, mailbox).read() == {"other": 6}
    assert (state(sent, CALDICOTT.address), state(sent, COMMS.address)) == (("sent", None), ("sent", None))


def test_what_bounces_while_it_is_claimed_is_read_again_later(sent: World, mailbox: Imap) -> None:
    desk = sent.desk()
    sent.at += timedelta(days=3)
    desk.make_due()
    claimed = desk.ledger.claim("other:1", [COMMS.address], sent.at, timedelta(minutes=5))
    assert claimed is not None
    found = claimed.message.message_id
    mailbox.add(report(original=headers(found, receipt(sent.store, found))))
    assert reader(sent, mailbox).read() == {}
    desk.ledger.sent(claimed.id, sent.at)
    assert reader(sent, mailbox).read() == {"failed": 1}


def test_a_mailbox_that_cannot_be_read_is_said_until_it_can(sent: World, mailbox: Imap) -> None:
    assert reader(sent, mailbox, "wrong").read() == {}
    sent.at += timedelta(days=3)
    assert reader(sent, mailbox, "wrong").read() == {}
    [line] = sent.desk().editor.preview(COMMS).failed_deliveries
    assert line.startswith(
        "Whether mails came back is not known since 20 Nov 09:30: 127.0.0.1: the mail server"
    )
    assert USER not in line
    reader(sent, mailbox).read()
    assert sent.desk().editor.preview(COMMS).failed_deliveries == ()


def test_a_token_opens_the_mailbox_and_a_wrong_one_is_said_without_showing_it(
    sent: World, mailbox: Imap
) -> None:
    mailbox.add(about(sent, CALDICOTT.address))

    def bounces(token: str) -> Bounces:
        access = imap.Access("127.0.0.1", mailbox.port, "none", USER, "", "INBOX", token=token)
        return Bounces(sent.store, lambda: access, sent.now)

    assert bounces("stale").read() == {}
    [line] = sent.desk().editor.preview(COMMS).failed_deliveries
    assert "did not accept user and token" in line
    assert "stale" not in line
    assert bounces(TOKEN).read() == {"failed": 1}


def test_the_mailbox_is_left_as_it_is(sent: World, mailbox: Imap) -> None:
    mailbox.add(about(sent, CALDICOTT.address))
    reader(sent, mailbox).read()
    words = {command.removeprefix("UID ").split(" ")[0] for command in mailbox.commands}
    assert words == {"CAPABILITY", "AUTHENTICATE", "EXAMINE", "SEARCH", "FETCH", "LOGOUT"}
