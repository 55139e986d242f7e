"""Delivery reports: what is believed of them, and what strangers can do with them (nothing)."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.bounces import LARGEST, Report, read
from tests.alerts.reports import MARK, OURS, SECRET, headers, report


@pytest.mark.parametrize(
    ("action", "status", "meaning"),
    [
        ("failed", "5.2.2", "5.2.2 mailbox full"),
        ("failed", "5.1.1", "5.1.1 no such mailbox"),
        ("failed", "5.7.509", "5.7.509 refused by a rule of its server"),
        ("Delayed", "4.4.1", "4.4.1 its server does not answer"),
        ("failed", "who knows", "5.0.0 it was not delivered"),
    ],
)
def test_a_report_says_what_became_of_which_mail(action: str, status: str, meaning: str) -> None:
    found = read(report(action, status), MARK)
    assert found is not None
    assert (found.message_id, found.receipt) == (OURS, SECRET)
    assert (found.action, found.meaning) == (action.lower(), meaning)


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers", "message/rfc822-headers"])
def test_the_mail_that_came_back_may_be_whole_or_its_headers(kind: str) -> None:
    found = read(report(kind=kind, original=headers() + "\n1 to decide\n"), MARK)
    assert found == Report(OURS, SECRET, "failed", "5.2.2")


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"Subject: Out of office\nAuto-Submitted: auto-replied\n\nI am away. " + OURS.encode(),
        report("relayed"),
        report(original=""),
        report(original=headers() + headers()),
        report(original=headers("<no-host>" * 40)),
        report(original=headers("<a@b>\n <c@d>")),
        report(blocks=2),
        report(blocks=0),
        report(more=f"--b\nContent-Type: text/rfc822-headers\n\n{headers('<other@elsewhere.test>')}\n"),
        report().replace(b"multipart/report", b"multipart/mixed"),
        b"Content-Type: multipart/mixed; boundary=o\n\n--o\n" + report() + b"\n--o--\n",
    ],
    ids=[
        "nothing", "out-of-office", "relayed", "no-headers", "two-ids", "long-id", "folded-id",
        "two-recipients", "no-recipient", "two-originals", "no-report", "nested",
    ],
)  # fmt: skip
def test_what_is_not_plainly_about_one_mail_says_nothing(document: bytes) -> None:
    assert read(document, MARK) is None


def test_a_report_without_our_mark_has_no_receipt() -> None:
    found = read(report(original=f"Message-ID: {OURS}\n"), MARK)
    assert found is not None
    assert found.receipt == ""


def test_no_word_of_a_report_is_repeated() -> None:
    found = read(report(status="5.2.2 <script>alert(1)</script> full@wvft.nhs.test"), MARK)
    assert found is not None
    assert found.meaning == "5.2.2 mailbox full"


@pytest.mark.parametrize(
    "document",
    [
        report() + b"x" * 50_000_000,
        report(original="X: y\n" * 200_000),
        b"Content-Type: message/rfc822\n\n" * 20_000,
        b"".join(b"Content-Type: multipart/report; boundary=%d\n\n--%d\n" % (n, n) for n in range(5_000)),
        report().replace(b"us-ascii", b"no-such-charset"),
        report().replace(b"\nStatus", b"\nStatus: =?utf-7?q?=00?=\nX"),
    ],
    ids=["huge", "many-headers", "mails-in-mails", "parts-in-parts", "charset", "coded-word"],
)
def test_hostile_reports_are_read_in_bounded_time(document: bytes) -> None:
    began = time.monotonic()
    read(document, MARK)
    assert time.monotonic() - began < 5


def test_what_lies_beyond_the_limit_is_not_looked_at() -> None:
    padded = report().replace(b"I'm sorry", b"I'm sorry" + b"." * LARGEST)
    assert read(padded, MARK) is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_odd_bytes_never_raise(data: st.DataObject) -> None:
    document = bytearray(report(kind="message/rfc822"))
    for _ in range(data.draw(st.integers(1, 12))):
        document[data.draw(st.integers(0, len(document) - 1))] = data.draw(st.integers(0, 255))
    found = read(bytes(document), MARK)
    assert found is None or found.action in ("failed", "delayed")
