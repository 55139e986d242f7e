"""Absences at rest: who is away from which day to which, so that their deputy stands in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, and_, select

from monitor.store.tables import Absence, table_of
from monitor.types import Actor

if TYPE_CHECKING:
    from monitor.store.writing import Transaction

_absence = table_of(Absence)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody's first and last day of an absence, by the organisation's calendar."""

    address: str
    starts: date
    ends: date


def away_on(connection: Connection, day: date) -> frozenset[str]:
    """The addresses of everybody who is away on `day`."""
    c = _absence.c
    query = select(c.address).where(c.starts <= day, c.ends >= day)
    return frozenset(connection.execute(query).scalars())


def absences_from(connection: Connection, day: date) -> list[Away]:
    """The absences that have not ended before `day`, the next first."""
    c = _absence.c
    query = select(c.address, c.starts, c.ends).where(c.ends >= day).order_by(c.starts, c.id)
    return [Away(*row) for row in connection.execute(query)]


def add_absence(tx: Transaction, away: Away, by: Actor, now: datetime) -> int:
    """Keep an absence; its number. From its first day on the deputy is told instead."""
    row = {"address": away.address, "starts": away.starts, "ends": away.ends}
    row |= {"made_by": by.name, "made_at": now}
    number = int(tx.connection.execute(tx.insert(_absence).returning(_absence.c.id), row).scalar_one())
    starts, ends = away.starts.isoformat(), away.ends.isoformat()
    tx.audit(by, "absence.added", f"absence:{number}", now, starts=starts, ends=ends)
    return number


def end_absences(tx: Transaction, address: str, today: date, by: Actor, now: datetime) -> int:
    """Somebody is back: what runs ends with yesterday, what was to come is dropped. Returns how many."""
    c = _absence.c
    rows = _unended(tx, address, today)
    for row in rows:
        here = c.id == row.id
        if row.starts < today:
            tx.connection.execute(_absence.update().where(here).values(ends=today - timedelta(days=1)))
        else:
            tx.connection.execute(_absence.delete().where(here))
        tx.audit(by, "absence.ended", f"absence:{row.id}", now)
    return len(rows)


def _unended(tx: Transaction, address: str, today: date) -> list[Row[Any]]:
    c = _absence.c
    query = select(c.id, c.starts).where(and_(c.address == address, c.ends >= today))
    return list(tx.connection.execute(query.order_by(c.id)))
