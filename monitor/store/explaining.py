"""What the ledger knows of a case and one recipient: the facts behind why it is or is not in a digest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from monitor.store.casework.casefiles import OPEN
from monitor.store.tables import (
    Case,
    Delivery,
    DeliveryItem,
    Finding,
    HiddenFinding,
    Mention,
    SiteFilter,
    table_of,
)
from monitor.types import Lane, Pace, Severity

_case = table_of(Case)
_delivery = table_of(Delivery)
_filter = table_of(SiteFilter)
_finding = table_of(Finding)
_hidden = table_of(HiddenFinding)
_item = table_of(DeliveryItem)
_mention = table_of(Mention)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldBy:
    """A mail that told of a case, or tried to: which, when it was made, what became of it."""

    kind: str
    window: str
    message_id: str
    status: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A case as the ledger has it for one recipient. `owed` are the states of what they are owed of it."""

    number: int
    lane: Lane
    severity: Severity
    category: str
    status: str
    outcome: str | None
    closed_at: datetime | None
    merged_into: int | None
    route: tuple[str, ...]
    owed: frozenset[str]
    weekly: bool
    purged_for: str | None
    mails: tuple[ToldBy, ...]


def facts_of(connection: Connection, address: str, numbers: Collection[int] | None = None) -> list[Facts]:
    """The facts of these cases, by number; with None of all that are open or that `address` is owed.

    A case of the protected lane is as if it were not there.
    """
    query = _query(address).where(_case.c.lane != Lane.PROTECTED)
    if numbers is None:
        query = query.where(or_(_case.c.status == OPEN, _item.c.status == "owed"))
    else:
        query = query.where(_case.c.id.in_(numbers))
    grouped: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(query.order_by(_case.c.id, _finding.c.id)):
        grouped.setdefault(row.id, []).append(row)
    return [_facts(rows) for rows in grouped.values()]


def _query(address: str) -> Any:
    mine = and_(_item.c.finding_id == _finding.c.id, _item.c.recipient == address)
    columns = (
        *(_case.c[name] for name in ("id", "lane", "severity", "category", "status", "outcome")),
        *(_case.c[name] for name in ("closed_at", "merged_into", "route")),
        _finding.c.pace,
        _mention.c.purged_for,
        _item.c.status.label("item"),
        *(_delivery.c[name] for name in ("kind", "window", "message_id", "created_at")),
        _delivery.c.status.label("sent"),
    )
    return (
        select(*columns)
        .select_from(_case)
        .outerjoin(_finding, _finding.c.case_id == _case.c.id)
        .outerjoin(_mention, _mention.c.id == _finding.c.mention_id)
        .outerjoin(_item, mine)
        .outerjoin(_delivery, _delivery.c.id == _item.c.delivery_id)
    )


def _facts(rows: Sequence[Row[Any]]) -> Facts:
    first = rows[0]
    mails = {row.message_id: _mail(row) for row in rows if row.message_id is not None}
    return Facts(
        number=first.id,
        lane=Lane(first.lane),
        severity=Severity(first.severity),
        category=first.category,
        status=first.status,
        outcome=first.outcome,
        closed_at=first.closed_at,
        merged_into=first.merged_into,
        route=tuple(first.route),
        owed=frozenset(row.item for row in rows if row.item is not None),
        weekly=all(row.pace == Pace.WEEKLY for row in rows),
        purged_for=next((row.purged_for for row in rows if row.purged_for), None),
        mails=tuple(sorted(mails.values(), key=lambda mail: mail.made_at)),
    )


def _mail(row: Row[Any]) -> ToldBy:
    return ToldBy(
        kind=row.kind,
        window=row.window,
        message_id=row.message_id,
        status=row.sent,
        made_at=row.created_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A mention by its address: the cases it is in, and the filters that keep findings from being one."""

    number: int
    purged_for: str | None
    cases: tuple[int, ...]
    hidden: tuple[tuple[int, str, Lane, date], ...]
    """Filter, rule, lane of what it hides, and when the filter ends."""


def mention_at(connection: Connection, url: str) -> Met | None:
    """The mention at that address, the latest one; None where there is none."""
    c = _mention.c
    query = select(c.id, c.purged_for).where(c.url == url).order_by(c.id.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return None
    cases = select(_finding.c.case_id).where(_finding.c.mention_id == row.id).distinct()
    hidden = (
        select(_filter.c.id, _hidden.c.rule_id, _hidden.c.lane, _filter.c.expires_on)
        .join(_filter, _filter.c.id == _hidden.c.filter_id)
        .where(_hidden.c.mention_id == row.id)
        .order_by(_filter.c.id)
    )
    return Met(
        number=row.id,
        purged_for=row.purged_for,
        cases=tuple(sorted(connection.execute(cases).scalars())),
        hidden=tuple((f, rule, Lane(lane), on) for f, rule, lane, on in connection.execute(hidden)),
    )
