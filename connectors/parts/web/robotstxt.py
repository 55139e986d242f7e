"""What a robots.txt allows: runs in the sandbox, on bytes of strangers (RFC 9309)."""

from __future__ import annotations

from typing import Any

from protego import Protego

_LARGEST = 512_000  # bytes; RFC 9309, 2.5: at least 500 KiB are to be read


def judge(document: bytes, agent: str, url: str) -> dict[str, Any]:
    """Whether `agent` may fetch `url`, and the `delay` in seconds that is asked of it, None where none is."""
    rules = Protego.parse(document[:_LARGEST].decode("utf-8-sig", "replace"))
    return {"allowed": bool(rules.can_fetch(url, agent)), "delay": rules.crawl_delay(agent)}
