"""A wiki between a real wiki and its readers: what was answered once is answered again without asking."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from tests.serving import serving

Answer = tuple[int, list[tuple[str, str]], bytes]
PASSED_ON = ("Content-Type", "Retry-After", "MediaWiki-API-Error", "Last-Modified")


class Recorder(ThreadingHTTPServer):
    """Answers /NAME/w/... as the wiki at `upstream` answered /w/... when its snapshot NAME was made."""

    request_queue_size = 128

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._upstream = upstream
        self._answers: dict[str, Answer] = {}

    @classmethod
    @contextmanager
    def opened(cls, upstream: str) -> Iterator[Recorder]:
        """One that answers until the block ends."""
        recorder = cls(upstream)
        with serving(recorder):
            yield recorder

    @property
    def url(self) -> str:
        """Its root, without a / at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str) -> Answer:
        """The answer to a request's path and query, asked of the wiki where it is not known."""
        if path not in self._answers:
            self._answers[path] = self._ask(path)
        return self._answers[path]

    def _ask(self, path: str) -> Answer:
        snapshot, _, rest = path.removeprefix("/").partition("/")
        request = urllib.request.Request(f"{self._upstream}/{rest}", headers={"X-Snapshot": snapshot})
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, _kept(reply.headers), reply.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, _kept(refusal.headers), refusal.read()


def _kept(headers: Any) -> list[tuple[str, str]]:
    return [(name, headers[name]) for name in PASSED_ON if name in headers]


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, headers, body = cast(Recorder, self.server).answer(self.path)
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""
