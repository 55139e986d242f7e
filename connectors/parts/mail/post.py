"""A mail to a `Post`: the same for a mailbox and for a folder of files.

Who sent it reports a concern and is not its author: a mail's post has no author, and no address of sender or
recipients leaves the parser. A mail that the parser cannot read is kept as a post that says so.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog

from connectors import Context
from monitor import sandbox
from monitor.types import Kind, Media, Origin, Post

log = structlog.get_logger("connectors.mail")

Anything = TypeVar("Anything")
PARSER = "connectors.parts.mail.message:read"
LARGEST = 8 * 2**20
"""Bytes of a mail that are read: its words come first, the rest is attachments."""
PER_PAGE = 6
"""Mails of one page: with their attachments all of it is in memory."""
_CUT = "\n\n[Only the first 8 MB of this mail were read.]"
_UNREADABLE = "A mail that cannot be read as one came in. Look at the original, which was left as it is."
_LONGEST_ID = 500


def post(context: Context, document: bytes, received: datetime) -> Post | None:
    """The post of a mail that came in at `received` (aware); None for what a machine sent by itself."""
    now = context.now()
    try:
        found = sandbox.run(PARSER, document[:LARGEST], now.isoformat())
    except sandbox.ParserError:
        return unreadable(context, hashlib.sha256(document).hexdigest(), received)
    if found["automatic"]:
        log.info("automatic mail left out", source=context.source)
        return None
    return Post(
        **_whence(context, _identity(found)),
        title=found["title"],
        text=found["text"] + (_CUT if len(document) > LARGEST else ""),
        created_at=datetime.fromisoformat(found["created"]) if found["created"] else received,
        links=tuple(found["links"]),
        media=tuple(map(_media, found["pictures"])),
    )


def pages(found: Sequence[Anything]) -> Iterator[Sequence[Anything]]:
    """What is to be read, a page at a time."""
    return (found[at : at + PER_PAGE] for at in range(0, len(found), PER_PAGE))


def unreadable(context: Context, name: str, received: datetime) -> Post:
    """The post that stands for a mail of which nothing can be read."""
    return Post(
        **_whence(context, name), title="A mail that cannot be read", text=_UNREADABLE, created_at=received
    )


def _whence(context: Context, name: str) -> dict[str, Any]:
    return {
        "source": context.source,
        "platform": "email",
        "external_id": name,
        "observed_at": context.now(),
        "kind": Kind.REPORT,
        "origin": Origin.EMAIL,
        "terms": context.terms,
    }


def _media(picture: dict[str, str]) -> Media:
    """An attachment: kept under the beginning of its digest, for its own name may tell of people."""
    digest, content = picture["digest"], base64.b64decode(picture["content"])
    return Media(kind=picture["kind"], url=f"urn:sha256:{digest}", name=digest[:8], content=content)


def _identity(found: dict[str, Any]) -> str:
    """Message-ID and content: whoever repeats another mail's Message-ID does not replace its words."""
    name = found["id"] or found["created"] or ""
    pictures = [picture["digest"] for picture in found["pictures"] if picture["kind"] == "image"]
    content = json.dumps([found["title"], found["text"], pictures, name]).encode()
    digest = hashlib.sha256(content).hexdigest()[:32]
    return f"{name}#{digest}" if len(name) <= _LONGEST_ID else digest
