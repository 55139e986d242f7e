"""A message as internet mail: its headers and its two parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from alerts.text import safe
from monitor.errors import DeliveryError, FailureKind
from monitor.types import Message


def envelope(message: Message, sender: str, at: datetime) -> EmailMessage:
    """`message` from `sender` ("Name <address>" or an address), dated `at` (aware).

    Raises DeliveryError (MESSAGE) where a header can't be written: an address that is none,
    or a line break, with which a stranger would write headers of his own.
    """
    mail = EmailMessage(policy=SMTP)
    try:
        for name, value in _headers(message, sender, at).items():
            mail[name] = value
    except (ValueError, IndexError, MessageError):
        # Without the cause, which holds the address.
        raise DeliveryError(
            "a mail's headers cannot be written: check smtp.sender and the addresses under [[recipients]]",
            kind=FailureKind.MESSAGE,
        ) from None
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return mail


def address(text: str) -> Address:
    """The one address in `text`. Raises ValueError, IndexError or MessageError where there is none."""
    name, bare = parseaddr(text)
    return Address(display_name=safe(name), addr_spec=bare)


def _headers(message: Message, sender: str, at: datetime) -> Mapping[str, str | Address]:
    # OOF and AutoReply only: "All" would suppress the non-delivery reports we need (mail.md 2).
    author = address(sender)
    return {
        "From": author,
        "To": Address(addr_spec=message.to),
        "Subject": safe(message.subject),
        "Date": format_datetime(at),
        "Message-ID": f"<{message.message_id.strip('<>')}>",
        "List-ID": f"<{message.list_id.strip('<>')}>",
        "List-Unsubscribe": f"<mailto:{quote(author.addr_spec, safe='@')}?subject=unsubscribe>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "X-Monitor-Severity": message.severity.value,
        **{name: safe(value) for name, value in message.headers.items()},
    }
