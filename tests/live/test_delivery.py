"""Digests through a real relay: what is refused, greylisted or full, and what comes back, is told apart."""

from __future__ import annotations

import smtplib
import ssl
from datetime import timedelta

import pytest

from monitor import config
from monitor.cli import checkup
from monitor.errors import ConfigError
from monitor.store.deliveries import deliveries
from tests.live.installation import Installation
from tests.live.servers.mail import DOMAIN, PASSWORD, Mail
from tests.live.servers.process import wait_until

pytestmark = pytest.mark.live

SETTINGS = """\
[smtp]
host = "localhost"
port = {smtp}
user = "monitor@trust.test"
sender = "WVFT monitor <monitor@trust.test>"
bounce_address = "bounces@trust.test"
ca_file = "{ca}"
[bounces]
host = "localhost"
port = {imap}
security = "starttls"
user = "bounces@trust.test"
ca_file = "{ca}"
"""


@pytest.fixture
def office(installation: Installation, mail: Mail) -> Installation:
    """Comms can be reached; the Guardian's mailbox is full, the DPO's is unknown, a governor's greylists."""
    names = {"comms": "comms", "caldicott": "full", "dpo": "reject"}
    text = installation.file.read_text("utf-8")
    for role, name in names.items():
        text = text.replace(f"{role}@wvft.nhs.test", f"{name}@{DOMAIN}")
    text = text.replace('contact = "comms@trust.test"', 'contact = "comms@wvft.nhs.test"')
    text += f'[[recipients]]\naddress = "slow@{DOMAIN}"\nrole = "governors"\n'
    text += SETTINGS.format(smtp=mail.smtp_port, imap=mail.imap_port, ca=mail.ca_file)
    installation.file.write_text(text, "utf-8")
    for name in ("smtp-password", "bounces-password"):
        installation.secret(name, PASSWORD)
    for mailbox in ("comms", "bounces", "monitor"):
        mail.clear(mailbox)
    return installation


def send(office: Installation) -> tuple[int, int]:
    with office.opened() as app:
        desk = app.desk()
        desk.make_now()
        return desk.send_due()


def read_bounces(office: Installation) -> dict[str, int]:
    with office.opened() as app:
        bounces = app.bounces()
        assert bounces is not None
        return dict(bounces.read())


def ledger(office: Installation) -> dict[str, tuple[str, str | None]]:
    """The latest delivery to each mailbox: its state and error."""
    with office.opened() as app, app.store.reading() as connection:
        lines = deliveries(connection)
    return {line.recipient.partition("@")[0]: (line.status, line.error) for line in lines}


def test_what_the_relay_takes_and_what_comes_back_is_told_apart(office: Installation, mail: Mail) -> None:
    assert send(office) == (2, 2)
    states = ledger(office)
    assert states["comms"] == states["full"] == ("sent", None)
    assert states["reject"][0] == "refused"
    assert "a recipient at trust.test (550 5.1.1)" in str(states["reject"][1])
    assert states["slow"][0] == "owed"
    assert "for now (450 4.2.0)" in str(states["slow"][1])

    mail.wait_for("bounces")
    assert read_bounces(office) == {"failed": 1}
    assert ledger(office)["full"] == ("refused", "bounced: 5.2.2 mailbox full")
    assert read_bounces(office) == {}, "each report counts once"

    office.ahead += timedelta(days=1)
    mail.clear("comms")
    send(office)
    mail.wait_for("comms")
    (digest,) = mail.read("comms")
    text = " ".join(digest.get_body(("plain",)).get_content().split())
    assert "came back: 5.2.2 mailbox full" in text
    assert "(550 5.1.1)" in text
    assert "full@" not in text
    assert digest["Return-Path"] in ("<bounces@trust.test>", "bounces@trust.test")


def test_other_mail_in_the_bounce_mailbox_changes_nothing_there(office: Installation, mail: Mail) -> None:
    send(office)
    mail.wait_for("bounces")
    (report,) = mail.read("bounces")
    read_bounces(office)
    before = ledger(office)
    with smtplib.SMTP("localhost", mail.smtp_port, timeout=20) as session:
        session.starttls(context=ssl.create_default_context(cafile=mail.ca_file))
        session.login(mail.user, mail.password)
        forged = report.as_bytes().replace(b"X-Monitor-Receipt: ", b"X-Monitor-Receipt: 0")
        session.sendmail("monitor@trust.test", ["bounces@trust.test"], forged)
    mail.wait_for("bounces", 2)
    assert read_bounces(office) == {"other": 1}
    assert ledger(office) == before
    assert len(mail.read("bounces")) == 2


def test_a_wrong_password_is_tried_once_and_then_rests(office: Installation, mail: Mail) -> None:
    office.secret("smtp-password", "wrong")
    assert send(office) == (0, 1)
    with office.opened() as app:
        assert app.desk().send_due() == (0, 0)
        assert mail.read("comms") == []
        (first, *_) = app.desk().editor.preview(app.directory.holders("comms")[0]).failed_deliveries
    assert "Mail has not left since" in first
    assert "check smtp.user and the password (535 5.7.8)" in first
    office.secret("smtp-password", PASSWORD)
    with office.opened() as app:
        sent, _ = app.desk().send_due()
    assert sent == 2, "with another password the rest is over"
    wait_until(lambda: len(mail.read("comms")) == 1, "the digest to comms", 20)


def test_doctor_looks_at_the_way_out_and_the_way_back(office: Installation) -> None:
    settings = config.load(office.file)
    assert checkup.mail_server(settings).endswith("answers and lets us sign in")
    assert checkup.the_bounces(settings) == "localhost lets us read INBOX"
    office.secret("bounces-password", "wrong")
    with pytest.raises(ConfigError, match="did not accept user and password"):
        checkup.the_bounces(config.load(office.file))
