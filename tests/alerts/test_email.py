"""Mail against a real server on loopback, one test a row of what SMTP servers do."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from alerts.digest import compose
from alerts.email import CONVERSATION, Smtp
from alerts.rendering import render
from monitor.config import SmtpSettings
from monitor.dispatch import LEASE
from monitor.errors import ConfigError, DeliveryError
from monitor.types import Message, Recipient
from tests.alerts import factory
from tests.alerts.relay import PASSWORD, USER, Fault, Relay

Start = Callable[..., Relay]


@pytest.fixture
def smtp(certificate: Path, now: Any) -> Callable[..., Smtp]:
    """A notifier for a relay, logged in over STARTTLS unless told otherwise."""

    def build(relay: Relay, **changes: Any) -> Smtp:
        settings = {
            "host": "127.0.0.1",
            "port": relay.port,
            "user": USER,
            "password": SecretStr(PASSWORD),
            "sender": f"WVFT monitor <{USER}>",
            "timeout": 3,
            "ca_file": certificate,
        }
        limit = changes.pop("limit", CONVERSATION)
        return Smtp(SmtpSettings(**{**settings, **changes}), now, limit)

    return build


def digest_to(address: str) -> Message:
    brief = factory.busy()
    changed = replace(brief, recipient=Recipient(address=address, role="comms"))
    return render(
        compose(changed), message_id="<digest.comms.20261120.r1@wvft.nhs.test>", list_id="comms.wvft"
    )


MESSAGE = digest_to("comms@wvft.nhs.test")


def failure(notifier: Smtp, message: Message = MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        notifier.send(message)
    return caught.value


def test_a_digest_arrives_with_its_headers_and_both_parts(relay: Start, smtp: Any, now: Any) -> None:
    server = relay()
    receipt = smtp(server).send(MESSAGE)
    [mail] = server.kept.received
    assert server.kept.recipients == ["comms@wvft.nhs.test"]
    assert receipt.accepted_at == now()
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Message-ID"] == "<digest.comms.20261120.r1@wvft.nhs.test>"
    assert mail["List-ID"] == "<comms.wvft>"
    assert mail["From"] == f"WVFT monitor <{USER}>"
    assert mail["To"] == "comms@wvft.nhs.test"
    assert mail["Date"] == "Sat, 21 Nov 2026 09:30:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["X-Monitor-Severity"] == "critical"
    assert mail["List-Unsubscribe"].startswith(f"<mailto:{USER}?")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content().replace("\r\n", "\n").rstrip() for part in mail.iter_parts())
    assert text == MESSAGE.text.rstrip()
    assert html == MESSAGE.html.rstrip()


def test_no_line_on_the_wire_is_longer_than_a_relay_takes(relay: Start, smtp: Any) -> None:
    server = relay()
    smtp(server).send(MESSAGE)
    assert max(len(line) for line in server.kept.received[0].as_bytes().split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    ("name", "permanent", "code"), [("reject", True, "550 5.1.1"), ("slow", False, "450 4.2.0")]
)
def test_a_refused_recipient_is_permanent_only_for_5xx(
    relay: Start, smtp: Any, name: str, permanent: bool, code: str
) -> None:
    server = relay()
    error = failure(smtp(server), digest_to(f"{name}@wvft.nhs.test"))
    assert error.permanent is permanent
    assert code in str(error)
    assert f"{name}@" not in str(error)
    assert server.kept.received == []


def test_a_refused_login_needs_a_person(relay: Start, smtp: Any) -> None:
    server = relay()
    error = failure(smtp(server, password=SecretStr("wrong")))
    assert error.permanent
    assert "login" in str(error)
    assert "wrong" not in str(error)


def test_a_password_beyond_ascii_is_reported_without_showing_it(relay: Start, smtp: Any) -> None:
    error = failure(smtp(relay(), password=SecretStr("pässwört")))
    assert error.permanent
    assert error.__cause__ is None
    assert "pässwört" not in str(error)


def test_a_server_without_encryption_gets_neither_login_nor_mail(relay: Start, smtp: Any) -> None:
    server = relay(tls=False)
    error = failure(smtp(server))
    assert error.permanent
    assert server.kept.received == []


def test_a_certificate_nobody_vouches_for_is_refused(relay: Start, smtp: Any) -> None:
    server = relay()
    error = failure(smtp(server, ca_file=None))
    assert error.permanent
    assert "certificate" in str(error)
    assert server.kept.received == []


def test_a_certificate_for_another_host_is_refused(
    relay: Start, smtp: Any, foreign_certificate: Path
) -> None:
    server = relay(certificate=foreign_certificate)
    assert "certificate" in str(failure(smtp(server, ca_file=foreign_certificate)))
    assert server.kept.received == []


def test_a_relay_without_login_takes_the_mail(relay: Start, smtp: Any) -> None:
    server = relay()
    smtp(server, user=None, password=None, security="none").send(MESSAGE)
    assert len(server.kept.received) == 1


def test_a_relay_that_wants_a_login_says_so_for_good(relay: Start, smtp: Any) -> None:
    error = failure(smtp(relay(auth_required=True), user=None, password=None))
    assert error.permanent
    assert "530" in str(error)


def test_a_message_over_the_servers_limit_is_permanent(relay: Start, smtp: Any) -> None:
    error = failure(smtp(relay(data_size_limit=2_000)))
    assert error.permanent
    assert "552" in str(error)


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE_DATA, Fault.DROP_AFTER_DOT, Fault.BUSY])
def test_a_line_that_breaks_or_a_busy_server_is_tried_again(relay: Start, smtp: Any, fault: Fault) -> None:
    assert failure(smtp(relay(fault))).permanent is False


def test_a_lost_reply_repeats_the_same_message_id(relay: Start, smtp: Any) -> None:
    server = relay(Fault.DROP_AFTER_DOT)
    failure(smtp(server))
    server.kept.fault = Fault.NONE
    smtp(server).send(MESSAGE)
    assert [mail["Message-ID"] for mail in server.kept.received] == [MESSAGE.message_id] * 2


def test_a_server_that_stalls_is_given_up_on_in_time(relay: Start, smtp: Any) -> None:
    error = failure(smtp(relay(Fault.STALL), timeout=0.3))
    assert error.permanent is False
    assert "0.3 s" in str(error)


@pytest.mark.parametrize("security", ["none", "starttls"])
def test_a_server_that_never_comes_to_an_end_is_cut_off(relay: Start, smtp: Any, security: str) -> None:
    login = {} if security == "starttls" else {"user": None, "password": None}
    error = failure(smtp(relay(Fault.DRIP), security=security, limit=0.3, **login))
    assert error.permanent is False
    assert "longer than 0.3 s" in str(error)


def test_a_claim_outlives_the_longest_conversation() -> None:
    assert LEASE.total_seconds() > CONVERSATION


def test_a_server_that_is_closed_to_everybody_is_tried_again(relay: Start, smtp: Any) -> None:
    error = failure(smtp(relay(Fault.CLOSED)))
    assert error.permanent is False
    assert "554" in str(error)


def test_a_mail_taken_stays_taken_when_the_goodbye_stalls(relay: Start, smtp: Any) -> None:
    server = relay(Fault.STALL_AT_QUIT)
    smtp(server, timeout=0.3).send(MESSAGE)
    assert len(server.kept.received) == 1


def test_nobody_listening_is_tried_again(relay: Start, smtp: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert failure(smtp(relay(), port=port)).permanent is False


@pytest.mark.parametrize(
    "address", ["comms@wvft.test\r\nBcc: all@wvft.test", "a@wvft.test, b@wvft.test", "nobody", ""]
)
def test_an_address_that_smuggles_a_header_is_never_sent(relay: Start, smtp: Any, address: str) -> None:
    server = relay()
    error = failure(smtp(server), digest_to(address))
    assert error.permanent
    assert server.kept.received == []
    assert "wvft.test" not in str(error)


def test_a_line_break_in_an_extra_header_adds_no_header(relay: Start, smtp: Any) -> None:
    server = relay()
    smtp(server).send(replace(MESSAGE, headers={"Thread-Topic": "case 214\r\nBcc: all@wvft.test"}))
    [mail] = server.kept.received
    assert mail["Bcc"] is None
    assert mail["Thread-Topic"] == "case 214 Bcc: all@wvft.test"


def test_a_login_in_the_clear_is_refused_before_anything_is_sent(relay: Start, smtp: Any) -> None:
    with pytest.raises(ConfigError, match=r"smtp\.security"):
        smtp(relay(), security="none")


def test_a_login_without_a_password_is_refused(relay: Start, smtp: Any) -> None:
    with pytest.raises(ConfigError, match=r"smtp\.password"):
        smtp(relay(), password=None)


def test_a_missing_certificate_file_is_named(relay: Start, smtp: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"smtp\.ca_file"):
        smtp(relay(), ca_file=tmp_path / "absent.pem")
