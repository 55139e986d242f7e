"""What mails are made of, and what becomes of it: words, links, types; never an address or a file's name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from connectors import Context
from connectors.http import Http
from connectors.parts.mail import post as mailpost
from connectors.parts.mail.message import LONGEST_TEXT, read
from monitor.types import Kind, Origin, Post, Terms
from tests.connectors.mails import PICTURE, letter

Clock = Callable[[], datetime]
RECEIVED = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def seen(message: EmailMessage | bytes) -> dict[str, Any]:
    """What the parser makes of a mail."""
    return read(bytes(message), "2026-11-21T09:30:00+00:00")


def raw(body: bytes, *headers: str) -> bytes:
    """A mail as its bytes."""
    return "\r\n".join(["From: jo@home.test", *headers, "", ""]).encode() + body


@pytest.fixture
def context(now: Clock) -> Context:
    return Context(source="reports", http=Http(now=now), now=now, terms=Terms(licence="none"))


def posted(context: Context, message: EmailMessage | bytes) -> Post:
    post = mailpost.post(context, bytes(message), RECEIVED)
    assert post is not None
    return post


def test_a_mail_is_a_report_without_an_author(context: Context) -> None:
    post = posted(context, letter(Date="Fri, 20 Nov 2026 10:00:00 +0100"))
    assert (post.platform, post.kind, post.origin) == ("email", Kind.REPORT, Origin.EMAIL)
    assert (post.title, post.text, post.author, post.url) == ("A concern", "Look at this.", None, None)
    assert post.created_at == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    assert post.terms == context.terms


def test_no_address_of_sender_or_recipient_leaves_the_parser() -> None:
    told = letter(Cc="Sam <sam@home.test>", Reply_To="x@home.test", Message_ID="<7@mail.test>")
    assert "home.test" not in json.dumps(seen(told))


def test_a_mail_without_a_true_date_has_that_of_its_arrival(context: Context) -> None:
    for date in ("Fri, 20 Nov 1626 10:00:00 +0100", "the day after", "Fri, 20 Nov 2099 10:00:00 +0000"):
        assert posted(context, letter(Date=date)).created_at == RECEIVED
    assert posted(context, letter()).created_at == RECEIVED


def test_html_alone_is_read_as_text_and_its_links_are_kept() -> None:
    message = EmailMessage()
    message.set_content(
        "<p>Look at <a href='https://a.test/1'>this</a></p><p>and that</p>"
        "<script>alert(1)</script><img src='https://spy.test/pixel.gif'><a href='javascript:x()'>no</a>",
        subtype="html",
    )
    found = seen(message)
    assert found["text"] == "Look at this\nand that\nno"
    assert found["links"] == ["https://a.test/1"]


def test_of_the_same_words_in_two_forms_one_is_kept_and_the_links_of_both() -> None:
    message = letter(text="See https://a.test/1.")
    message.add_alternative("<p>See <a href='https://b.test/2'>it</a></p>", subtype="html")
    found = seen(message)
    assert found["text"] == "See https://a.test/1."
    assert found["links"] == ["https://a.test/1", "https://b.test/2"]


def test_a_plain_form_that_says_little_does_not_hide_the_other() -> None:
    message = letter(text="Your program shows no HTML.")
    message.add_alternative(f"<p>{'The matron is named. ' * 10}</p>", subtype="html")
    assert seen(message)["text"].startswith("The matron is named.")


def test_attachments_are_told_by_type_and_pictures_by_digest(context: Context) -> None:
    message = letter()
    for name in ("Jane Doe ward 4.png", "second.png"):
        message.add_attachment(PICTURE, maintype="image", subtype="png", filename=name)
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Jane.pdf")
    post = posted(context, message)
    assert post.text == "Look at this.\n\n[attached: 2 image/png, application/pdf]"
    *pictures, paper = post.media
    assert [media.url for media in pictures] == [f"urn:sha256:{hashlib.sha256(PICTURE).hexdigest()}"] * 2
    assert [(m.kind, m.content) for m in post.media] == [("image", PICTURE)] * 2 + [("document", b"%PDF")]
    assert paper.name == hashlib.sha256(b"%PDF").hexdigest()[:8]
    assert "Jane" not in repr(post)


def test_a_mail_that_is_attached_or_forwarded_is_read(context: Context) -> None:
    message = letter(text="Please look.\n\n> ---- Forwarded ----\n> The porter filmed it.")
    message.add_attachment(letter("Seen on the bus", "A laptop of the trust."))
    post = posted(context, message)
    assert "The porter filmed it." in post.text
    assert "Seen on the bus\n\nA laptop of the trust." in post.text


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("utf-8", "Größe – ✓".encode()),
        ("us-ascii", "Größe – ✓".encode()),
        ("iso-8859-1", "Größe – ✓".encode()),
        ("utf-16", "Größe – ✓".encode("utf-16")),
        ("no-such-set", "Größe – ✓".encode()),
        ("iso-2022-jp", "Größe – ✓".encode()),
    ],
)
def test_a_wrong_character_set_costs_no_word(charset: str, body: bytes) -> None:
    assert seen(raw(body, f"Content-Type: text/plain; charset={charset}"))["text"] == "Größe – ✓"


def test_bytes_of_no_declared_set_are_read_as_windows_wrote_them() -> None:
    body = "“Größe”".encode("cp1252")
    assert seen(raw(body, "Content-Type: text/plain; charset=utf-8"))["text"] == "“Größe”"


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00\xff\xfe" * 100, id="no mail at all"),
        pytest.param(raw(b"words", "Subject: =?utf-8?q?=ff=fe?=", "Content-Type: /;;="), id="odd headers"),
        pytest.param(raw(b"words", "Message-ID: <<<>>>,,", "Date: ,"), id="headers that parsers trip over"),
        pytest.param(raw(b"--x\r\n\r\nwords", "Content-Type: multipart/mixed; boundary=x"), id="no end"),
        pytest.param(raw(b"words", "Content-Type: multipart/mixed"), id="no boundary"),
        pytest.param(raw(b"wor=ZZds", "Content-Transfer-Encoding: quoted-printable"), id="wrong encoding"),
        pytest.param(raw(b"d29y", "Content-Transfer-Encoding: base64"), id="cut-off base64"),
    ],
)
def test_a_malformed_mail_is_still_a_post(context: Context, document: bytes) -> None:
    assert posted(context, document).external_id


def test_a_header_cannot_bring_in_another() -> None:
    found = seen(raw(b"words", "Subject: =?utf-8?q?one=0D=0AAuto-Submitted:_auto-replied?="))
    assert found["title"] == "one Auto-Submitted: auto-replied"
    assert found["automatic"] is False


def nested(depth: int) -> bytes:
    """Mails within mails."""
    message = letter(text="the innermost")
    for _ in range(depth):
        outer = letter(text="around")
        outer.add_attachment(message)
        message = outer
    return bytes(message)


def test_mails_within_mails_are_read_so_deep_and_no_deeper(context: Context) -> None:
    assert "the innermost" in posted(context, nested(2)).text
    assert "the innermost" not in posted(context, nested(20)).text


def test_a_mail_that_breaks_the_parser_is_kept_as_one_that_cannot_be_read(context: Context) -> None:
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(5_000))
    post = posted(context, parts.encode())
    assert post.title == "A mail that cannot be read"
    assert post.created_at == RECEIVED


def test_very_many_parts_and_words_are_bounded() -> None:
    part = b"--x\r\nContent-Type: text/plain\r\n\r\nwords\r\n"
    many = seen(raw(part * 20_000, "Content-Type: multipart/mixed; boundary=x"))
    assert many["text"].count("words") < 250
    assert len(seen(letter(text="word " * 100_000))["text"]) <= LONGEST_TEXT


def test_of_a_huge_mail_the_beginning_is_read_and_that_is_said(context: Context) -> None:
    post = posted(context, bytes(letter(text="The first words.")) + b"x" * 60 + (b"\n" * mailpost.LARGEST))
    assert post.text.startswith("The first words.")
    assert post.text.endswith("[Only the first 8 MB of this mail were read.]")


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-replied",),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=x",),
        ("X-Autoreply: yes",),
        ("Auto-Submitted: auto-generated", "X-Monitor-Severity: high"),
    ],
)
def test_what_a_machine_sent_by_itself_is_left_out(context: Context, headers: tuple[str, ...]) -> None:
    assert mailpost.post(context, raw(b"I am away.", *headers), RECEIVED) is None


def test_an_alert_that_a_service_generated_is_read(context: Context) -> None:
    alert = letter("Google Alert - WVFT", "A ward is closed.", Auto_Submitted="auto-generated")
    assert posted(context, alert).text == "A ward is closed."


def test_another_mail_with_the_same_message_id_replaces_nothing(context: Context) -> None:
    real, forged = (letter(text=text, Message_ID="<1@home.test>") for text in ("real", "forged"))
    assert posted(context, real).key != posted(context, forged).key
    assert posted(context, real).key == posted(context, real).key


def test_the_same_mail_has_one_identity_by_either_door(context: Context) -> None:
    message = letter(Message_ID="<1@home.test>")
    by_folder = replace(context, source="folder")
    stamped = b"Received: from relay.test\r\n" + bytes(message)
    assert posted(context, message).key == posted(by_folder, stamped).key
