"""Mails as people and their programs write them."""

from __future__ import annotations

from email.message import EmailMessage

PICTURE = b"\x89PNG\r\n\x1a\n a picture"


def letter(subject: str = "A concern", text: str = "Look at this.", **headers: str) -> EmailMessage:
    """A mail of words."""
    message = EmailMessage()
    fields = {"From": "Jo Reader <jo@home.test>", "To": "reports@wvft.nhs.test", "Subject": subject}
    for name, value in (fields | headers).items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def numbered(number: int) -> bytes:
    """A mail that is like no other."""
    return bytes(letter(f"Concern {number}", f"Words {number}.", Message_ID=f"<{number}@home.test>"))
