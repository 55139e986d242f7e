"""Deliveries as people ask after them: what is owed, claimed, sent or refused, and what each tells of.

Of the protected lane there is nothing here: its mails have a table of their own, which no list reads.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from monitor.store.ledger import UNSENT
from monitor.store.tables import Delivery, DeliveryItem, Finding, table_of

_delivery = table_of(Delivery)
_item = table_of(DeliveryItem)
_finding = table_of(Finding)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery. `next_attempt_at` counts while it is owed; `error` is the last thing that went wrong."""

    number: int
    recipient: str
    role: str
    kind: str
    window: str
    status: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    settled_at: datetime | None
    error: str | None
    message_id: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """What a delivery, or none yet, tells its recipient of one case: how many findings, in which state."""

    case: int
    status: str
    findings: int


_COLUMNS = [
    _delivery.c[name]
    for name in (
        "id", "recipient", "role", "kind", "window", "status", "attempts", "created_at", "next_attempt_at",
        "settled_at", "error", "message_id",
    )
]  # fmt: skip


def deliveries(
    connection: Connection, of: Set[str] | None = None, since: datetime | None = None
) -> list[DeliveryLine]:
    """The deliveries to the addresses `of` (None: to everybody), oldest first.

    With `since`, settled ones only from then on; what is still to be sent is always there.
    """
    c = _delivery.c
    query = select(*_COLUMNS).order_by(c.id)
    if of is not None:
        query = query.where(c.recipient.in_(sorted(of)))
    if since is not None:
        query = query.where(or_(c.status.in_(UNSENT), func.coalesce(c.settled_at, c.created_at) >= since))
    return [_line(*row) for row in connection.execute(query)]


def delivery(connection: Connection, number: int) -> DeliveryLine | None:
    """The delivery of this number."""
    row = connection.execute(select(*_COLUMNS).where(_delivery.c.id == number)).first()
    return _line(*row) if row else None


def items_of(connection: Connection, number: int) -> list[ItemLine]:
    """What a delivery tells of, by case."""
    return _items(connection, number, None)


def items_waiting(connection: Connection, recipient: str) -> list[ItemLine]:
    """What a recipient is owed, or was, and no delivery has: for the next digest, or somebody else's now."""
    return _items(connection, None, recipient)


def _items(connection: Connection, number: int | None, recipient: str | None) -> list[ItemLine]:
    c = _item.c
    mine = and_(c.delivery_id.is_(None), c.recipient == recipient) if recipient else c.delivery_id == number
    query = (
        select(_finding.c.case_id, c.status, func.count())
        .join(_finding, _finding.c.id == c.finding_id)
        .where(mine)
        .group_by(_finding.c.case_id, c.status)
        .order_by(_finding.c.case_id, c.status)
    )
    return [ItemLine(*row) for row in connection.execute(query)]


def _line(*values: Any) -> DeliveryLine:
    line = DeliveryLine(*values)
    return line if line.status == "owed" else replace(line, next_attempt_at=None)
