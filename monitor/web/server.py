"""Runs the pages: one process, one socket, a clean stop."""

from __future__ import annotations

import errno
import signal
import socket
from typing import TYPE_CHECKING

import structlog
import uvicorn

from monitor import systemd
from monitor.config import Settings, error_at
from monitor.errors import MonitorError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

log = structlog.get_logger("monitor.web")

DRAIN_SECONDS = 8
REQUESTS = 64
"""So many at once; another is asked to come again."""
HEAD_BYTES = 16_384


class Server(uvicorn.Server):
    """uvicorn, which tells systemd when it is ready and when it stops."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        systemd.notify("READY=1")
        log.info("ready", listen=self.config.host, port=self.config.port)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let what runs end, but not for ever."""
        systemd.notify("STOPPING=1")
        await super().shutdown(sockets)
        log.info("stopped")


def serve(app: ASGIApp, settings: Settings) -> None:
    """Answer until SIGTERM or SIGINT. Raises ConfigError or MonitorError where the address cannot be had."""
    host, port = settings.links.place
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="off",
        ws="none",
        access_log=False,  # addresses of pages are secrets
        log_config=None,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        limit_concurrency=REQUESTS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )
    with _socket(settings) as listening:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)  # uvicorn raises it again once it has stopped
        Server(config).run(sockets=[listening])


def _socket(settings: Settings) -> socket.socket:
    host, port = settings.links.place
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            place = settings.links.listen
            raise MonitorError(
                f"{place}: another program listens there; stop it, or change [links] listen"
            ) from None
        what = f"cannot be listened at ({error.strerror})"
        raise error_at(settings, ("links", "listen"), what) from None
