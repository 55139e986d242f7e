"""The mail server of the live tests behaves as a trust's relay does."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.live.servers.mail import Mail

pytestmark = pytest.mark.live


@pytest.fixture
def relay(mail: Mail) -> Iterator[smtplib.SMTP]:
    session = smtplib.SMTP(mail.host, mail.smtp_port, timeout=20)
    session.starttls(context=ssl.create_default_context(cafile=mail.ca_file))
    yield session
    session.close()


def letter(subject: str, to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "monitor@trust.test", to, subject
    message.set_content("Nothing to see.\n")
    return message


def test_a_mail_is_read_back_as_it_was_sent(mail: Mail, relay: smtplib.SMTP) -> None:
    relay.login(mail.user, mail.password)
    mail.clear("dpo")
    refused = relay.send_message(letter("Größe – ✓", "dpo@trust.test"))
    (arrived,) = mail.wait_for("dpo")
    assert refused == {}
    assert arrived["Subject"] == "Größe – ✓"
    assert arrived.get_content() == "Nothing to see.\n"


@pytest.mark.parametrize(("name", "code"), [("reject", 550), ("slow", 450)])
def test_a_refused_recipient_is_answered_by_its_code(
    mail: Mail, relay: smtplib.SMTP, name: str, code: int
) -> None:
    relay.login(mail.user, mail.password)
    address = f"{name}@trust.test"
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        relay.send_message(letter("Refused", address))
    assert refusal.value.recipients[address][0] == code


def test_a_wrong_password_is_refused(mail: Mail, relay: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError):
        relay.login(mail.user, "wrong")


def test_a_login_is_not_offered_before_tls(mail: Mail) -> None:
    with smtplib.SMTP(mail.host, mail.smtp_port, timeout=20) as session:
        session.ehlo()
        assert not session.has_extn("auth")


def test_mail_to_the_outside_is_refused_without_a_login(relay: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        relay.send_message(letter("Outside", "somebody@elsewhere.test"))
