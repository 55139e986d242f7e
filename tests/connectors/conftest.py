"""A real web server on loopback that misbehaves on request, and counts who connected."""

from __future__ import annotations

import socketserver
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.serving import serving

Route = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """Answers a path with the route of that name; `connections` counts accepted sockets.

    `requests` are (path, headers) of all, `posted` the bodies of those that were posted.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.connections = 0
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.posted: list[bytes] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def netloc(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.server_address[1]}"

    def url(self, path: str = "/") -> str:
        """The address of `path` here."""
        return f"http://{self.netloc}{path}"

    def answer(self, path: str, body: bytes = b"", status: int = 200, **headers: str) -> str:
        """Answer `path` with this; gives its address. Header names are written with underscores."""

        def route(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.routes[path] = route
        return self.url(path)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what several tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        route = self.server.routes.get(self.path.split("?")[0])
        if route is None:
            self.send_error(404)
        else:
            route(self)

    def do_POST(self) -> None:
        self.server.posted.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.do_GET()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    socketserver.TCPServer.allow_reuse_address = True
    server = Server()
    with serving(server):
        yield server
