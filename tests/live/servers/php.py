"""PHP's own web server, which needs no settings outside its command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.live.servers.process import Process


def web_server(port: int, root: Path, router: Path, log: Path, env: Mapping[str, str]) -> Process:
    """Serves `root` on 127.0.0.1; `router` says which script answers an address."""
    return Process(
        f"php -d opcache.enable_cli=1 -S 127.0.0.1:{port} -t {root} {router}",
        log=log,
        # A page that asks its own server must not wait for itself.
        env={**env, "PHP_CLI_SERVER_WORKERS": "3"},
    )
