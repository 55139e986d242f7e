"""Runs the daemon as `monitor run` does, on a clock that is some days ahead: one digest a round."""

from __future__ import annotations

import logging
import sys
from datetime import datetime, timedelta
from pathlib import Path

from monitor import config, logs, service
from monitor.daemon import Daemon, leave


def main(settings: str, days: str) -> None:
    ahead = timedelta(days=int(days))

    def now() -> datetime:
        return service.utc_now() + ahead

    logs.configure(logging.INFO)
    leave(Daemon(service.build(config.load(Path(settings)), now)).run())


if __name__ == "__main__":
    main(*sys.argv[1:])
