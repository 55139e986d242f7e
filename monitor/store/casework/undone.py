"""Edits that another edit has put right since: what was found of them comes down, and so do their cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from monitor.store.casework.alerts import settle_alert
from monitor.store.tables import Case, Finding, table_of
from monitor.types import SERVICE, Severity
from monitor.types import Finding as FindingValue

if TYPE_CHECKING:
    from monitor.store.writing import Transaction

LOWERED = "case.lowered"
PUT_RIGHT = "Another edit has put this right since."

_case = table_of(Case)
_finding = table_of(Finding)


def bring_down(
    tx: Transaction, undone: Mapping[int, Sequence[FindingValue]], now: datetime
) -> set[tuple[int, str]]:
    """Lower what was found of edits before they were undone to what their rules find of them now.

    `undone` is what is found now, by mention. What a rule finds no more stays as a finding of severity info;
    what is as bad as it was, such as a name that stands in the page's history, stays as it is. A case is
    then as severe as the worst in it. Returns the (mention, rule) pairs that are told already.
    """
    if not undone:
        return set()
    c, told, cases = _finding.c, set[tuple[int, str]](), set[int]()
    for row in tx.connection.execute(select(_finding).where(c.mention_id.in_(undone))).all():
        told.add((row.mention_id, row.rule_id))
        values = _as_found(f for f in undone[row.mention_id] if f.rule_id == row.rule_id)
        if values["severity"] < Severity(row.severity):
            tx.connection.execute(_finding.update().where(c.id == row.id).values(**values))
            cases.add(row.case_id)
    _lower(tx, cases, now)
    return told


def _as_found(found: Iterable[FindingValue]) -> dict[str, Any]:
    worst = max(found, key=lambda finding: finding.severity.rank, default=None)
    if worst is None:
        return {"severity": Severity.INFO, "reason": PUT_RIGHT, "spans": []}
    spans = [[span.where, span.start, span.end, span.label] for span in worst.spans]
    return {"severity": worst.severity, "reason": worst.reason, "spans": spans}


def _lower(tx: Transaction, cases: Collection[int], now: datetime) -> None:
    """Each case as severe as the worst in it; of what is not pressing any more, nobody else is alerted."""
    for number in sorted(cases):
        found = select(_finding.c.severity).where(_finding.c.case_id == number)
        worst = max(map(Severity, tx.connection.execute(found).scalars()), key=lambda each: each.rank)
        higher = _case.c.severity.in_(each.value for each in Severity if each > worst)
        lowered = _case.update().where(_case.c.id == number, higher).values(severity=worst, changed_at=now)
        if not tx.connection.execute(lowered).rowcount:
            continue
        tx.audit(SERVICE, LOWERED, f"case:{number}", now, "the page was put right", severity=worst.value)
        if worst <= Severity.LOW:
            settle_alert(tx, number, SERVICE, now)
