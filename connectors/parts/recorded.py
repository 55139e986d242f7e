"""Recorded answers as tools write them down: to put them through a connector without a network.

Plain bodies, JSON Lines (an answer a line), one exchange as `{"request", "status", "headers", "body"}`, and
the cassettes of VCR and betamax, as JSON or YAML.
"""

from __future__ import annotations

import base64
import binascii
import inspect
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from connectors.parts.shape import find

_LARGEST = 32_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One answer: its status, headers with lower-case names, and the body without its packing."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def wants_document(connector: Any) -> bool:
    """True where `posts` of a connector, or its class, takes an answer as bytes rather than decoded."""
    *_, wanted = inspect.signature(connector.posts).parameters.values()
    return wanted.annotation in (bytes, "bytes")


def answers(document: bytes, status: int = 200) -> Iterator[Recorded]:
    """The answers in `document`, the file as it is; `status` is that of a body that stands alone."""
    whole = _parsed(document)
    if exchanges := find(whole, "http_interactions") or find(whole, "interactions"):
        yield from map(_exchange, exchanges)
    elif isinstance(whole, dict) and {"request", "status", "body"} <= whole.keys():
        yield _captured(whole)
    elif lines := _lines(document) if whole is None else ():
        yield from (Recorded(line, status) for line in lines)
    else:
        yield Recorded(document, status)


def _parsed(document: bytes) -> Any:
    """A JSON document or a cassette in YAML, None for anything else."""
    try:
        if document.startswith(b"interactions:"):
            return yaml.load(document, _LOADER)  # noqa: S506  # a safe loader, the fast one where there is one
        return json.loads(document)
    except (ValueError, RecursionError, yaml.YAMLError):
        return None


def _lines(document: bytes) -> list[bytes]:
    """The lines that are JSON, where the first one is; what stands between them is nobody's answer."""
    lines = [line for line in document.splitlines() if line.strip()]
    return [line for line in lines if _parsed(line) is not None] if lines and _parsed(lines[0]) else []


def _captured(whole: Mapping[str, Any]) -> Recorded:
    body = whole["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    return Recorded(text.encode(), _status(whole["status"]), _headers(whole.get("headers")))


def _exchange(exchange: Any) -> Recorded:
    answer = find(exchange, "response")
    headers = _headers(find(answer, "headers"))
    body = _body(find(answer, "body"))
    return Recorded(_unpacked(body), _status(find(answer, "status", "code")), headers)


def _status(written: Any) -> int:
    return written if isinstance(written, int) else 200


def _headers(written: Any) -> dict[str, str]:
    items = written.items() if isinstance(written, dict) else ()
    return {str(k).lower(): ", ".join(v) if isinstance(v, list) else str(v) for k, v in items}


def _body(written: Any) -> bytes:
    packed = find(written, "base64_string")
    text = find(written, "string") if isinstance(written, dict) else written
    try:
        return (
            base64.b64decode(packed) if packed else text if isinstance(text, bytes) else (text or "").encode()
        )
    except (binascii.Error, ValueError, AttributeError):
        return b""


def _unpacked(body: bytes) -> bytes:
    """Cassettes keep a body as it came over the wire; what is not gzip stays as it is."""
    try:
        return zlib.decompressobj(31).decompress(body, _LARGEST) if body[:2] == b"\x1f\x8b" else body
    except zlib.error:
        return body
