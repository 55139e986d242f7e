"""Requests by the people concerned, at rest: reminders for whoever answers them, with the legal date."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from monitor.store.casework.reminders import Reminding, done_with, remind
from monitor.store.store import Store
from monitor.store.tables import Reminder, table_of
from monitor.types import Actor

PREFIX = "request:"
ROLE = "information"
KINDS = ("access", "erasure", "objection", "correction")

_reminder = table_of(Reminder)


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `reference` is that of the organisation's own file: no name stands here."""

    reference: str
    words: str
    due_on: date
    done_at: datetime | None


def due(received: date, *, extended: bool) -> date:
    """The last day to answer: a month from receipt, three if it was extended (UK GDPR, Article 12(3))."""
    months = received.month - 1 + (3 if extended else 1)
    year, month = received.year + months // 12, months % 12 + 1
    return date(year, month, min(received.day, monthrange(year, month)[1]))


def add(
    store: Store, kind: str, reference: str, received: date, by: Actor, now: datetime, *, extended: bool
) -> date:
    """Keep a request, or move the date of one that was extended; the day it is due."""
    about, day = f"{PREFIX}{reference}", due(received, extended=extended)
    words = f"Answer the {kind} request {reference}, received {received.day} {received:%b %Y}"
    if extended:
        words += " and extended"
    with store.transaction() as tx:
        done_with(tx, about, by, now)
        remind(tx, Reminding(ROLE, words, day, about), by, now)
    return day


def requests(store: Store) -> list[Request]:
    """Every request as it stands, the first due first."""
    c = _reminder.c
    query = select(c.about, c.words, c.due_on, c.done_at).where(c.about.startswith(PREFIX)).order_by(c.id)
    with store.reading() as connection:
        latest = {row.about: _value(row) for row in connection.execute(query)}
    return sorted(latest.values(), key=lambda each: each.due_on)


def done(store: Store, reference: str, by: Actor, now: datetime) -> bool:
    """Note that a request was answered; False where none of that reference is open."""
    with store.transaction() as tx:
        return done_with(tx, f"{PREFIX}{reference}", by, now) > 0


def _value(row: Row[Any, Any, Any, Any]) -> Request:
    return Request(row.about.removeprefix(PREFIX), row.words, row.due_on, row.done_at)
