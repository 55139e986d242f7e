"""Decisions: what people said of cases, and how right that makes each rule."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from monitor.store.casework.casefiles import case_file, change
from monitor.store.store import Store
from monitor.store.tables import Case, Decision, Finding, Mention, table_of
from monitor.types import Actor, Lane, Severity, Verdict

_case = table_of(Case)
_decision = table_of(Decision)
_finding = table_of(Finding)
_mention = table_of(Mention)


@dataclass(frozen=True, slots=True)
class Suspect:
    """One rule of a case, and what a filter against its false alarms could be narrowed to."""

    rule_id: str
    platform: str
    source: str
    author: str
    page: str | None


@dataclass(slots=True)
class Record:
    """How one rule has fared: findings, the cases they are in, and the verdicts on these."""

    findings: int = 0
    cases: set[int] = field(default_factory=set)
    right: int = 0
    wrong: int = 0

    @property
    def decided(self) -> int:
        """Cases that somebody has decided."""
        return self.right + self.wrong


def mark(
    store: Store,
    case: int,
    verdict: Verdict,
    by: Actor,
    reason: str,
    now: datetime,
    decided_by: str | None = None,
) -> tuple[Suspect, ...] | None:
    """Record a verdict on a case; returns its rules, the most severe first. None: there is no such case.

    `decided_by` names who decided where `by` only writes it down. A case of the protected lane is nobody's
    here: it is as if it were not there.
    """
    query = (
        select(_finding.c.rule_id, _finding.c.severity, _mention)
        .join(_case, _case.c.id == _finding.c.case_id)
        .join(_mention, _mention.c.id == _finding.c.mention_id)
        .where(_case.c.id == case, _case.c.lane != Lane.PROTECTED)
    )
    row = {
        "case_id": case,
        "verdict": verdict,
        "made_by": decided_by or by.name,
        "reason": reason,
        "made_at": now,
    }
    with store.transaction() as tx:
        findings = list(tx.connection.execute(query.order_by(_finding.c.id)))
        known = case_file(tx.connection, case) if findings else None
        if known is None:
            return None
        change(tx, known, by, "case.marked", now, reason, verdict=verdict.value)
        tx.connection.execute(tx.insert(_decision), row | {"made_by": decided_by or by.name})
    findings.sort(key=lambda finding: -Severity(finding.severity).rank)
    return tuple({finding.rule_id: _suspect(finding) for finding in reversed(findings)}.values())[::-1]


def latest_verdicts() -> Select[Any]:
    """A query of (case_id, verdict): the last word on every case that was decided."""
    last = select(func.max(_decision.c.id)).group_by(_decision.c.case_id)
    return select(_decision.c.case_id, _decision.c.verdict).where(_decision.c.id.in_(last))


def records(store: Store, since: datetime) -> dict[str, Record]:
    """How each rule has fared with findings made since then, by rule id; never of the protected lane.

    A case counts once for a rule, however many findings are in it: they are one decision.
    """
    query = (
        select(_finding.c.rule_id, _finding.c.case_id, func.count(_finding.c.id))
        .where(_finding.c.created_at >= since, _finding.c.lane != Lane.PROTECTED)
        .group_by(_finding.c.rule_id, _finding.c.case_id)
    )
    found: dict[str, Record] = defaultdict(Record)
    with store.reading() as connection:
        verdicts = {case: Verdict(verdict) for case, verdict in connection.execute(latest_verdicts())}
        for rule_id, case, number in connection.execute(query):
            record = found[rule_id]
            record.findings += number
            record.cases.add(case)
            record.right += verdicts.get(case) is Verdict.RIGHT
            record.wrong += verdicts.get(case) is Verdict.WRONG
    return dict(sorted(found.items()))


def _suspect(row: Row[Any]) -> Suspect:
    page = row.change["page"] if row.change else None
    return Suspect(row.rule_id, row.platform, row.source, row.author, page)
