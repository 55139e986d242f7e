"""A web server on loopback that keeps what is posted to it: a chat's webhook, or what gives out tokens."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.serving import serving


class Webhook:
    """`received` are the bodies; `status` and `answer` are what it says, unless it `stalls`."""

    def __init__(self, status: int = 200, answer: Any = None) -> None:
        self.received: list[str] = []
        self.status, self.answer, self.stalls = status, answer, False
        self.over = threading.Event()
        self.port = 0

    @property
    def json(self) -> list[Any]:
        """What was posted, as JSON."""
        return [json.loads(body) for body in self.received]

    @contextmanager
    def served(self) -> Iterator[Webhook]:
        """Listen on a free port."""
        state = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                state.received.append(body.decode())
                if state.stalls:
                    state.over.wait(30)
                text = json.dumps(state.answer).encode()
                self.send_response(state.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None: ...

        with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as self.port:
            try:
                yield self
            finally:
                self.over.set()
