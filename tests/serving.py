"""A server of a test, at work in a thread of its own."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def serving(server: socketserver.ThreadingMixIn) -> Iterator[int]:
    """The port on which `server` answers until the block ends."""
    assert isinstance(server, socketserver.TCPServer)
    with server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
