"""Reminders at rest: what a role is told of on a day, until somebody says that it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from monitor.store.tables import Reminder, table_of
from monitor.types import Actor, Due

if TYPE_CHECKING:
    from monitor.store.store import Store
    from monitor.store.writing import Transaction

AHEAD = timedelta(days=3)
"""So many days before it falls due a digest begins to say so."""

_reminder = table_of(Reminder)


@dataclass(frozen=True, slots=True)
class Reminding:
    """Words for a role on a day. `about` names what it concerns: `case:12`, `image:3`, or nothing."""

    role: str
    words: str
    due_on: date
    about: str = ""


def remind(tx: Transaction, what: Reminding, by: Actor, now: datetime) -> int:
    """Keep a reminder; its number. The words name no patient: the caller has looked."""
    row = {"role": what.role, "words": what.words, "due_on": what.due_on, "about": what.about}
    row |= {"made_by": by.name, "made_at": now}
    number = tx.connection.execute(tx.insert(_reminder).returning(_reminder.c.id), row).scalar_one()
    tx.audit(by, "reminder.made", what.about or f"reminder:{number}", now, due=what.due_on.isoformat())
    return int(number)


def reminders_due(store: Store, roles: frozenset[str], day: date) -> list[Due]:
    """What these roles are reminded of on `day`: overdue, due, or within AHEAD."""
    c = _reminder.c
    query = select(c.due_on, c.words).where(c.role.in_(roles), c.done_at.is_(None), c.due_on <= day + AHEAD)
    with store.reading() as connection:
        return [Due(on=row.due_on, words=row.words) for row in connection.execute(query.order_by(c.id))]
