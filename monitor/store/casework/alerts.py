"""Alerts at rest: which case cannot wait for the digest, who was told of it, and who acknowledged that.

An alert is raised in the transaction that stores its finding, so no kill comes between them. A notice is
written with its delivery, so whoever was told is told once. Everything else follows from these rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from monitor.store.batches import batched
from monitor.store.routing import REFUSED, SUPERSEDED
from monitor.store.tables import Alert, AlertNotice, Case, Delivery, DeliveryItem, Finding, table_of
from monitor.types import Actor, Lane, Severity

if TYPE_CHECKING:
    from monitor.store.store import Store
    from monitor.store.writing import Transaction

AGAIN = timedelta(days=1)
"""A case raises its alert a second time at once, and from then on once a day at most."""

ACKNOWLEDGED, ESCALATED, EXHAUSTED = "alert.acknowledged", "alert.escalated", "alert.exhausted"


_alert = table_of(Alert)
_notice = table_of(AlertNotice)
_case = table_of(Case)
_delivery = table_of(Delivery)
_item = table_of(DeliveryItem)
_finding = table_of(Finding)


@dataclass(frozen=True, slots=True)
class Told:
    """That one recipient was told: in which role and tier, and what became of the message."""

    recipient: str
    role: str
    tier: int
    status: str
    made_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alert as it stands: the addresses that its case is owed to, and who was told of it this round."""

    case: int
    lane: Lane
    severity: Severity
    category: str
    route: tuple[str, ...]
    is_open: bool
    round: int
    raised_at: datetime
    tier: int
    exhausted_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    owed: frozenset[str] = frozenset()
    told: tuple[Told, ...] = field(default=())


class AlreadyTold(Exception):
    """Another process told one of these people of one of these cases meanwhile: nothing is written."""


# -- raised ---------------------------------------------------------------------------------------


def raise_alerts(tx: Transaction, cases: Collection[int], now: datetime) -> None:
    """Raise an alert for each of these cases that has none."""
    rows = [{"case_id": case, "round": 1, "raised_at": now, "tier": 0} for case in sorted(cases)]
    if rows:
        tx.connection.execute(tx.insert(_alert).on_conflict_do_nothing(), rows)


def raise_again(tx: Transaction, cases: Collection[int], now: datetime) -> None:
    """Raise those of these cases' alerts again that were not raised again within the day."""
    c = _alert.c
    due = c.case_id.in_(cases) & or_(c.round == 1, c.raised_at <= now - AGAIN)
    anew = {"round": c.round + 1, "raised_at": now, "tier": 0, "exhausted_at": None}
    anew |= {"acknowledged_at": None, "acknowledged_by": None}
    if cases:
        tx.connection.execute(_alert.update().where(due).values(**anew))


# -- told -----------------------------------------------------------------------------------------


def tell(
    tx: Transaction, alerts: Iterable[tuple[Raised, int]], recipient: str, role: str, delivery: int
) -> None:
    """Write down that the recipient is told of these alerts, each at its tier, by that delivery.

    Raises AlreadyTold, so that nothing of it is written.
    """
    rows = [
        {
            "case_id": alert.case, "round": alert.round, "recipient": recipient, "role": role,
            "tier": tier, "delivery_id": delivery,
        }
        for alert, tier in alerts
    ]  # fmt: skip
    insert = tx.insert(_notice).on_conflict_do_nothing().returning(_notice.c.id)
    written = tx.connection.execute(insert, rows).all()
    if len(written) != len(rows):
        raise AlreadyTold


def escalate(tx: Transaction, alert: Raised, tier: int, by: Actor, now: datetime) -> bool:
    """Go on to `tier`; False if another process went first, or somebody acknowledged it meanwhile."""
    if not _still(tx, alert, tier=tier):
        return False
    tx.audit(by, ESCALATED, f"case:{alert.case}", now, tier=tier)
    return True


def exhaust(tx: Transaction, alert: Raised, by: Actor, now: datetime) -> bool:
    """Nobody is left to tell; False as `escalate` says."""
    if not _still(tx, alert, exhausted_at=now):
        return False
    tx.audit(by, EXHAUSTED, f"case:{alert.case}", now)
    return True


def _still(tx: Transaction, alert: Raised, **values: Any) -> bool:
    """Change the alert if it is still as it was read."""
    c = _alert.c
    same = and_(c.case_id == alert.case, c.round == alert.round, c.tier == alert.tier)
    waits = and_(c.acknowledged_at.is_(None), c.exhausted_at.is_(None))
    return bool(tx.connection.execute(_alert.update().where(same, waits).values(**values)).rowcount)


# -- acknowledged ---------------------------------------------------------------------------------


def acknowledge(tx: Transaction, case: int, by: Actor, now: datetime, reason: str = "") -> bool:
    """Write down that somebody has seen the alert and sees to its case; False if somebody did before."""
    if not settle_alert(tx, case, by, now):
        return False
    tx.audit(by, ACKNOWLEDGED, f"case:{case}", now, reason)
    return True


