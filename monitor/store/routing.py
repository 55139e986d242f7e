"""The ledger, when people come and go: open cases for who stands in now, and nothing outside its lane."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, literal, or_, select

from monitor.store.batches import batched
from monitor.store.tables import AuditEntry, Case, DeliveryItem, Finding, table_of
from monitor.types import SERVICE, Lane

if TYPE_CHECKING:
    from monitor.store.store import Store
    from monitor.store.writing import Transaction

_item = table_of(DeliveryItem)
_finding = table_of(Finding)
_case = table_of(Case)
_audit = table_of(AuditEntry)

SUPERSEDED, REFUSED = "superseded", "refused"
"""What an item becomes that is somebody else's now, and one that may not be mailed to whom it is owed."""

_STANDING = "standing_in"

Reach = Callable[[Sequence[str]], frozenset[str]]
"""(the roles of a route) -> the addresses of everybody who is told today."""


def stand_in(store: Store, standing: Mapping[str, str], reach: Reach, now: datetime) -> None:
    """Owe the open cases to whoever has come to act since the last look, and withdraw them from who has not.

    `standing` says who acts in whose place today: "role address" -> address.
    """
    before = json.loads(store.meta(_STANDING) or "{}")
    if before == standing:
        return
    ended = before.items() - standing.items()
    gained = {address for _, address in standing.items() - before.items()}
    gained |= {place.split(" ", 1)[1] for place, _ in ended}  # who is back
    lost = {address for _, address in ended}
    with store.transaction() as tx:
        for route, cases in _open_cases(tx).items():
            told = reach(route)
            for chunk in batched(cases):
                for address in sorted(gained & told):
                    _owe(tx, address, chunk)
                for address in sorted(lost - told):
                    _withdraw(tx, address, chunk)
        tx.set_meta(_STANDING, json.dumps(standing, sort_keys=True), replace=True)
        tx.audit(SERVICE, "roles.stood_in", "roles", now, in_force=len(standing), ended=len(ended))


def _open_cases(tx: Transaction) -> dict[tuple[str, ...], list[int]]:
    """The open cases by their route."""
    query = select(_case.c.id, _case.c.route).where(_case.c.status == "open", _case.c.lane != Lane.PROTECTED)
    found: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in tx.connection.execute(query):
        found[tuple(row.route)].append(row.id)
    return found


def _owe(tx: Transaction, address: str, cases: Sequence[int]) -> None:
    found = select(literal(address), _finding.c.id, literal("owed")).where(_finding.c.case_id.in_(cases))
    statement = tx.insert(_item).from_select(["recipient", "finding_id", "status"], found)
    tx.connection.execute(
        statement.on_conflict_do_update(
            index_elements=["recipient", "finding_id"],
            set_={"status": "owed", "delivery_id": None},
            where=_item.c.status == SUPERSEDED,
        )
    )


def _withdraw(tx: Transaction, address: str, cases: Sequence[int]) -> None:
    theirs = _item.c.finding_id.in_(select(_finding.c.id).where(_finding.c.case_id.in_(cases)))
    tx.connection.execute(
        _item.update().where(_item.c.recipient == address, theirs).values(status=SUPERSEDED)
    )


# -- lanes ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refused:
    """A case that is not mailed to somebody, because their roles are outside its lane."""

    case: int
    lane: str
    role: str


def refuse_outside(
    store: Store, lanes: Mapping[str, frozenset[Lane]], roles: Mapping[str, str], now: datetime
) -> list[Refused]:
    """Refuse what is owed to somebody outside the lane of its case; each refusal is in the audit log.

    `lanes` are those that each address may be mailed about, `roles` what to call them.
    """
    outside = _outside(lanes)
    if outside is None:
        return []
    query = (
        select(_item.c.id, _item.c.recipient, _case.c.id.label("case"), _case.c.lane)
        .join(_finding, _finding.c.id == _item.c.finding_id)
        .join(_case, _case.c.id == _finding.c.case_id)
        .where(_item.c.status == "owed", _item.c.delivery_id.is_(None), outside)
    )
    with store.reading() as connection:
        if connection.execute(query.limit(1)).first() is None:
            return []
    with store.transaction() as tx:
        rows = tx.connection.execute(query.order_by(_item.c.id)).all()
        found = sorted({(row.case, row.lane, roles[row.recipient]) for row in rows})
        for chunk in batched([row.id for row in rows]):
            tx.connection.execute(_item.update().where(_item.c.id.in_(chunk)).values(status=REFUSED))
        for case, lane, role in found:
            tx.audit(SERVICE, "route.refused", f"case:{case}", now, lane=lane, role=role)
    return [Refused(*each) for each in found]


def _outside(lanes: Mapping[str, frozenset[Lane]]) -> ColumnElement[bool] | None:
    """True for an item whose recipient may not be mailed about its case's lane."""
    by_lanes: defaultdict[frozenset[Lane], list[str]] = defaultdict(list)
    for address, allowed in lanes.items():
        by_lanes[allowed].append(address)
    wrong = [
        and_(_item.c.recipient.in_(addresses), _case.c.lane.not_in(sorted(allowed)))
        for allowed, addresses in by_lanes.items()
    ]
    return or_(*wrong) if wrong else None


def refusals_since(store: Store, moment: datetime | None) -> list[Refused]:
    """What was refused since then, as the audit log has it."""
    c = _audit.c
    query = select(c.object, c.details).where(c.action == "route.refused").order_by(c.id)
    if moment is not None:
        query = query.where(c.at > moment)
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [Refused(int(row.object.split(":")[1]), row.details["lane"], row.details["role"]) for row in rows]
