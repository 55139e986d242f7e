"""What has been kept for long enough: mentions by what became of them, and registers that have ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
)

from monitor.store.keeping.purging import held
from monitor.store.tables import (
    Authorisation,
    Case,
    Decision,
    Delivery,
    Finding,
    Mention,
    RegisterEntry,
    Reminder,
    Source,
    table_of,
)
from monitor.types import Verdict

DISMISSED = ("no-action", "not-ours", "false-alarm")
"""The outcomes of a case with which nothing was done."""

CLASSES = ("mentions", "unreviewed", "dismissed", "acted_on")
"""What became of a mention, in the order of a query's numbers; it stays as long as the last of its cases."""

_mention = table_of(Mention)
_finding = table_of(Finding)
_case = table_of(Case)
_decision = table_of(Decision)
_delivery = table_of(Delivery)
_source = table_of(Source)


@dataclass(frozen=True, slots=True)
class Ends:
    """What is older than this is kept no longer, by class; aware UTC."""

    mentions: datetime
    unreviewed: datetime
    dismissed: datetime
    acted_on: datetime

    @property
    def latest(self) -> datetime:
        """What is younger than this is kept, whatever became of it."""
        return max(self.mentions, self.unreviewed, self.dismissed, self.acted_on)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a run has come: it goes by age, so that it looks at no row twice."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Ripe:
    """A mention whose time is over; `told_until` is when the last mail may have quoted it, None for now."""

    place: Place
    kind: str
    held: bool
    told_until: datetime | None


def ripe(connection: Connection, ends: Ends, today: date, after: Place | None, limit: int) -> list[Ripe]:
    """The next mentions whose time is over, the oldest first, those under a legal hold among them."""
    c = _mention.c
    query: Select[Any] = _ripe(ends, today).add_columns(
        c.first_seen_at, c.id, _told_until().label("told_until")
    )
    if after is not None:
        query = query.where(c.first_seen_at >= after.at, or_(c.first_seen_at > after.at, c.id > after.id))
    rows = connection.execute(query.order_by(c.first_seen_at, c.id).limit(limit))
    return [
        Ripe(
            Place(row.first_seen_at, row.id),
            CLASSES[row.kind],
            held=bool(row.held),
            told_until=row.told_until,
        )
        for row in rows
    ]


def count_ripe(connection: Connection, ends: Ends, today: date) -> Counter[tuple[str, bool]]:
    """How many mentions' time is over, by class and whether a legal hold keeps them."""
    inner = _ripe(ends, today).subquery()
    query = select(inner.c.kind, inner.c.held, func.count()).group_by(inner.c.kind, inner.c.held)
    return Counter({(CLASSES[kind], bool(is_held)): n for kind, is_held, n in connection.execute(query)})


def _ripe(ends: Ends, today: date) -> Select[Any, Any]:
    c = _mention.c
    of_it = _finding.join(_case, _case.c.id == _finding.c.case_id)
    mine = _finding.c.mention_id == c.id
    kind = func.coalesce(select(func.max(_class())).select_from(of_it).where(mine).scalar_subquery(), 0)
    lives = exists().select_from(of_it).where(mine, _is_live(ends))
    chosen = select(kind.label("kind"), c.id.in_(held(today)).label("held"))
    return chosen.where(
        c.purged_at.is_(None),
        c.first_seen_at < ends.latest,
        ~lives,
        or_(c.first_seen_at < ends.mentions, exists().where(mine)),
    )


def class_of(outcome: str | None, verdict: str | None) -> str:
    """What became of one case: the class of CLASSES that a query finds, too."""
    if outcome is not None:
        return "dismissed" if outcome in DISMISSED else "acted_on"
    return {Verdict.WRONG.value: "dismissed", Verdict.RIGHT.value: "acted_on"}.get(
        verdict or "", "unreviewed"
    )


def _latest(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """What the last decision on a case says."""
    last = select(column).where(_decision.c.case_id == _case.c.id).order_by(_decision.c.id.desc()).limit(1)
    return last.scalar_subquery()


def is_acted_on() -> ColumnElement[bool]:
    """A case that was closed with an outcome by which something was done."""
    return and_(_case.c.closed_at.is_not(None), _case.c.outcome.not_in(DISMISSED))


def _class() -> ColumnElement[int]:
    """The number of a case's class: what its outcome says, or else the last word on its findings."""
    said, outcome = _latest(_decision.c.verdict), _case.c.outcome
    return case(
        (outcome.in_(DISMISSED), 2),
        (outcome.is_not(None), 3),
        (said == Verdict.WRONG.value, 2),
        (said == Verdict.RIGHT.value, 3),
        else_=1,
    )


def _is_live(ends: Ends) -> ColumnElement[bool]:
    """A case whose items' time is not over: counted from its end, or else from when it was opened."""
    c, number = _case.c, _class()
    ended = func.coalesce(c.closed_at, _latest(_decision.c.made_at), c.opened_at, type_=c.opened_at.type)
    return or_(
        and_(number == 1, c.opened_at >= ends.unreviewed),
        and_(number == 2, ended >= ends.dismissed),
        and_(number == 3, ended >= ends.acted_on),
    )


def _told_until() -> ColumnElement[datetime | None]:
    """When the last of a mention's cases was closed: digests quote what is open."""
    closed = select(func.max(_case.c.closed_at)).select_from(
        _finding.join(_case, _case.c.id == _finding.c.case_id)
    )
    return closed.where(_finding.c.mention_id == _mention.c.id).scalar_subquery()


# -- everything else that ages --------------------------------------------------------------------------


def empty_mails(connection: Connection, before: datetime) -> int:
    """Let go of the copies of the mails that were settled before then; how many had one."""
    settled = and_(_delivery.c.settled_at < before, cast(_delivery.c.message, Text) != "{}")
    return connection.execute(_delivery.update().where(settled).values(message={})).rowcount


def count_mails(connection: Connection, before: datetime) -> int:
    """How many copies of mails were settled before then."""
    settled = and_(_delivery.c.settled_at < before, cast(_delivery.c.message, Text) != "{}")
    return int(connection.execute(select(func.count(_delivery.c.id)).where(settled)).scalar_one())


def _ended(before: datetime) -> Mapping[Any, ColumnElement[bool]]:
    a, r, m = table_of(Authorisation), table_of(RegisterEntry), table_of(Reminder)
    return {
        a: or_(a.c.ended_at < before, and_(a.c.ended_at.is_(None), a.c.expires < before.date())),
        r: r.c.ended_at < before,
        m: m.c.done_at < before,
    }


def drop_registers(connection: Connection, before: datetime) -> int:
    """Drop the register's rows and reminders that ended before then; how many."""
    return sum(connection.execute(delete(t).where(over)).rowcount for t, over in _ended(before).items())


def count_registers(connection: Connection, before: datetime) -> int:
    """How many of the register's rows and reminders ended before then."""
    counted = (select(func.count(t.c.id)).where(over) for t, over in _ended(before).items())
    return sum(int(connection.execute(query).scalar_one()) for query in counted)


def last_sign_of_life(connection: Connection) -> datetime | None:
    """The latest moment of a poll that this database knows of."""
    return connection.execute(select(func.max(_source.c.last_ok_at))).scalar()
