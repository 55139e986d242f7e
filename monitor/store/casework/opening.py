"""Cases as findings make them: opened, extended, and open again where something new comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from monitor.clocks import COMPLAINTS, PROGRESS
from monitor.store.casework.alerts import raise_again, raise_alerts
from monitor.store.casework.casefiles import CLOSED, reopen_by_finding
from monitor.store.casework.reminders import Reminding, progress, remind
from monitor.store.rows import case_row
from monitor.store.tables import Case, table_of
from monitor.types import SERVICE, Lane, Pace, Severity
from monitor.types import Finding as FindingValue

if TYPE_CHECKING:
    from monitor.store.writing import NewCase, Transaction

_case = table_of(Case)


def open_or_extend(
    tx: Transaction, placed: Sequence[tuple[NewCase, FindingValue]], now: datetime
) -> dict[str, int]:
    """Case ids by key: what there is is extended, and as severe as the worst in it, the rest opened.

    What belongs to a case that was merged into another goes to that other.
    """
    worst: dict[str, Severity] = {}
    for case, finding in placed:
        worst[case.key] = max(finding.severity, worst.get(case.key, finding.severity))
    c = _case.c
    query = select(c.key, c.id, c.merged_into).where(c.key.in_(worst))
    ids = {row.key: row.merged_into or row.id for row in tx.connection.execute(query)}
    worse = _extend(tx, {ids[key]: max(worst[k] for k in ids if ids[k] == ids[key]) for key in ids}, now)
    new = {case.key: (case, finding) for case, finding in placed if case.key not in ids}
    ids |= _open(tx, new, worst, now)
    raise_again(tx, worse, now)
    raise_alerts(tx, {ids[case.key] for case, finding in placed if _cannot_wait(case, finding)}, now)
    return ids


def _cannot_wait(case: NewCase, finding: FindingValue) -> bool:
    """Whether people hear of it at once; a first run's cases, which count as told, are owed to nobody."""
    told = bool(case.recipients) and finding.lane is not Lane.PROTECTED
    return told and finding.pace is Pace.IMMEDIATE


def _extend(tx: Transaction, worst: Mapping[int, Severity], now: datetime) -> set[int]:
    """The cases that are open again by it, or critical only now."""
    c, worse = _case.c, set()
    query = select(c.id, c.severity, c.status).where(c.id.in_(worst)).order_by(c.id)
    for row in list(tx.connection.execute(query)):
        severity = max(worst[row.id], Severity(row.severity))
        tx.connection.execute(_case.update().where(c.id == row.id).values(severity=severity, changed_at=now))
        if row.status == CLOSED:
            reopen_by_finding(tx, row.id, now)
        newly_critical = severity is Severity.CRITICAL and row.severity != severity
        if row.status == CLOSED or newly_critical:
            worse.add(int(row.id))
    return worse


def _open(
    tx: Transaction,
    new: Mapping[str, tuple[NewCase, FindingValue]],
    worst: Mapping[str, Severity],
    now: datetime,
) -> dict[str, int]:
    if not new:
        return {}
    rows = [case_row(case, finding, worst[key], now) for key, (case, finding) in new.items()]
    statement = tx.insert(_case).returning(_case.c.key, _case.c.id)
    ids = {key: int(id_) for key, id_ in tx.connection.execute(statement, rows)}
    for key, (case, finding) in new.items():
        if finding.category in COMPLAINTS and case.day is not None:
            words, about = progress(ids[key]), f"case:{ids[key]}"
            remind(tx, Reminding(finding.owner, words, case.day + PROGRESS, about), SERVICE, now)
    return ids
