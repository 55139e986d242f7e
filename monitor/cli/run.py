"""`monitor run`: the service."""

from __future__ import annotations

import typer

from monitor.cli import output


def run(context: typer.Context) -> None:
    """Watch all the time: poll every source, send the digest on time. Stop it with Ctrl-C or SIGTERM.

    Logs are JSON lines on stderr. Only one runs on a database; a second refuses with exit code 75.
    """
    import logging

    from monitor import installation, logs, service
    from monitor.daemon import Daemon, leave

    logs.configure(logging.DEBUG if context.find_root().params.get("verbose") else logging.INFO)
    installation.check()
    leave(Daemon(service.build(output.settings(context))).run())
