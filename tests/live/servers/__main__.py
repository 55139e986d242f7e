"""The real servers by hand: `python -m tests.live.servers` runs them all until Ctrl-C.

`python -m tests.live.servers packages` prints the Debian packages they need, for apt-get install;
`python -m tests.live.servers install` then fetches what Debian does not have, from PyPI and npm.
"""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack, suppress

from tests.live.servers.bluesky import Bluesky
from tests.live.servers.browser import Browser
from tests.live.servers.mail import Mail
from tests.live.servers.mastodon import Mastodon
from tests.live.servers.mediawiki import MediaWiki
from tests.live.servers.postgresql import PostgreSQL
from tests.live.servers.wordpress import WordPress

SERVERS = (Bluesky, Mail, Mastodon, MediaWiki, PostgreSQL, WordPress)
INSTALLED = (*SERVERS, Browser)


def packages() -> None:
    print(*sorted({name for server in INSTALLED for name in server.PACKAGES}))  # noqa: T201


def install() -> None:
    for server in INSTALLED:
        if server.ENVIRONMENT is not None and not server.ENVIRONMENT.complete:
            print(f"{server.NAME}: installing into {server.ENVIRONMENT.folder}", flush=True)  # noqa: T201
            server.ENVIRONMENT.install()


def serve() -> None:
    if obstacles := [why for server in SERVERS if (why := server.obstacle())]:
        sys.exit("\n".join(obstacles))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as running:
        for kind in SERVERS:
            server = running.enter_context(kind())
            print(f"{kind.NAME}: {server.address}", flush=True)  # noqa: T201
        print("Ctrl-C stops them all.", flush=True)  # noqa: T201
        with suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    {"packages": packages, "install": install}.get(" ".join(sys.argv[1:]), serve)()
