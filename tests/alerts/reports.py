"""Delivery reports as mail servers write them, about mails of the invented trust."""

from __future__ import annotations

MARK = "X-Monitor-Receipt"
OURS = "<digest.comms.20261120.1a2b3c4d@wvft.nhs.test>"
SECRET = "0123456789abcdef0123456789abcdef"


def headers(message_id: str = OURS, receipt: str = SECRET) -> str:
    """The headers of the mail that came back."""
    return (
        f"From: WVFT monitor <monitor@wvft.nhs.test>\nTo: full@wvft.nhs.test\nMessage-ID: {message_id}\n"
        f"{MARK}: {receipt}\nSubject: [WVFT monitor] 1 to decide\n"
    )


def report(
    action: str = "failed",
    status: str = "5.2.2",
    original: str | None = None,
    kind: str = "text/rfc822-headers",
    blocks: int = 1,
    more: str = "",
) -> bytes:
    """A report as Postfix writes it (RFC 3464), `more` as further parts of its own."""
    recipient = (
        f"Final-Recipient: rfc822; full@wvft.nhs.test\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 552 5.2.2 <full@wvft.nhs.test> over quota\n"
    )
    parts = [
        "Content-Type: text/plain; charset=us-ascii\n\nI'm sorry to have to inform you ...\n",
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mail.wvft.nhs.test\n\n"
        + "\n".join([recipient] * blocks),
        f"Content-Type: {kind}\n\n{headers() if original is None else original}\n",
    ]
    inside = "".join(f"--b\n{part}\n" for part in parts) + more
    head = (
        "From: MAILER-DAEMON@mail.wvft.nhs.test\nTo: bounces@wvft.nhs.test\nSubject: Undelivered\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
    )
    return (head + inside + "--b--\n").encode()
