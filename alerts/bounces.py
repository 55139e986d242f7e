"""Delivery reports: what a mail server says has become of a mail of ours (RFC 3464, RFC 6522).

They are bytes of strangers, and anybody can write one. So little of them is read: of the report itself the
action and the status, of the mail that came back two headers. No word of theirs goes any further.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message as Part
from typing import Literal

LARGEST = 262_144
"""Bytes of a mail that are looked at; the report and the headers that came back stand first."""
_MOST_PARTS = 10
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,250}>")

MEANINGS = {
    "5.1.1": "no such mailbox",
    "5.1.10": "no such mailbox",
    "5.1.2": "no such domain",
    "5.2.1": "mailbox closed",
    "5.2.2": "mailbox full",
    "4.2.2": "mailbox full",
    "5.2.3": "too large for the mailbox",
    "5.3.4": "too large for the server",
    "5.4.1": "no server takes mail for it",
    "4.4.1": "its server does not answer",
    "4.4.7": "it could not be delivered in time",
    "5.4.7": "it could not be delivered in time",
}
"""Enhanced status codes (RFC 3463 and its registry) in words; the classes stand below."""
_CLASSES = {
    "7": "refused by a rule of its server",
    "1": "the address is refused",
    "2": "the mailbox refuses it",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the mail `message_id`; `receipt` is what only our mails carry."""

    message_id: str
    receipt: str
    action: Literal["failed", "delayed"]
    status: str

    @property
    def meaning(self) -> str:
        """`5.2.2 mailbox full`."""
        known = MEANINGS.get(self.status) or _CLASSES.get(self.status.split(".")[1], "it was not delivered")
        return f"{self.status} {known}"


def read(document: bytes, mark: str) -> Report | None:
    """The report in a mail, None where there is none that can be trusted to be about one mail.

    `mark` names the header that holds the receipt.
    """
    try:
        return _read(message_from_bytes(document[:LARGEST], policy=policy.compat32), mark)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return None  # the parser's own errors on odd bytes


def _read(mail: Part, mark: str) -> Report | None:
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return None
    parts = [part for part in mail.get_payload() if isinstance(part, Part)]
    fields = [part for part in parts[:_MOST_PARTS] if part.get_content_type() == "message/delivery-status"]
    originals = list(_originals(parts[:_MOST_PARTS]))
    if len(fields) != 1 or len(originals) != 1:
        return None  # about no mail of ours, or about several at once
    found = _recipient(fields[0])
    message_id, receipt = _only(originals[0], "Message-ID"), _only(originals[0], mark)
    if found is None or not _MESSAGE_ID.fullmatch(message_id):
        return None
    return Report(message_id, receipt, *found)


def _originals(parts: list[Part]) -> Iterator[Part]:
    """The mail that came back: whole, or its headers."""
    for part in parts:
        if part.get_content_type() in ("message/rfc822", "message/rfc822-headers") and part.is_multipart():
            yield part.get_payload(0)  # type: ignore[misc]
        elif part.get_content_type() == "text/rfc822-headers":
            yield _headers(part)


def _headers(part: Part) -> Part:
    text = part.get_payload(decode=True)
    return message_from_bytes(text if isinstance(text, bytes) else b"", policy=policy.compat32)


def _recipient(fields: Part) -> tuple[Literal["failed", "delayed"], str] | None:
    """Action and status of the one recipient: ours have one each. The first block is about the mail."""
    blocks = [block for block in fields.get_payload() if isinstance(block, Part) and block["Action"]]
    if len(blocks) != 1:
        return None
    action = str(blocks[0]["Action"]).strip().lower()
    status = _STATUS.search(str(blocks[0]["Status"] or ""))
    if action not in ("failed", "delayed"):
        return None
    code = status[0] if status else ("5.0.0" if action == "failed" else "4.0.0")
    return ("failed" if action == "failed" else "delayed"), code


def _only(part: Part, name: str) -> str:
    """A header that stands there once, else nothing."""
    values = part.get_all(name, [])
    return str(values[0]).strip() if len(values) == 1 else ""
