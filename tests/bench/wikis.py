"""A wiki's pages watched: what a poll without news costs, how fast a long history is read, in what memory.

The wiki is a process that answers as MediaWiki does and takes no time over it. Reported, never asserted.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from tests.bench.figure import Figure
from tests.live.installation import Installation

ROOT = Path(__file__).parents[2]
PAGES, MANY, FEW = 50, 5_000, 500


def run() -> list[Figure]:
    """What watching costs."""
    return [*_quiet_poll(), *_backfill()]


def _quiet_poll() -> list[Figure]:
    with TemporaryDirectory() as folder, _wiki(1) as (url, asked):
        installation = Installation(Path(folder))
        titles = [f"Ward {number}" for number in range(1, PAGES + 1)]
        installation.watch("wiki", "wikipedia", base_url=url, pages=titles)
        installation.poll()
        before, began = asked(), time.perf_counter()
        installation.poll()
        took = (time.perf_counter() - began) * 1000
        name = f"poll of {PAGES} wiki pages without news"
        return [
            Figure(f"{name}, questions", asked() - before, "", "1"),
            Figure(f"{name}, opening included", took, "ms", "< 1,000"),
        ]


def _backfill() -> list[Figure]:
    (few, _, _), (many, took, questions) = _read(FEW), _read(MANY)
    return [
        Figure(f"wiki page of {MANY:,} revisions of 6 kB, into the store", MANY / took, "revisions/s"),
        Figure(
            "its questions: minutes at the 200 a minute that Wikimedia grants", questions / 200, "min", ""
        ),
        Figure(f"its memory against {FEW} revisions, peak {many / 1024:.0f} MB", many / few, "x", "< 1.2"),
    ]


def _read(revisions: int) -> tuple[int, float, int]:
    """The peak of memory in kB, the seconds that it takes, and how often the wiki is asked."""
    with TemporaryDirectory() as folder, _wiki(revisions) as (url, asked):
        installation = Installation(Path(folder))
        installation.watch("wiki", "wikipedia", base_url=url, pages=["Ward 1"])
        command = [sys.executable, "-m", "tests.backfill", str(installation.file), "1000000"]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        took = time.perf_counter() - began
        return int(json.loads(done.stdout)["peak_kb"]), took, asked()


@contextmanager
def _wiki(revisions: int) -> Iterator[tuple[str, Callable[[], int]]]:
    """The address of a wiki whose pages have so many revisions, and how often it was asked."""
    command = [sys.executable, "-m", "tests.bench.servedwiki", str(revisions)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        try:
            yield url, lambda: _asked(url)
        finally:
            process.terminate()


def _asked(url: str) -> int:
    with urlopen(f"{url}/asked") as answer:
        return int(answer.read())