def settle_alert(tx: Transaction, case: int, by: Actor, now: datetime) -> bool:
    """Nobody else need be told of the case; True where it had an alert that nobody had acknowledged."""
    open_one = and_(_alert.c.case_id == case, _alert.c.acknowledged_at.is_(None))
    values = {"acknowledged_at": now, "acknowledged_by": by.name}
    return bool(tx.connection.execute(_alert.update().where(open_one).values(**values)).rowcount)


# -- as they stand --------------------------------------------------------------------------------


def alerts_waiting(store: Store) -> list[Raised]:
    """The alerts of open cases that nobody has acknowledged, the oldest first."""
    waiting = _alerts().where(_alert.c.acknowledged_at.is_(None), _case.c.status == "open")
    with store.reading() as connection:
        return _raised(connection, waiting)


def all_alerts(store: Store, cases: Collection[int] | None = None) -> list[Raised]:
    """Every alert, or those of some cases, the oldest first."""
    query = _alerts() if cases is None else _alerts().where(_alert.c.case_id.in_(cases))
    with store.reading() as connection:
        return _raised(connection, query)


def heard_of(
    connection: Connection, cases: Sequence[int], address: str
) -> dict[int, tuple[datetime | None, str | None]]:
    """When a message was taken that told `address` of each case's alert, and who acknowledged it."""
    a, n, d = _alert.c, _notice.c, _delivery.c
    theirs = and_(n.case_id == a.case_id, n.round == a.round, n.recipient == address)
    sent = and_(d.id == n.delivery_id, d.status == "sent")
    query = select(a.case_id, d.settled_at, a.acknowledged_by).outerjoin(_notice, theirs)
    found: dict[int, tuple[datetime | None, str | None]] = {}
    for some_cases in batched(cases):
        some = query.outerjoin(_delivery, sent).where(a.case_id.in_(some_cases))
        found |= {case: (told_at, by) for case, told_at, by in connection.execute(some)}
    return found


def last_told(store: Store, kind: str) -> dict[str, datetime]:
    """When each recipient's latest message of that kind was made."""
    c = _delivery.c
    query = select(c.recipient, func.max(c.created_at)).where(c.kind == kind).group_by(c.recipient)
    with store.reading() as connection:
        return dict(connection.execute(query).all())


def _alerts() -> Select[Any]:
    c = _case.c
    columns = (c.lane, c.severity, c.category, c.route, c.status)
    query = select(_alert, *columns).join(_case, c.id == _alert.c.case_id).where(c.lane != Lane.PROTECTED)
    return query.order_by(_alert.c.raised_at, _alert.c.case_id)


def _raised(connection: Connection, query: Select[Any]) -> list[Raised]:
    rows = connection.execute(query).all()
    cases = [row.case_id for row in rows]
    owed, told = _owed(connection, cases), _told(connection, cases)
    return [_one(row, owed[row.case_id], told[row.case_id, row.round]) for row in rows]


def _one(row: Row[Any], owed: set[str], told: list[Told]) -> Raised:
    return Raised(
        case=row.case_id,
        lane=Lane(row.lane),
        severity=Severity(row.severity),
        category=row.category,
        route=tuple(row.route),
        is_open=row.status == "open",
        round=row.round,
        raised_at=row.raised_at,
        tier=row.tier,
        exhausted_at=row.exhausted_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        owed=frozenset(owed),
        told=tuple(told),
    )


def _owed(connection: Connection, cases: Sequence[int]) -> defaultdict[int, set[str]]:
    """Who the cases are owed to, told by a digest or not yet."""
    query = (
        select(_finding.c.case_id, _item.c.recipient)
        .join(_item, _item.c.finding_id == _finding.c.id)
        .where(_item.c.status.not_in((SUPERSEDED, REFUSED)))
        .distinct()
    )
    found: defaultdict[int, set[str]] = defaultdict(set)
    for some in batched(cases):
        for case, recipient in connection.execute(query.where(_finding.c.case_id.in_(some))):
            found[case].add(recipient)
    return found


def _told(connection: Connection, cases: Sequence[int]) -> defaultdict[tuple[int, int], list[Told]]:
    """Who was told of the cases, by case and round."""
    n, d = _notice.c, _delivery.c
    query = (
        select(n.case_id, n.round, n.recipient, n.role, n.tier, d.status, d.created_at, d.settled_at)
        .join(_delivery, d.id == n.delivery_id)
        .order_by(n.tier, n.id)
    )
    found: defaultdict[tuple[int, int], list[Told]] = defaultdict(list)
    for some in batched(cases):
        for case, of_round, *told in connection.execute(query.where(n.case_id.in_(some))):
            found[case, of_round].append(Told(*told))
    return found
