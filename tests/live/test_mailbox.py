"""The mailbox on a real Dovecot: what arrives is read, and the mailbox never learns of it."""

from __future__ import annotations

import imaplib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from connectors import Context
from connectors.http import Http
from connectors.mailbox import Mailbox, MailboxOptions
from connectors.parts.mail.post import PER_PAGE
from monitor.errors import SourceRefused
from monitor.types import Page, SourceState
from tests.live.servers.mail import PASSWORD, Mail
from tests.live.servers.process import wait_until

pytestmark = pytest.mark.live


def utc_now() -> datetime:
    return datetime.now(UTC)


def poll(mail: Mail, cursor: str | None = None, **options: Any) -> list[Page]:
    given = {
        "host": "localhost", "port": mail.imap_port, "security": "starttls", "ca_file": mail.ca_file,
        "user": "speakup@trust.test", "password": PASSWORD,
    }  # fmt: skip
    context = Context(source="reports", http=Http(now=utc_now), now=utc_now)
    return list(
        Mailbox(MailboxOptions(**given | options), context).pages(cursor, utc_now() - timedelta(days=1))
    )


def titles(pages: list[Page]) -> list[str]:
    return [post.title for page in pages for post in page.posts]


@contextmanager
def inbox(mail: Mail) -> Iterator[imaplib.IMAP4]:
    with imaplib.IMAP4(mail.host, mail.imap_port, timeout=20) as session:
        session.starttls(ssl.create_default_context(cafile=mail.ca_file))
        session.login("speakup@trust.test", PASSWORD)
        session.select("INBOX", readonly=True)
        yield session


def unread(mail: Mail) -> int:
    with inbox(mail) as session:
        return len(session.search(None, "UNSEEN")[1][0].split())


def send(mail: Mail, *messages: EmailMessage) -> None:
    with smtplib.SMTP(mail.host, mail.smtp_port, timeout=20) as relay:
        relay.starttls(context=ssl.create_default_context(cafile=mail.ca_file))
        relay.login(mail.user, mail.password)
        for message in messages:
            message["From"], message["To"] = mail.user, "speakup@trust.test"
            relay.send_message(message)


def letter(subject: str, text: str = "Seen on a private page.") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message.set_content(text)
    return message


@pytest.fixture
def reports(mail: Mail) -> Mail:
    mail.clear("speakup")
    return mail


def test_a_concern_that_arrives_is_read_once_and_stays_unread(reports: Mail) -> None:
    (empty,) = poll(reports)
    forwarded = letter("Größe – ✓")
    forwarded.add_attachment(letter("Within", "The inner words."))
    send(reports, forwarded)
    wait_until(lambda: unread(reports) == 1, "a mail to speakup", 20)  # `wait_for` would read it
    (page,) = poll(reports, empty.cursor)
    (post,) = page.posts
    assert (post.title, post.author) == ("Größe – ✓", None)
    assert post.text == "Seen on a private page.\n\nWithin\n\nThe inner words."
    assert post.created_at is not None
    assert utc_now() - post.created_at < timedelta(minutes=10)
    assert unread(reports) == 1
    assert poll(reports, page.cursor)[0].posts == ()


def test_many_mails_come_in_order_and_a_reading_is_taken_up_where_it_broke_off(reports: Mail) -> None:
    names = [f"Concern {number}" for number in range(PER_PAGE + 3)]
    send(reports, *map(letter, names))
    reports.wait_for("speakup", len(names))
    first, *rest = poll(reports)
    arrived = titles([first, *rest])
    assert sorted(arrived) == sorted(names)
    assert titles([first, *poll(reports, first.cursor)]) == arrived


def test_what_was_deleted_in_between_is_not_missed_and_harms_nothing(reports: Mail) -> None:
    send(reports, letter("One"))
    reports.wait_for("speakup")
    (first,) = poll(reports)
    reports.clear("speakup")
    send(reports, letter("Two"))
    reports.wait_for("speakup")
    assert titles(poll(reports, first.cursor)) == ["Two"]


@pytest.mark.parametrize(
    ("options", "state"),
    [
        ({"password": "wrong"}, SourceState.NEEDS_REAUTH),
        ({"folder": "Größe & mehr"}, SourceState.MISCONFIGURED),
        ({"ca_file": None}, SourceState.MISCONFIGURED),
        ({"ca_file": Path("missing.pem")}, SourceState.MISCONFIGURED),
    ],
    ids=("password", "folder", "certificate", "authority"),
)
def test_what_a_person_must_mend_is_said(reports: Mail, options: dict[str, Any], state: SourceState) -> None:
    with pytest.raises(SourceRefused) as raised:
        poll(reports, **options)
    assert raised.value.state is state
    assert PASSWORD not in str(raised.value)


def test_a_folder_beside_the_inbox_is_read(reports: Mail) -> None:
    with inbox(reports) as session:
        session.create('"Gr&APYA3w-e &- mehr"')
        session.append('"Gr&APYA3w-e &- mehr"', None, None, bytes(letter("Filed")))
    try:
        assert titles(poll(reports, folder="Größe & mehr")) == ["Filed"]
    finally:
        with inbox(reports) as session:
            session.delete('"Gr&APYA3w-e &- mehr"')
