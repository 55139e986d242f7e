"""How long a purge takes, and how its memory grows with what is stored. Reported, never asserted."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.config import Retention as Periods
from monitor.config import StoreSettings
from monitor.retention import Retention
from monitor.store import open_store
from rules.examples import ORGANISATION
from tests.bench.figure import Figure

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
WORDS = "the clinic on the second floor has moved and visitors should follow the signs from the main door "


def run() -> list[Figure]:
    """A purge among 10,000 and 1,000,000 mentions, a tenth of them in cases, each in its own process."""
    peaks, figures = {}, []
    for count in (10_000, 1_000_000):
        seconds, peaks[count], gone = _measured(count)
        what = f"retention run, {count:,} mentions, {count // 10:,} cases"
        figures += [
            Figure(f"{what} ({gone:,.0f} go)", seconds, "s"),
            Figure(f"peak memory, {what}", peaks[count], "MiB"),
        ]
    growth = peaks[1_000_000] / peaks[10_000]
    return [*figures, Figure("growth of its memory from 10,000 to 1,000,000", growth, "x", "flat")]


def _measured(count: int) -> tuple[float, float, float]:
    """Seconds, peak in MiB, and how many mentions went."""
    with TemporaryDirectory() as folder:
        fill(Path(folder), count)
        command = [sys.executable, "-m", "tests.bench.ageing", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, peak, gone = map(float, done.stdout.split())
    return seconds, peak, gone


def fill(folder: Path, count: int) -> None:
    """A store with `count` mentions of the last 100 days; every tenth has a finding in a case of its own."""
    open_store(StoreSettings(state_dir=folder)).close()
    with closing(sqlite3.connect(folder / "trustwatch.db")) as database:
        database.execute("PRAGMA synchronous=off")
        for table, rows in (("mention", _mentions), ("occurrence", _sights), ("case_file", _cases),
                            ("finding", _findings)):  # fmt: skip
            first = next(rows(count))
            names, marks = ", ".join(f'"{name}"' for name in first), ", ".join("?" * len(first))
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
            database.executemany(statement, (tuple(row.values()) for row in rows(count)))
        database.commit()


def _seen(n: int, count: int) -> str:
    return (NOW - timedelta(days=100) * ((count - n) / count)).strftime("%Y-%m-%d %H:%M:%S.%f")


def _mentions(count: int) -> Iterator[dict[str, object]]:
    for n in range(count):
        yield {
            "id": n + 1, "key": f"{n:032x}", "platform": "web", "source": "flood", "kind": "post",
            "state": "live", "subject": f"item:{n}", "author": f"@reader{n % 5000}", "relation": "public",
            "url": f"https://flood.test/{n}", "title": "", "text": f"{WORDS * 3}{n}",
            "first_seen_at": _seen(n, count), "references": "[]",
        }  # fmt: skip


def _sights(count: int) -> Iterator[dict[str, object]]:
    for n in range(count):
        yield {
            "source": "flood", "key": f"{n:032x}", "mention_id": n + 1, "url": f"https://flood.test/{n}",
            "content_hash": f"{n:032x}", "judged_by": "1", "changes": 0, "seen_at": _seen(n, count),
            "checked_at": _seen(n, count),
        }  # fmt: skip


def _cases(count: int) -> Iterator[dict[str, object]]:
    for n in range(0, count, 10):
        closed = n % 20 == 0
        yield {
            "id": n + 1, "key": f"case {n}", "lane": "comms", "subject": f"item:{n}", "category": "speech",
            "severity": "low", "status": "closed" if closed else "open", "owner": "comms", "route": "[]",
            "opened_at": _seen(n, count), "changed_at": _seen(n, count),
            "closed_at": _seen(n, count) if closed else None,
            "outcome": ("corrected" if n % 40 else "no-action") if closed else None, "changes": 0,
        }  # fmt: skip


def _findings(count: int) -> Iterator[dict[str, object]]:
    for n in range(0, count, 10):
        yield {
            "key": f"{n:032x}", "mention_id": n + 1, "case_id": n + 1, "rule_id": "SPE-001",
            "rule_version": "1", "title": "A word", "category": "speech", "lane": "comms", "severity": "low",
            "confidence": 0.8, "reason": "", "clauses": "[]", "counter_clauses": "[]", "spans": "[]",
            "created_at": _seen(n, count),
        }  # fmt: skip


def main() -> None:
    """Purge the store in a folder; print seconds, the peak in MiB and how many mentions went."""
    with closing(open_store(StoreSettings(state_dir=Path(sys.argv[1])))) as store:
        began = time.perf_counter()
        done = Retention(store, Periods(), ORGANISATION.zone, lambda: NOW).run()
        seconds = time.perf_counter() - began
    gone = sum(done[name] for name in ("mentions", "unreviewed", "dismissed", "acted_on"))
    # Not getrusage: its peak is inherited from the process that started this one.
    status = Path("/proc/self/status").read_text("ascii")
    print(seconds, int(status.split("VmHWM:")[1].split()[0]) / 1024, gone)  # noqa: T201


if __name__ == "__main__":
    main()
