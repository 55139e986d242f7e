"""The list of cases, a page at a time, most severe first: quick however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, union

from monitor.clocks import COMPLAINTS, TO_ACKNOWLEDGE, TO_TELL
from monitor.store.casework.casefiles import HELD_FOR
from monitor.store.tables import Case, CaseStep, Finding, Mention, table_of
from monitor.types import Lane, Severity

PAGE = 25

_case = table_of(Case)
_step = table_of(CaseStep)
_finding = table_of(Finding)
_mention = table_of(Mention)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases: held by `mine`; `free` for anybody; `late`, past a time limit."""

    lanes: Collection[Lane]
    now: datetime
    status: str = "open"
    mine: str | None = None
    free: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the severity and the number of its last case."""

    severity: Severity
    number: int

    def __str__(self) -> str:
        return f"{self.severity}:{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case as one line of a list: masked, no words of a post."""

    number: int
    lane: Lane
    severity: Severity
    title: str
    status: str
    owner: str
    held_by: str | None
    waiting_for: str | None
    opened_at: datetime
    outcome: str | None
    merged_into: int | None
    timed: bool


def cases_after(connection: Connection, wanted: Wanted, after: Place | None = None) -> list[CaseLine]:
    """Up to PAGE cases after that place, most severe first, then by number."""
    rows = list(islice(_ordered(connection, wanted, after), PAGE))
    titles = _titles(connection, [row.id for row in rows])
    return [_line(row, titles.get(row.id, ""), wanted.now) for row in rows]


def _ordered(connection: Connection, wanted: Wanted, after: Place | None) -> Iterator[Row[Any]]:
    """One severity after the other; within it each lane comes in the order of the index."""
    narrowed = tuple(_narrowed(connection, wanted))
    for severity in sorted(Severity, key=lambda severity: -severity.rank):
        if after is not None and severity > after.severity:
            continue
        first = after.number if after is not None and severity is after.severity else 0
        lanes = (
            connection.execute(_part(wanted, lane, severity, first).where(*narrowed)) for lane in wanted.lanes
        )
        yield from merge(*lanes, key=lambda row: row.id)


def _part(wanted: Wanted, lane: Lane, severity: Severity, after: int) -> Select[Any]:
    c = _case.c
    here = and_(c.status == wanted.status, c.lane == lane, c.severity == severity, c.id > after)
    return select(_case).where(here).order_by(c.id).limit(PAGE)


def _narrowed(connection: Connection, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    c, stale = _case.c, wanted.now - HELD_FOR
    if wanted.mine is not None:  # few: looked up once, instead of in each part
        held = select(c.id).where(c.held_by == wanted.mine, c.held_at >= stale)
        yield c.id.in_(connection.execute(held).scalars().all())
    if wanted.free:
        yield or_(c.held_by.is_(None), c.held_at < stale)
    if wanted.late:
        late = (select(c.id).where(each) for each in _late(wanted.now))  # an index for each, none for both
        yield c.id.in_(connection.execute(union(*late)).scalars().all())


def _late(now: datetime) -> Iterator[ColumnElement[bool]]:
    """Past 72 hours after "confirmed", or past day 30 of a complaint, and not answered yet."""
    c = _case.c
    yield and_(c.confirmed_at < now - TO_TELL, ~_answered("regulator"))
    posted = (
        select(func.min(func.coalesce(_mention.c.created_at, _mention.c.first_seen_at)))
        .join(_finding, _finding.c.mention_id == _mention.c.id)
        .where(_finding.c.case_id == c.id)
        .scalar_subquery()
    )
    passed = posted < now - timedelta(days=TO_ACKNOWLEDGE)
    unsaid = and_(~_answered("complaint_acknowledged"), ~_answered("complaint", "is-none"))
    yield and_(c.category.in_(COMPLAINTS), passed, unsaid)


def _answered(step: str, answer: str | None = None) -> ColumnElement[bool]:
    """Whether the latest answer to a step is there, or is this one."""
    c = _step.c
    latest = select(func.max(c.id)).where(c.case_id == _case.c.id, c.step == step).correlate(_case)
    given = select(c.id).where(c.id == latest.scalar_subquery())
    return (given if answer is None else given.where(c.answer == answer)).correlate(_case).exists()


def _titles(connection: Connection, numbers: list[int]) -> dict[int, str]:
    """What the most severe finding of each case says of it."""
    c = _finding.c
    query = select(c.case_id, c.title, c.severity).where(c.case_id.in_(numbers)).order_by(c.id.desc())
    found = sorted(connection.execute(query), key=lambda row: Severity(row.severity).rank)
    return {row.case_id: row.title for row in found}


def _line(row: Row[Any], title: str, now: datetime) -> CaseLine:
    return CaseLine(
        number=row.id,
        lane=Lane(row.lane),
        severity=Severity(row.severity),
        title=title,
        status=row.status,
        owner=row.owner,
        held_by=row.held_by if row.held_by and row.held_at >= now - HELD_FOR else None,
        waiting_for=row.waiting_for,
        opened_at=row.opened_at,
        outcome=row.outcome,
        merged_into=row.merged_into,
        timed=row.confirmed_at is not None or row.category in COMPLAINTS,
    )
