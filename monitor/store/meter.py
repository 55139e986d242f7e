"""What sources spend, by day: the meter that paid and rationed interfaces run on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from monitor.errors import BudgetSpent
from monitor.store.store import Store
from monitor.store.tables import MeterReading, table_of
from monitor.store.writing import Transaction

_reading = table_of(MeterReading)


@dataclass(frozen=True, slots=True)
class StoredMeter:
    """The `monitor.ports.Meter` of one source.

    Each charge is a transaction of its own, before the call that it is for: what a crash leaves counted and
    unasked is spent, and nothing is asked that is not counted.
    """

    store: Callable[[], Store]
    source: str

    def charge(self, cost: int, limit: int | None, day: date) -> None:
        """See `monitor.ports.Meter`."""
        c = _reading.c
        with self.store().transaction() as tx:
            query = select(c.spent).where(and_(c.source == self.source, c.day == day))
            before = tx.connection.execute(query).scalar() or 0
            if cost > 0 and limit is not None and before + cost > limit:
                raise BudgetSpent(
                    f"{before} of {limit} spent on {day}: goes on with its next day, or with a higher limit",
                    day=day,
                )
            self._save(tx, day, max(0, before + cost), limit)

    def _save(self, tx: Transaction, day: date, spent: int, limit: int | None) -> None:
        row = {"source": self.source, "day": day, "spent": spent, "allowed": limit}
        statement = tx.insert(_reading).values(**row)
        changed = {"spent": spent} | ({} if limit is None else {"allowed": limit})
        tx.connection.execute(statement.on_conflict_do_update(index_elements=["source", "day"], set_=changed))


def latest_readings(store: Store) -> dict[str, MeterReading]:
    """The last day of every source that was ever charged, by its name."""
    with store.reading() as connection:
        rows = connection.execute(select(_reading).order_by(_reading.c.day))
        return {row.source: MeterReading(**row._mapping) for row in rows}
