"""What is held of one person, read for them: their items, what was found in these, and who dealt with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, exists, func, select

from monitor.store.keeping.purging import CHUNK, batched
from monitor.store.tables import (
    AuditEntry,
    Authorisation,
    Case,
    CaseStep,
    Decision,
    Delivery,
    DeliveryItem,
    Finding,
    HiddenFinding,
    LegalHold,
    Mention,
    Occurrence,
    table_of,
)
from monitor.types import Lane

Rows = dict[int, list[Any]]
"""Rows by the number of what they belong to."""

_mention = table_of(Mention)
_finding = table_of(Finding)
_case = table_of(Case)
_audit = table_of(AuditEntry)
_item = table_of(DeliveryItem)
_delivery = table_of(Delivery)


def items(connection: Connection, whose: ColumnElement[bool]) -> Iterator[Row[Any]]:
    """Their mentions, oldest first; none that has to do with the protected lane."""
    sealed = exists().where(_finding.c.mention_id == _mention.c.id, _finding.c.lane == Lane.PROTECTED)
    query = select(_mention).where(whose, ~sealed).order_by(_mention.c.id)
    yield from connection.execute(query)


def sights(connection: Connection, mentions: Iterable[int]) -> Rows:
    """Which sources showed these mentions, and when last."""
    return _rows(connection, table_of(Occurrence), "mention_id", mentions)


def findings(connection: Connection, mentions: Iterable[int]) -> Rows:
    """What was found in these mentions."""
    return _rows(connection, _finding, "mention_id", mentions)


def hidden(connection: Connection, mentions: Iterable[int]) -> Rows:
    """What was found in these mentions and hidden by a filter."""
    return _rows(connection, table_of(HiddenFinding), "mention_id", mentions)


def cases(connection: Connection, numbers: Iterable[int]) -> Rows:
    """These cases, one each."""
    return _rows(connection, _case, "id", numbers)


def decisions(connection: Connection, numbers: Iterable[int]) -> Rows:
    """What was decided on these cases."""
    return _rows(connection, table_of(Decision), "case_id", numbers)


def steps(connection: Connection, numbers: Iterable[int]) -> Rows:
    """The steps that were answered on these cases."""
    return _rows(connection, table_of(CaseStep), "case_id", numbers)


def holds(connection: Connection, numbers: Iterable[int]) -> Rows:
    """The legal holds on these cases."""
    return _rows(connection, table_of(LegalHold), "case_id", numbers)


def looks(connection: Connection, numbers: Iterable[int]) -> Rows:
    """What the audit log says of these cases."""
    found: Rows = defaultdict(list)
    for chunk in batched((f"case:{number}" for number in numbers), CHUNK):
        query = select(_audit).where(_audit.c.object.in_(chunk)).order_by(_audit.c.id)
        for row in connection.execute(query):
            found[int(row.object.removeprefix("case:"))].append(row)
    return found


def told(connection: Connection, numbers: Iterable[int]) -> Rows:
    """Which roles a mail told of these cases."""
    found: Rows = defaultdict(list)
    for chunk in batched(numbers, CHUNK):
        query = (
            select(_finding.c.case_id, _delivery.c.role, func.min(_delivery.c.settled_at).label("at"))
            .join(_item, _item.c.finding_id == _finding.c.id)
            .join(_delivery, _delivery.c.id == _item.c.delivery_id)
            .where(_finding.c.case_id.in_(chunk), _delivery.c.status == "sent")
            .group_by(_finding.c.case_id, _delivery.c.role)
            .order_by(_delivery.c.role)
        )
        for row in connection.execute(query):
            found[row.case_id].append(row)
    return found


def sizes(connection: Connection, numbers: Iterable[int]) -> dict[int, int]:
    """How many items there are in these cases, whoever wrote them."""
    c = _finding.c
    found: dict[int, int] = {}
    for chunk in batched(numbers, CHUNK):
        query = select(c.case_id, func.count(c.mention_id.distinct())).where(c.case_id.in_(chunk))
        found |= dict(connection.execute(query.group_by(c.case_id)).all())
    return found


def authorisations(connection: Connection, person: str) -> list[Row[Any]]:
    """The register's rows of a member of staff, oldest first."""
    table = table_of(Authorisation)
    return list(connection.execute(select(table).where(table.c.person == person).order_by(table.c.id)))


def _rows(connection: Connection, table: Table, column: str, numbers: Iterable[int]) -> Rows:
    found: Rows = defaultdict(list)
    for chunk in batched(numbers, CHUNK):
        query = select(table).where(table.c[column].in_(chunk)).order_by(table.c.id)
        for row in connection.execute(query):
            found[getattr(row, column)].append(row)
    return found
