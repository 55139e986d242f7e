"""Reads all of a wiki page's history into an installation, in a process whose memory can be told.

`python -m tests.backfill SETTINGS PAGES` stops after every PAGES answers and begins anew, as after a
restart, until nothing is left; then it prints what it took, as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from monitor import config, service
from monitor.pipeline import Window

EVER = Window(since=datetime(2001, 1, 15, tzinfo=UTC))


def main(settings: str, pages: str) -> None:
    readings = 1
    while _read(Path(settings), int(pages)):
        readings += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"readings": readings, "peak_kb": peak}))  # noqa: T201


def _read(settings: Path, pages: int) -> bool:
    """True where there may be more to read."""
    with service.opened(config.load(settings)) as app:
        task = app.task(app.sources()[0])
        pipeline = replace(app.pipeline(), stop=_after(pages))
        return pipeline.poll(task, EVER).pages >= pages


def _after(pages: int) -> Callable[[], bool]:
    """Says stop once it was asked as often as `pages`."""
    asked = iter(range(1, pages))
    return lambda: next(asked, None) is None


if __name__ == "__main__":
    main(*sys.argv[1:])
