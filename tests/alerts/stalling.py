"""A mail server that comes to a certain step and then says nothing more."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.serving import serving

REPLIES = {
    "EHLO": "250-relay.test\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 2.7.0 in",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "dot": "250 2.0.0 queued",
    "QUIT": "221 bye",
}


class Stalling:
    """Answers every step before `step`; a handshake may drip instead of standing still."""

    def __init__(self, step: str, certificate: Path, *, dripping: bool = False) -> None:
        self.step, self.dripping, self.reached, self.port = step, dripping, "", 0
        self.over = threading.Event()
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(certificate)

    @contextmanager
    def served(self) -> Iterator[Stalling]:
        """Answer on a free port."""
        state = self

        class Handler(_Handler):
            stalling = state

        with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as self.port:
            try:
                yield self
            finally:
                self.over.set()


class _Handler(socketserver.BaseRequestHandler):
    stalling: Stalling

    def handle(self) -> None:
        with suppress(OSError):
            self._converse()

    def _converse(self) -> None:
        if self.stalling.step == "nonsense":
            self.request.sendall(b"x" * 100_000)
            return
        if self.stalling.dripping:
            self._stall()
        elif self._say("greeting", "220 relay.test"):
            self._steps()

    def _steps(self) -> None:
        with self.request.makefile("rb") as lines:
            for line in lines:
                verb = line.split()[0].decode().upper()
                if not self._say(verb, REPLIES[verb]):
                    return
                if verb == "STARTTLS":
                    break
                if verb == "DATA":
                    self._body(lines)
                    if not self._say("dot", REPLIES["dot"]):
                        return
        if verb == "STARTTLS" and not self._stalls_at("handshake"):
            with self.stalling.tls.wrap_socket(self.request, server_side=True) as self.request:
                self._steps()

    def _body(self, lines: Any) -> None:
        for line in lines:
            if line == b".\r\n":
                return

    def _say(self, step: str, reply: str) -> bool:
        if self._stalls_at(step):
            return False
        self.request.sendall(f"{reply}\r\n".encode())
        return True

    def _stalls_at(self, step: str) -> bool:
        self.stalling.reached = step
        if step != self.stalling.step:
            return False
        self._stall()
        return True

    def _stall(self) -> None:
        """Stand still until the test is over; a handshake's record that drips never comes to its end."""
        if self.stalling.dripping:
            self.request.sendall(b"\x16\x03\x03\x40\x00")
        while not self.stalling.over.wait(0.05):
            if self.stalling.dripping:
                self.request.sendall(b"\x00")
