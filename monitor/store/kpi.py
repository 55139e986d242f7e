"""Key figures at rest, for the board: counts over a period, of nobody in particular.

The protected lane is in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Connection, and_, func, select

from monitor.store.store import Store
from monitor.store.tables import Case, CaseStep, Mention, Source, table_of
from monitor.types import Lane, Relation

_case = table_of(Case)
_step = table_of(CaseStep)
_mention = table_of(Mention)
_source = table_of(Source)

ACKNOWLEDGED = ("acknowledgement", "complaint_acknowledged")
"""The steps of a case by which somebody is told what became of it."""
NOT_DONE = ("no", "none", "not-needed", "not_needed")
"""Answers to such a step that say that nobody was."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a period. `to_close` is the median time from opening to closing, None without any."""

    sources: int
    answered: int
    staff_items: int
    official_items: int
    opened: int
    closed: int
    acknowledged: int
    to_close: timedelta | None


def figures(store: Store, since: datetime, sources: tuple[str, ...]) -> Figures:
    """The figures from `since` on, of the `sources` that are switched on."""
    with store.reading() as connection:
        closed = _closed(connection, since)
        return Figures(
            sources=len(sources),
            answered=_answered(connection, since, sources),
            staff_items=_items(connection, since, Relation.AUTHORISED_STAFF),
            official_items=_items(connection, since, Relation.OFFICIAL),
            opened=_opened(connection, since),
            closed=len(closed),
            acknowledged=_acknowledged(connection, since),
            to_close=timedelta(seconds=median(closed)) if closed else None,
        )


def _answered(connection: Connection, since: datetime, sources: tuple[str, ...]) -> int:
    c = _source.c
    query = select(func.count()).where(c.name.in_(sources), c.last_ok_at >= since)
    return int(connection.execute(query).scalar_one())


def _items(connection: Connection, since: datetime, relation: Relation) -> int:
    c = _mention.c
    query = select(func.count()).where(c.first_seen_at >= since, c.relation == relation)
    return int(connection.execute(query).scalar_one())


def _opened(connection: Connection, since: datetime) -> int:
    c = _case.c
    query = select(func.count()).where(c.opened_at >= since, c.lane != Lane.PROTECTED)
    return int(connection.execute(query).scalar_one())


def _closed(connection: Connection, since: datetime) -> list[float]:
    """How many seconds each case took that was closed in the period, without those that were merged."""
    c = _case.c
    own = and_(c.closed_at >= since, c.lane != Lane.PROTECTED, c.merged_into.is_(None))
    rows = connection.execute(select(c.opened_at, c.closed_at).where(own))
    return [(row.closed_at - row.opened_at).total_seconds() for row in rows]


def _acknowledged(connection: Connection, since: datetime) -> int:
    """How many of the closed cases have an acknowledgement among their answers."""
    c = _case.c
    told = and_(_step.c.step.in_(ACKNOWLEDGED), _step.c.answer.not_in(NOT_DONE))
    said = select(_step.c.id).where(_step.c.case_id == c.id, told).exists()
    own = and_(c.closed_at >= since, c.lane != Lane.PROTECTED, c.merged_into.is_(None))
    return int(connection.execute(select(func.count()).where(own, said).select_from(_case)).scalar_one())
