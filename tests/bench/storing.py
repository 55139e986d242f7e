"""Normalised posts to committed rows with findings, and how its memory grows. Reported, never asserted."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.cases import Directory
from monitor.config import PolicySettings, RuleSettings, Settings, SourceSettings, StoreSettings
from monitor.pipeline import Pipeline, Task, Window
from monitor.service import stages
from monitor.store import open_store
from monitor.store.originals.readiness import make_ready
from monitor.types import Account, Kind, Page, Post, Recipient, Tally
from rules import pack
from rules.examples import ORGANISATION
from tests.bench.figure import Figure

POSTS, PAGE = 30_000, 500
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
WORDS = "the clinic on the second floor has moved and visitors should follow the signs from the main door "


class Flood:
    """A source of `count` posts in pages, made as they are asked for; 2 in 100 meet a rule.

    `related` of 10 speak of the trust. Half hold typographic letters, as real posts do.
    """

    def __init__(self, count: int, related: int) -> None:
        self._count, self._related = count, related

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        for first in range(0, self._count, PAGE):
            yield Page(posts=tuple(self._post(n) for n in range(first, min(first + PAGE, self._count))))

    def _post(self, n: int) -> Post:
        text = f"{WORDS * 3}{'WVFT' if n % 10 < self._related else 'Council'} says item {n}"
        if n % 2:
            text += " — “thank you”, said one visitor’s son"
        if n % 50 == 0:
            text += ", NHS number 999 200 1135"
        return Post(
            source="flood",
            platform="web",
            external_id=f"flood.test/{n}",
            observed_at=NOW,
            kind=Kind.ARTICLE,
            url=f"https://flood.test/items/{n}",
            author=Account(platform="web", handle=f"reader{n % 5000}"),
            title=f"Item {n}",
            text=text,
            created_at=NOW - timedelta(seconds=n),
        )


@contextmanager
def flood(folder: Path, count: int, related: int) -> Iterator[Callable[[], Tally]]:
    """A store in `folder` and what reads `count` posts into it, as a scan does."""
    settings = Settings(organisation=ORGANISATION, store=StoreSettings(state_dir=folder))
    rules = pack.load(ORGANISATION, PolicySettings(), RuleSettings(rehearsal=True))
    store = open_store(settings.store)
    make_ready(store, [], NOW)
    holders = Directory((Recipient(address="caldicott@trust.test", role="patient_confidentiality"),))
    pipeline = Pipeline(store, stages(settings, rules), holders, ORGANISATION.zone, now=lambda: NOW)
    task = Task(SourceSettings(name="flood", kind="rss"), Flood(count, related))
    yield partial(pipeline.poll, task, Window(since=NOW - timedelta(days=7), from_cursor=False))
    store.close()


def run() -> list[Figure]:
    """Throughput on one core (process time), all posts kept, and the same rows written bare."""
    made = time.process_time()
    list(Flood(POSTS, 10).pages(None, NOW))
    making = time.process_time() - made  # what making the posts costs is not the store's
    with TemporaryDirectory() as folder:
        with flood(Path(folder), POSTS, related=10) as scan:
            began = time.process_time()
            tally = scan()
            ours = POSTS / (time.process_time() - began - making)
        bare = _bare(Path(folder))
    what = f"posts to committed rows ({POSTS:,} posts, {tally.findings:,} findings)"
    return [
        Figure(what, ours, "posts/s", ">= 10,000"),
        Figure("share of bare executemany of the same rows", ours / bare, "x"),
    ]


def _bare(folder: Path) -> float:
    """Posts a second when sqlite3 alone writes the rows of every table that the run filled."""
    tables = ("mention", "occurrence", "case_file", "finding", "delivery_item", "sealed_original")
    with closing(sqlite3.connect(folder / "trustwatch.db")) as source:
        rows = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
        schema = source.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    with closing(sqlite3.connect(folder / "bare.db")) as target:
        target.execute("PRAGMA journal_mode=wal")
        target.execute("PRAGMA synchronous=full")
        for (statement,) in schema:
            target.execute(statement)
        began = time.process_time()
        for first in range(0, POSTS, PAGE):
            with target:
                for table, all_rows in rows.items():
                    step = max(1, len(all_rows) * PAGE // POSTS)
                    part = all_rows[first // PAGE * step : (first // PAGE + 1) * step]
                    if part:
                        marks = ",".join("?" * len(part[0]))
                        target.executemany(f"INSERT INTO {table} VALUES ({marks})", part)
        return POSTS / (time.process_time() - began)


def memory() -> list[Figure]:
    """Peak memory of a scan of 10,000 and of 1,000,000 posts, one in ten kept, each in its own process."""
    peaks = {count: _peak(count) for count in (10_000, 1_000_000)}
    return [
        *(Figure(f"peak memory, scan of {count:,} posts", peak, "MiB") for count, peak in peaks.items()),
        Figure("growth from 10,000 to 1,000,000 posts", peaks[1_000_000] / peaks[10_000], "x", "flat"),
    ]


def _peak(count: int) -> float:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.storing", str(count)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


if __name__ == "__main__":
    with TemporaryDirectory() as place, flood(Path(place), int(sys.argv[1]), related=1) as scan:
        scan()
    # Not getrusage: its peak is inherited from the process that started this one.
    status = Path("/proc/self/status").read_text("ascii")
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)  # noqa: T201
