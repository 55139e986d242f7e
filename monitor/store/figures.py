"""Figures for the published pages: how many, never who."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from monitor.store.store import Store
from monitor.store.tables import Authorisation, RegisterEntry, SealingKey, table_of

_authorisation = table_of(Authorisation)
_entry = table_of(RegisterEntry)
_key = table_of(SealingKey)


def authorised_people(store: Store, day: date) -> int:
    """How many members of staff have an account that may be read on `day`."""
    c = _authorisation.c
    live = c.ended_at.is_(None) & (c.starts <= day) & (c.expires > day)
    with store.reading() as connection:
        return int(connection.execute(select(func.count(c.person.distinct())).where(live)).scalar_one())


def entry_counts(store: Store) -> dict[str, int]:
    """How many live entries each register has."""
    c = _entry.c
    query = select(c.kind, func.count()).where(c.ended_at.is_(None)).group_by(c.kind).order_by(c.kind)
    with store.reading() as connection:
        return {kind: number for kind, number in connection.execute(query)}


def sealing_keys(store: Store) -> tuple[tuple[str, str, date], ...]:
    """The keys that originals are sealed to: id, purpose, since when."""
    c = _key.c
    query = select(c.id, c.purpose, c.created_at).where(c.retired_at.is_(None)).order_by(c.created_at)
    with store.reading() as connection:
        return tuple((row.id, row.purpose, row.created_at.date()) for row in connection.execute(query))
