"""Mail against a real server on loopback, one test a row of what SMTP servers do."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from alerts.digest import compose
from alerts.email import CONVERSATION, Smtp
from alerts.rendering import render
from monitor.config import SmtpSettings
from monitor.dispatch import LEASE
from monitor.errors import ConfigError, DeliveryError, FailureKind
from monitor.types import Message, Recipient
from tests.alerts import factory
from tests.alerts.relay import PASSWORD, TOKEN, USER, Fault, Relay
from tests.alerts.stalling import Stalling

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
        limit, token = changes.pop("limit", CONVERSATION), changes.pop("token", None)
        return Smtp(SmtpSettings(**{**settings, **changes}), now, limit, token)

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


@pytest.mark.parametrize(
    ("step", "reply", "kind", "words"),
    [
        ("AUTH", "535 5.7.8 no", FailureKind.SETTINGS, "check smtp.user and the password (535 5.7.8)"),
        ("AUTH", "550 5.7.30 Basic authentication is not supported", FailureKind.SETTINGS, "xoauth2"),
        ("AUTH", "454 4.7.0 try later", FailureKind.TEMPORARY, "refused the login for now (454 4.7.0)"),
        ("MAIL", "552 5.3.4 too big", FailureKind.MESSAGE, "too large"),
        ("MAIL", "553 5.7.1 not owned by user", FailureKind.SETTINGS, "check smtp.sender"),
        ("MAIL", "452 4.3.1 no room", FailureKind.TEMPORARY, "for now (452 4.3.1)"),
        ("RCPT", "550 5.1.1 unknown", FailureKind.RECIPIENT, "a recipient at wvft.nhs.test (550 5.1.1)"),
        ("RCPT", "550 5.7.1 not for you", FailureKind.RECIPIENT, "(550 5.7.1)"),
        ("RCPT", "451 4.7.1 greylisted, come back", FailureKind.TEMPORARY, "for now (451 4.7.1)"),
        ("RCPT", "421 4.3.2 closing", FailureKind.TEMPORARY, "(421 4.3.2)"),
        ("RCPT", "450 5.1.1 of two minds", FailureKind.TEMPORARY, "(450 5.1.1)"),
        ("RCPT", "550 4.2.1 try again later", FailureKind.RECIPIENT, "(550 4.2.1)"),
        ("DATA", "554 5.7.1 looks like spam", FailureKind.MESSAGE, "to let mail from smtp.sender through"),
        ("DATA", "552 5.2.2 over quota", FailureKind.RECIPIENT, "(552 5.2.2)"),
        ("DATA", "554 5.2.252 SendAsDenied", FailureKind.SETTINGS, "send as smtp.sender"),
        ("DATA", "451 4.3.0 try again", FailureKind.TEMPORARY, "(451 4.3.0)"),
    ],
)
def test_a_reply_says_who_can_mend_it(
    relay: Start, smtp: Any, step: str, reply: str, kind: FailureKind, words: str
) -> None:
    server = relay()
    server.kept.replies[step] = reply
    error = failure(smtp(server))
    assert (error.kind, words in str(error)) == (kind, True), str(error)
    assert server.kept.received == []


def test_a_relay_that_relays_only_after_a_login_is_a_matter_of_settings(relay: Start, smtp: Any) -> None:
    server = relay()
    server.kept.replies["RCPT"] = "554 5.7.1 <comms@wvft.nhs.test>: Relay access denied"
    assert failure(smtp(server)).kind is FailureKind.RECIPIENT, "we did sign in"
    error = failure(smtp(server, user=None, password=None))
    assert error.kind is FailureKind.SETTINGS
    assert "set smtp.user" in str(error)
    assert "comms@" not in str(error)


def test_reports_go_to_the_mailbox_that_is_read(relay: Start, smtp: Any) -> None:
    server = relay()
    smtp(server).send(MESSAGE)
    smtp(server, bounce_address="bounces@wvft.nhs.test").send(MESSAGE)
    assert server.kept.senders == [USER, "bounces@wvft.nhs.test"]
    assert {mail["From"] for mail in server.kept.received} == {f"WVFT monitor <{USER}>"}


@dataclass
class Tokens:
    """Gives one token, and `fresh` where a new one is wanted."""

    kept: str
    fresh: str = ""

    def __call__(self, *, anew: bool = False) -> str:
        return self.fresh if anew else self.kept


def test_a_token_signs_in(relay: Start, smtp: Any) -> None:
    server = relay()
    smtp(server, auth="xoauth2", password=None, token=Tokens(TOKEN)).send(MESSAGE)
    assert len(server.kept.received) == 1


def test_a_refused_token_is_asked_for_anew_once(relay: Start, smtp: Any) -> None:
    server = relay()
    smtp(server, auth="xoauth2", password=None, token=Tokens("stale", TOKEN)).send(MESSAGE)
    assert (server.kept.tokens, len(server.kept.received)) == (["stale", TOKEN], 1)
    error = failure(smtp(server, auth="xoauth2", password=None, token=Tokens("wrong", "wrong")))
    assert (error.kind, server.kept.tokens[2:]) == (FailureKind.SETTINGS, ["wrong", "wrong"])
    assert "refused the token" in str(error)
    assert "wrong" not in str(error)


def test_a_server_that_knows_no_tokens_is_a_matter_of_settings(relay: Start, smtp: Any) -> None:
    server = relay(auth_exclude_mechanism=["XOAUTH2"])
    error = failure(smtp(server, auth="xoauth2", password=None, token=Tokens(TOKEN)))
    assert (error.kind, "smtp.auth" in str(error)) == (FailureKind.SETTINGS, True)


@pytest.mark.parametrize(
    "step", ["greeting", "EHLO", "STARTTLS", "handshake", "AUTH", "MAIL", "RCPT", "DATA", "dot"]
)
def test_a_server_that_stalls_at_any_step_is_cut_in_time(step: str, certificate: Path, smtp: Any) -> None:
    with Stalling(step, certificate).served() as server:
        began = time.monotonic()
        error = failure(smtp(server, timeout=30, limit=0.4))
        assert (error.kind, "longer than 0.4 s" in str(error)) == (FailureKind.TEMPORARY, True), str(error)
        assert time.monotonic() - began < 3
        assert server.reached == step


def test_a_mail_is_accepted_whatever_the_goodbye(certificate: Path, smtp: Any) -> None:
    with Stalling("QUIT", certificate).served() as server:
        smtp(server, timeout=30, limit=0.4).send(MESSAGE)
        assert server.reached == "QUIT"


def test_a_handshake_that_drips_is_cut_too(certificate: Path, smtp: Any) -> None:
    with Stalling("handshake", certificate, dripping=True).served() as server:
        error = failure(smtp(server, security="tls", timeout=30, limit=0.4))
    assert "longer than 0.4 s" in str(error)


def test_a_server_that_does_not_speak_smtp_is_tried_again(certificate: Path, smtp: Any) -> None:
    with Stalling("nonsense", certificate).served() as server:
        assert failure(smtp(server, timeout=2)).kind is FailureKind.TEMPORARY


def test_encryption_asked_for_too_early_says_which_setting(relay: Start, smtp: Any) -> None:
    error = failure(smtp(relay(), security="tls"))
    assert (error.kind, "smtp.port" in str(error)) == (FailureKind.SETTINGS, True)


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
