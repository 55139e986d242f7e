"""A wiki of pages with long histories, as a program: `python -m tests.bench.servedwiki REVISIONS`.

It prints its port and answers the questions of a watch. /asked says how many those were.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

START = datetime.now(UTC) - timedelta(days=900)
ROOM = 1_000_000
"""Revisions that a page may have: those of page N begin at N times as many."""
BATCH = 50
WOODS = ("ash", "beech", "birch", "cedar", "cherry", "elm", "larch", "lime", "maple", "oak", "pine", "yew")


class Wiki(ThreadingHTTPServer):
    """Its pages are called "Ward 1", "Ward 2" and so on; their revisions are made when they are asked for."""

    request_queue_size = 128

    def __init__(self, revisions: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.revisions, self.asked = revisions, 0

    def answer(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """What MediaWiki answers."""
        self.asked += 1
        if asked.get("list") in ("users", "logevents"):
            return {"query": {asked["list"]: []}}
        if "titles" in asked:
            return _told([self._info(int(title.split()[1])) for title in asked["titles"].split("|")])
        if asked["prop"] == "info":
            return _told([self._info(int(number)) for number in asked["pageids"].split("|")])
        if "revids" in asked:
            numbers = [int(number) for number in asked["revids"].split("|")]
            return _told([{**_here(numbers[0] // ROOM), "revisions": list(map(_with_text, numbers))}])
        return self._history(int(asked["pageids"]), asked)

    def _info(self, page: int) -> dict[str, Any]:
        return {**_here(page), "lastrevid": page * ROOM + self.revisions}

    def _history(self, page: int, asked: Mapping[str, str]) -> dict[str, Any]:
        first, last = page * ROOM + 1, page * ROOM + self.revisions
        at = int(asked.get("rvcontinue") or asked.get("rvstartid") or first)
        if asked["rvdir"] == "older":
            return _listed(page, range(at, max(at - BATCH, first - 1), -1))
        until = min(at + BATCH, last + 1)
        more = {"continue": {"rvcontinue": str(until), "continue": "||"}} if until <= last else {}
        return _listed(page, range(at, until)) | more


class _Handler(BaseHTTPRequestHandler):
    server: Wiki

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        is_count = address.path == "/asked"
        found = self.server.asked if is_count else self.server.answer(dict(parse_qsl(address.query)))
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


def _listed(page: int, numbers: range) -> dict[str, Any]:
    return _told([{**_here(page), "revisions": list(map(_revision, numbers))}])


def _told(pages: list[dict[str, Any]]) -> dict[str, Any]:
    return {"query": {"pages": pages}}


def _here(page: int) -> dict[str, Any]:
    return {"pageid": page, "ns": 0, "title": f"Ward {page}"}


@cache
def _revision(number: int) -> dict[str, Any]:
    text = quiet_text(number).encode()
    return {
        "revid": number,
        "parentid": number - 1 if number % ROOM > 1 else 0,
        "timestamp": (START + timedelta(hours=number % ROOM)).isoformat(),
        "user": "Harbour Lantern",
        "userid": 51,
        "comment": "wards",
        "size": len(text),
        "sha1": hashlib.sha1(text).hexdigest(),
        "tags": [],
        "minor": False,
    }


def _with_text(number: int) -> dict[str, Any]:
    return {**_revision(number), "slots": {"main": {"content": quiet_text(number)}}}


def quiet_text(number: int) -> str:
    """6 kB of which each number has another, though not so that an edit from one to the next is any news."""
    door = " ".join(WOODS[number // len(WOODS) ** place % len(WOODS)] for place in range(4))
    paragraphs = (
        f"The {ward} is behind the {door if number % len(WOODS) == place else 'old'} door. " * 10
        for place, ward in enumerate(WOODS)
    )
    return "\n\n".join(paragraphs)


if __name__ == "__main__":
    with Wiki(int(sys.argv[1])) as server:
        print(server.server_address[1], flush=True)  # noqa: T201
        server.serve_forever()
