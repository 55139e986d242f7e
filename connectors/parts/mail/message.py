"""A mail's bytes to plain text: what runs in the sandbox, on bytes of strangers. Fetches nothing.

Only JSON values go back. No sender's or recipient's address is among them, and no name of an attachment.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.parts import plain

DEEPEST = 8  # parts within parts, and mails within mails; beyond it nothing is read
MOST_PARTS = 200
LONGEST_TEXT = 200_000  # characters of all parts together
LONGEST_MARKUP = 2_000_000
MOST_LINKS = 50
_LINK = re.compile(r"https?://[^\s<>\"'\\]+")
_AFTER_A_LINK = ".,;:!?)]}*_"
# One byte a character: what is valid UTF-8 and says one of these was labelled wrongly.
_NARROW = re.compile(r"us-ascii|ascii|iso-8859-\d+|latin-?1|windows-125\d|cp125\d", re.IGNORECASE)


def read(document: bytes, now: str) -> dict[str, Any]:
    """A mail as: id, title, text, created (ISO 8601 or None), links, pictures, automatic.

    Of each picture and PDF its `kind`, SHA-256 and bytes (base64).
    `automatic` is True for bounces, receipts, automatic replies (RFC 3834, RFC 6522) and our own digests.
    Raises whatever the parser raises.
    """
    message = message_from_bytes(document, policy=policy.default)
    found = _Found()
    found.take(message)
    return {
        "id": plain.clean(_header(message, "Message-ID")).strip(),
        "title": " ".join(plain.clean(_header(message, "Subject")).split()),
        "text": found.whole(),
        "created": _date(_header(message, "Date"), datetime.fromisoformat(now)),
        "links": list(dict.fromkeys(found.links))[:MOST_LINKS],
        "pictures": found.pictures,
        "automatic": _automatic(message),
    }


@dataclass(slots=True)
class _Found:
    """What a walk over the parts has come upon so far."""

    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    pictures: list[dict[str, str]] = field(default_factory=list)
    attached: Counter[str] = field(default_factory=Counter)
    parts: int = 0

    def take(self, part: EmailMessage, depth: int = 0) -> None:
        """Read `part` and what is in it, as deep and as far as is allowed."""
        self.parts += 1
        if self.parts > MOST_PARTS or depth > DEEPEST:
            return
        kind = part.get_content_type()
        if kind == "message/rfc822":
            self._forwarded(part, depth)
        elif kind == "multipart/alternative":
            self._best(part, depth)
        elif part.is_multipart():
            for inner in _inside(part):
                self.take(inner, depth + 1)
        else:
            self._leaf(part, kind)

    def whole(self) -> str:
        """The words of all parts, and what came with them, by type only: file names tell of people."""
        text = "\n\n".join(self.texts)[:LONGEST_TEXT]
        names = (f"{number} {kind}" if number > 1 else kind for kind, number in self.attached.items())
        return f"{text}\n\n[attached: {', '.join(names)}]".strip() if self.attached else text

    def _forwarded(self, part: EmailMessage, depth: int) -> None:
        for inner in _inside(part):
            if subject := " ".join(plain.clean(_header(inner, "Subject")).split()):
                self.texts.append(subject)
            self.take(inner, depth + 1)

    def _best(self, part: EmailMessage, depth: int) -> None:
        """The same words in several forms: the first, unless a later one says more than twice as much."""
        start = len(self.texts)
        for inner in _inside(part):
            before = len(self.texts)
            self.take(inner, depth + 1)
            if before > start:
                more = sum(map(len, self.texts[before:])) > 2 * sum(map(len, self.texts[start:before]))
                self.texts[start:] = self.texts[before:] if more else self.texts[start:before]

    def _leaf(self, part: EmailMessage, kind: str) -> None:
        if kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            self._words(_decoded(part), kind)
            return
        self.attached[plain.clean(kind)[:60]] += 1
        if kind.startswith("image/") or kind == "application/pdf":
            self._picture("document" if kind == "application/pdf" else "image", _payload(part))

    def _picture(self, kind: str, content: bytes) -> None:
        digest, packed = hashlib.sha256(content).hexdigest(), base64.b64encode(content).decode()
        self.pictures.append({"kind": kind, "digest": digest, "content": packed})

    def _words(self, written: str, kind: str) -> None:
        markup = written[:LONGEST_MARKUP] if kind == "text/html" else ""
        text = plain.from_html(markup) if markup else plain.clean(written[:LONGEST_TEXT]).strip()
        hrefs = plain.addresses(markup)[0] if markup else []
        found = (match[0].rstrip(_AFTER_A_LINK) for match in _LINK.finditer(text))
        self.links += filter(None, (plain.web_address(link) for link in (*found, *hrefs)))
        if text:
            self.texts.append(text)


def _inside(part: EmailMessage) -> Iterator[EmailMessage]:
    payload = part.get_payload()
    return (
        (each for each in payload if isinstance(each, EmailMessage))
        if isinstance(payload, list)
        else iter(())
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header's value; one that the parser gives up on, as it was written."""
    try:
        return str(message.get(name, ""))
    except Exception:  # the header parser raises IndexError and others of its own on odd text
        return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")


def _payload(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decoded(part: EmailMessage) -> str:
    """The text of a part, in the character set that it says, or else in the one that fits."""
    payload, said = _payload(part), part.get_content_charset("us-ascii")
    for charset in ("utf-8", said) if _NARROW.fullmatch(said) else (said, "utf-8"):
        try:
            return payload.decode(charset)
        except (UnicodeError, LookupError, ValueError):
            continue
    return payload.decode("cp1252", "replace")


def _date(written: str, now: datetime) -> str | None:
    try:
        at = parsedate_to_datetime(written)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    believed = plain.believable(at, now)
    return believed.isoformat() if believed else None


def _automatic(message: EmailMessage) -> bool:
    """Mail of a machine that nobody asked for; alerts and notifications that people forward are none."""
    submitted = _header(message, "Auto-Submitted").strip().lower()
    return (
        message.get_content_type() == "multipart/report"
        or submitted.startswith("auto-replied")
        or "x-autoreply" in message
        or "x-monitor-severity" in message  # a digest of ours: read, it would report its own cases
    )
