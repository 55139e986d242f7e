"""A page of `monitor cases list` in a store of many cases. Reported, never asserted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitor.clocks import Clocks
from monitor.config import StoreSettings
from monitor.store import Store, open_store
from monitor.store.casework.caselist import CaseLine, Place, Wanted, cases_after
from monitor.store.views import items_of
from monitor.types import Lane, Severity
from rules.examples import ORGANISATION
from tests.bench.figure import Figure, median

CASES, MENTIONS = 100_000, 1_000_000
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SEVERITIES = ("critical", "high", "medium", "medium", "low", "low", "low", "info")
LANES = (Lane.COMMS, Lane.COMMS, Lane.COMMS, Lane.CONFIDENTIAL, Lane.CONDUCT)


def run() -> list[Figure]:
    """The first page, one deep inside, the rarest choice, and one case in full, each the median of 20."""
    with TemporaryDirectory() as folder:
        store = open_store(StoreSettings(state_dir=Path(folder)))
        fill(Path(folder) / "trustwatch.db")
        figures = list(_measured(store))
        store.close()
    return figures


def _measured(store: Store) -> Iterator[Figure]:
    everybody = Wanted(lanes=(Lane.CONFIDENTIAL, Lane.COMMS, Lane.CONDUCT), now=NOW)
    clocks = Clocks(ORGANISATION.zone, NOW)
    deep = Place(Severity.LOW, CASES // 2)
    what = f"in {CASES:,} cases of {MENTIONS:,} mentions"
    yield Figure(f"cases list, first page, {what}", median(lambda: _page(store, everybody)), "ms", "< 50")
    yield Figure(
        "cases list, a page deep inside", median(lambda: _page(store, everybody, deep)), "ms", "< 50"
    )
    for name, wanted in (
        ("--mine, nothing is", Wanted(lanes=everybody.lanes, now=NOW, mine="nobody")),
        ("--unclaimed", Wanted(lanes=everybody.lanes, now=NOW, free=True)),
        ("--overdue", Wanted(lanes=everybody.lanes, now=NOW, late=True)),
        ("--status closed", Wanted(lanes=everybody.lanes, now=NOW, status="closed")),
    ):
        yield Figure(f"cases list {name}", median(lambda wanted=wanted: _page(store, wanted)), "ms", "< 50")
    yield Figure("one case with its findings", median(lambda: items_of(store, [77], {}, clocks)), "ms")


def _page(store: Store, wanted: Wanted, after: Place | None = None) -> list[CaseLine]:
    with store.reading() as connection:
        return cases_after(connection, wanted, after)


def fill(file: Path) -> None:
    """Cases with ten mentions each, one finding in every mention; one case in ten is closed."""
    with closing(sqlite3.connect(file)) as database, database:
        _insert(database, "case_file", map(_case, range(1, CASES + 1)))
        _insert(database, "mention", map(_mention, range(1, MENTIONS + 1)))
        _insert(database, "finding", map(_finding, range(1, MENTIONS + 1)))


def _insert(database: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    first = next(rows)
    marks = ",".join(f":{name}" for name in first)
    names = ",".join(f'"{name}"' for name in first)
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
    database.execute(statement, first)
    database.executemany(statement, rows)


def _at(hours: int) -> str:
    return str((NOW - timedelta(hours=hours)).replace(tzinfo=None)) + ".000000"


def _case(n: int) -> dict[str, Any]:
    return {
        "id": n, "key": f"case-{n}", "lane": LANES[n % 5].value, "subject": f"web:account:{n}",
        "category": "lookalike-account", "severity": SEVERITIES[n % 8],
        "status": "closed" if n % 10 == 0 else "open", "owner": "comms", "route": "[]",
        "opened_at": _at(n % 9000), "changed_at": _at(n % 9000),
        "held_by": "jo" if n % 7 == 0 else None, "held_at": _at(n % 9) if n % 7 == 0 else None,
        "confirmed_at": _at(n % 200) if n % 5 == 3 and n % 11 == 0 else None, "changes": 0,
    }  # fmt: skip


def _mention(n: int) -> dict[str, Any]:
    return {
        "id": n, "key": f"mention-{n}", "platform": "web", "source": "flood", "kind": "article",
        "state": "live", "subject": f"web:account:{n // 10}", "author": f"reader{n // 10}",
        "relation": "public", "title": f"Item {n}", "text": f"WVFT says item {n}, of the ward and the clinic",
        "first_seen_at": _at(n % 9000), "references": "[]",
    }  # fmt: skip


def _finding(n: int) -> dict[str, Any]:
    return {
        "id": n, "key": f"finding-{n}", "mention_id": n, "case_id": (n - 1) // 10 + 1, "rule_id": "ACC-001",
        "rule_version": "1", "title": "An account under your name", "category": "lookalike-account",
        "lane": "comms", "severity": "low", "confidence": 0.5, "reason": "It has a like name.",
        "clauses": "[]", "counter_clauses": "[]", "spans": "[]", "created_at": _at(n % 9000),
    }  # fmt: skip
