"""Reminders at rest: what a role is told of on a day, until somebody says that it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from monitor.store.tables import Reminder, table_of
from monitor.types import SERVICE, Actor, Due

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


@dataclass(frozen=True, slots=True)
class Pending:
    """A reminder that nobody has seen to yet."""

    number: int
    role: str
    words: str
    due_on: date
    about: str


def remind(tx: Transaction, what: Reminding, by: Actor, now: datetime) -> int:
    """Keep a reminder; its number. The words name no patient: the caller has looked."""
    row = {"role": what.role, "words": what.words, "due_on": what.due_on, "about": what.about}
    row |= {"made_by": by.name, "made_at": now}
    number = tx.connection.execute(tx.insert(_reminder).returning(_reminder.c.id), row).scalar_one()
    tx.audit(
        by,
        "reminder.made",
        what.about or f"reminder:{number}",
        now,
        due=what.due_on.isoformat(),
        to=what.role,
    )
    return int(number)


def progress(case: int) -> str:
    """What whoever answers for a data-protection complaint is reminded of."""
    return f"Case {case} may be a data-protection complaint: answer it, or tell its author how far it is"


def settle(tx: Transaction, about: str, words: str, by: Actor, now: datetime) -> None:
    """Count what was to be done about it as done."""
    c = _reminder.c
    open_ones = _reminder.update().where(c.about == about, c.words == words, c.done_at.is_(None))
    tx.connection.execute(open_ones.values(done_at=now, done_by=by.name))


def done_with(tx: Transaction, about: str, by: Actor, now: datetime) -> int:
    """Nobody need be reminded of `about` any more; how many reminders that ends."""
    c = _reminder.c
    open_ones = _reminder.update().where(c.about == about, c.done_at.is_(None))
    ended = tx.connection.execute(open_ones.values(done_at=now, done_by=by.name)).rowcount
    if ended:
        tx.audit(by, "reminder.done", about, now)
    return ended


def reminders_due(store: Store, roles: frozenset[str], day: date) -> list[Due]:
    """What these roles are reminded of on `day`: overdue, due, or within AHEAD."""
    pending = reminders(store, roles, upto=day + AHEAD)
    return [Due(on=reminder.due_on, words=reminder.words) for reminder in pending]


def reminders(store: Store, roles: frozenset[str] | None, upto: date | None = None) -> list[Pending]:
    """What these roles (None: any but the Guardian's) are still reminded of, in the order it was made."""
    c = _reminder.c
    query = select(c.id, c.role, c.words, c.due_on, c.about).where(c.done_at.is_(None)).order_by(c.id)
    query = query.where(c.role != "concerns") if roles is None else query.where(c.role.in_(roles))
    if upto is not None:
        query = query.where(c.due_on <= upto)
    with store.reading() as connection:
        return [Pending(*row) for row in connection.execute(query)]


def done(store: Store, number: int, by: Actor, now: datetime, again: date | None = None) -> bool:
    """Say that it is done, and with `again` that it comes back that day; False where it was done before."""
    c = _reminder.c
    open_one = _reminder.update().where(c.id == number, c.done_at.is_(None))
    with store.transaction() as tx:
        row = tx.connection.execute(
            open_one.values(done_at=now, done_by=by.name).returning(c.role, c.words, c.about)
        ).first()
        if row is None:
            return False
        tx.audit(by, "reminder.done", row.about or f"reminder:{number}", now, reminder=number)
        if again is not None:
            remind(tx, Reminding(row.role, row.words, again, row.about), SERVICE, now)
    return True
