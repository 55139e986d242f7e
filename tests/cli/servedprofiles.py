"""A small platform on loopback that finds the same profiles for every question, as Mastodon answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.serving import serving


def profile(number: int, handle: str, shown: str, bio: str = "") -> dict[str, Any]:
    """A profile as Mastodon's interface gives it."""
    return {
        "id": str(number), "acct": handle, "username": handle, "display_name": shown, "note": bio,
        "url": f"http://social.test/@{handle}", "avatar": "", "created_at": "2026-11-01T00:00:00Z",
        "followers_count": 3,
    }  # fmt: skip


FAKE = profile(2, "WVFT_NHS", "Wearside Vale NHS Foundation Trust", "Official account. News and advice")
OFFICIAL = profile(1, "WVFTNHS", "Wearside Vale NHS Foundation Trust", "News")
NURSE = profile(3, "jo_bell", "Jo Bell", "Staff nurse at WVFT. 07700 900123. Views my own")
STRANGER = profile(4, "vale_runners", "Vale Running Club")


@dataclass
class Platform:
    """Its profiles, and what was asked of it; `broken` = it answers 503."""

    profiles: list[dict[str, Any]] = field(default_factory=lambda: [OFFICIAL, FAKE, NURSE, STRANGER])
    asked: list[str] = field(default_factory=list)
    broken: bool = False
    port: int = 0

    @contextmanager
    def served(self) -> Iterator[Platform]:
        """At work on a port of its own."""
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                found = {"accounts": platform.profiles, "statuses": [], "hashtags": []}
                is_search = address.path == "/api/v2/search"
                if is_search:
                    platform.asked.append(parse_qs(address.query)["q"][0])
                body = json.dumps(found if is_search else []).encode()
                self.send_response(503 if platform.broken else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
            self.port = port
            yield self
