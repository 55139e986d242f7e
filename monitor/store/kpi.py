"""Key figures at rest, for the board: counts over a period, of nobody in particular.

The protected lane is in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from monitor.store.store import Store
from monitor.store.tables import Case, CaseStep, Delivery, Mention, Source, table_of
from monitor.types import Lane, Relation

_case = table_of(Case)
_step = table_of(CaseStep)
_delivery = table_of(Delivery)
_mention = table_of(Mention)
_source = table_of(Source)

ACKNOWLEDGED = ("acknowledgement", "complaint_acknowledged")
"""The steps of a case by which somebody is told what became of it."""
UNREAD = "unread"
"""Under this name a delivery's totals hold how many sources had not been read when it was made."""
NOT_DONE = ("no", "none", "not-needed", "not_needed")
"""Answers to such a step that say that nobody was."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened in a period. `to_close` is the median time from opening to closing, None without any.

    Of the days with a digest (`digests`), `gaps` found a source that could not be read.
    """

    sources: int
    answered: int
    staff_items: int
    official_items: int
    opened: int
    closed: int
    acknowledged: int
    to_close: timedelta | None
    digests: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Period:
    """The time that is counted, `until` not included; None for until now. Aware UTC."""

    since: datetime
    until: datetime | None = None

    def within(self, column: Any) -> ColumnElement[bool]:
        """Whether a moment is in it."""
        begun: ColumnElement[bool] = column >= self.since
        return begun if self.until is None else and_(begun, column < self.until)


def figures(store: Store, period: Period, sources: tuple[str, ...]) -> Figures:
    """The figures of a period, of the `sources` that are switched on."""
    with store.reading() as connection:
        closed = _closed(connection, period)
        digests = _digests(connection, period)
        return Figures(
            sources=len(sources),
            answered=_answered(connection, period, sources),
            staff_items=_items(connection, period, Relation.AUTHORISED_STAFF),
            official_items=_items(connection, period, Relation.OFFICIAL),
            opened=_opened(connection, period),
            closed=len(closed),
            acknowledged=_acknowledged(connection, period),
            to_close=timedelta(seconds=median(closed)) if closed else None,
            digests=len(digests),
            gaps=sum(digests),
        )


def _digests(connection: Connection, period: Period) -> list[bool]:
    """For each day with a digest, whether that had to say of a source that it was not read."""
    c = _delivery.c
    daily = select(func.min(c.id)).where(c.kind == "digest").group_by(c.window)
    rows = connection.execute(select(c.totals).where(c.id.in_(daily), period.within(c.created_at)))
    return [row.totals[UNREAD] > 0 for row in rows if UNREAD in row.totals]


def _answered(connection: Connection, period: Period, sources: tuple[str, ...]) -> int:
    c = _source.c
    query = select(func.count()).where(c.name.in_(sources), c.last_ok_at >= period.since)
    return int(connection.execute(query).scalar_one())


def _items(connection: Connection, period: Period, relation: Relation) -> int:
    c = _mention.c
    query = select(func.count()).where(period.within(c.first_seen_at), c.relation == relation)
    return int(connection.execute(query).scalar_one())


def _opened(connection: Connection, period: Period) -> int:
    c = _case.c
    query = select(func.count()).where(period.within(c.opened_at), c.lane != Lane.PROTECTED)
    return int(connection.execute(query).scalar_one())


def _closed(connection: Connection, period: Period) -> list[float]:
    """How many seconds each case took that was closed in the period, without those that were merged."""
    c = _case.c
    own = and_(period.within(c.closed_at), c.lane != Lane.PROTECTED, c.merged_into.is_(None))
    rows = connection.execute(select(c.opened_at, c.closed_at).where(own))
    return [(row.closed_at - row.opened_at).total_seconds() for row in rows]


def _acknowledged(connection: Connection, period: Period) -> int:
    """How many of the closed cases have an acknowledgement among their answers."""
    c = _case.c
    told = and_(_step.c.step.in_(ACKNOWLEDGED), _step.c.answer.not_in(NOT_DONE))
    said = select(_step.c.id).where(_step.c.case_id == c.id, told).exists()
    own = and_(period.within(c.closed_at), c.lane != Lane.PROTECTED, c.merged_into.is_(None))
    return int(connection.execute(select(func.count()).where(own, said).select_from(_case)).scalar_one())
