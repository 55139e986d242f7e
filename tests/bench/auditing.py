"""The audit log: rows written and rows verified a second. Reported, never asserted."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from monitor.config import StoreSettings
from monitor.store import open_store
from monitor.store.audit import GENESIS, AuditLog, Entry
from monitor.store.tables import AuditEntry, table_of
from monitor.types import Actor
from tests.bench.figure import Figure

ROWS, APPENDED = 200_000, 2_000
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def _chain(rows: int) -> list[dict[str, object]]:
    """So many rows of a whole chain, as they rest."""
    made, before = [], GENESIS
    for number in range(1, rows + 1):
        details = {"step": "decision", "answer": "no action"}
        entry = Entry(number, NOW, "jo", "comms", "case.answered", f"case:{number % 500}", "", details, "")
        before = entry.sealed_by(before)
        values = {name: getattr(entry, name) for name in Entry.__slots__ if name not in ("number", "hash")}
        made.append(values | {"id": number, "hash": before})
    return made


def run() -> list[Figure]:
    """Verification of a chain in SQLite on one core, and rows appended in one transaction."""
    with TemporaryDirectory() as folder:
        store = open_store(StoreSettings(state_dir=Path(folder)))
        with store.transaction() as tx:
            tx.connection.execute(insert(table_of(AuditEntry)), _chain(ROWS))
        began = time.process_time()
        with store.reading() as connection:
            checked = AuditLog(connection).verify(store.key)
        verifying = time.process_time() - began
        began = time.process_time()
        with store.transaction() as tx:
            for number in range(APPENDED):
                tx.audit(Actor("jo", "comms"), "case.viewed", f"case:{number}", NOW)
        appending = time.process_time() - began
        store.close()
    whole = "whole" if checked.problem is None else "BROKEN"
    return [
        Figure(
            f"audit log verified ({checked.rows:,} rows, {whole})", ROWS / verifying, "rows/s", ">= 50,000"
        ),
        Figure("audit log appended", APPENDED / appending, "rows/s"),
    ]
