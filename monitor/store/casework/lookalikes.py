"""Cases about lookalikes: the accounts and domains found, what each is taken for, how far its takedown is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from monitor.store.audit import AuditLog
from monitor.store.batches import batched
from monitor.store.tables import AuditEntry, Case, Finding, Mention, Occurrence, table_of
from monitor.types import DOMAIN, Lane, Severity, Standing

LOOKALIKES = "lookalike-account"
"""The category of these cases."""
STATUSES: Mapping[str, str] = {
    "reported": "somebody reported it to the platform",
    "answered": "the platform has answered, and not decided",
    "taken-down": "it is gone, or no longer claims to be us",
    "refused": "the platform leaves it as it is",
    "left-alone": "we leave it as it is",
}
"""How far a takedown can be, and what that means. Before the first of them it is `open`."""
NOT_BEGUN = "open"

_STANDINGS = {
    "ACC-001": Standing.PROBABLE,
    "LAL-001": Standing.PROBABLE,
    "LAL-002": Standing.PROBABLE,
    "ACC-002": Standing.POSSIBLE,
    "ACC-003": Standing.TEAM,
    "ACC-004": Standing.PARODY,
}
"""What the rules take an account for; a domain has no standing."""

_POINTS = re.compile(r"\b(\d+) points: ")
"""Where a finding's reason says the whole score (rules/detectors/lookalike.py)."""

_audit = table_of(AuditEntry)
_case = table_of(Case)
_finding = table_of(Finding)
_mention = table_of(Mention)
_occurrence = table_of(Occurrence)


@dataclass(frozen=True, slots=True)
class Takedown:
    """How far one is: its status, the platform's reference if one was given, who said so and when."""

    status: str = NOT_BEGUN
    reference: str = ""
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """One account or domain of a case. `account` is "" once its words are purged.

    `standing` is None for a domain, `points` are those of the score when it was judged, `last_seen` is when a
    source last showed it.
    """

    case: int
    status: str
    severity: Severity
    rule_id: str
    standing: Standing | None
    points: int | None
    reason: str
    platform: str
    account: str
    shown: str
    says: str
    url: str | None
    first_seen: datetime
    last_seen: datetime | None
    takedown: Takedown = field(default_factory=Takedown)

    @property
    def name(self) -> str:
        """What it calls itself, without its handle; "" where that is not kept."""
        return (
            ""
            if self.platform == DOMAIN
            else self.shown.removesuffix(f"(@{self.account.lstrip('@')})").strip()
        )


def lookalikes(connection: Connection, case: int | None = None) -> list[Lookalike]:
    """Every account and domain in a case about lookalikes (or in that one), the latest case first.

    One that several rules met counts once, by the gravest of them.
    """
    rows = connection.execute(_found(_case.c.id == case if case is not None else _is_lookalike()))
    worst: dict[tuple[int, int], Row[Any]] = {}
    for row in rows:
        key = (row.case_id, row.mention_id)
        if key not in worst or Severity(row.severity) > Severity(worst[key].severity):
            worst[key] = row
    steps = takedowns(connection, {row.case_id for row in worst.values()})
    return [_lookalike(row, steps.get(row.case_id, Takedown())) for row in worst.values()]


def reasons_of(connection: Connection, case: int) -> list[str]:
    """What each rule on lookalikes said of the account or domain of a case, the gravest first, each once."""
    rows = list(connection.execute(_found(_case.c.id == case)))
    rows.sort(key=lambda row: -Severity(row.severity).rank)
    return list(dict.fromkeys(row.reason for row in rows))


def takedowns(connection: Connection, cases: Collection[int]) -> dict[int, Takedown]:
    """How far the takedown of each of these cases is; without those that nobody began."""
    c = _audit.c
    query = select(c.object, c.details, c.who, c.at).where(c.action == "case.takedown").order_by(c.id)
    found: dict[int, Takedown] = {}
    for some in batched(sorted(cases)):
        for row in connection.execute(query.where(c.object.in_([f"case:{number}" for number in some]))):
            said = Takedown(row.details["status"], row.details.get("reference", ""), row.who, row.at)
            found[int(row.object.removeprefix("case:"))] = said
    return found


def takedown_steps(connection: Connection, case: int) -> list[Takedown]:
    """Everything that was noted of one takedown, oldest first."""
    entries = AuditLog(connection).entries(f"case:{case}")
    return [
        Takedown(entry.details["status"], entry.details.get("reference", ""), entry.who, entry.at)
        for entry in entries
        if entry.action == "case.takedown"
    ]


def domains_found(connection: Connection) -> dict[str, Lookalike]:
    """The lookalike domains that were found, by name."""
    rows: Iterable[Lookalike] = lookalikes(connection)
    return {each.account: each for each in rows if each.platform == DOMAIN}


def _is_lookalike() -> ColumnElement[bool]:
    return _finding.c.category == LOOKALIKES


def _found(where: ColumnElement[bool]) -> Select[Any]:
    seen = (
        select(func.max(_occurrence.c.seen_at))
        .where(_occurrence.c.mention_id == _mention.c.id)
        .scalar_subquery()
    )
    return (
        select(
            _case.c.id.label("case_id"), _case.c.status, _finding.c.severity, _finding.c.rule_id,
            _finding.c.reason, _mention.c.id.label("mention_id"),
            _mention.c.platform, _mention.c.author, _mention.c.title, _mention.c.text, _mention.c.kind,
            _mention.c.url, _mention.c.first_seen_at, seen.label("last_seen"),
        )
        .join(_finding, _finding.c.case_id == _case.c.id)
        .join(_mention, _mention.c.id == _finding.c.mention_id)
        .where(where, _is_lookalike(), _case.c.lane == Lane.COMMS)
        .order_by(_case.c.id.desc(), _finding.c.id)
    )  # fmt: skip


def _lookalike(row: Row[Any], takedown: Takedown) -> Lookalike:
    is_profile = row.kind == "profile"
    return Lookalike(
        case=row.case_id,
        status=row.status,
        severity=Severity(row.severity),
        rule_id=row.rule_id,
        standing=_STANDINGS.get(row.rule_id),
        points=int(told[1]) if (told := _POINTS.search(row.reason)) else None,
        reason=row.reason,
        platform=row.platform,
        account=row.author,
        shown=row.title if is_profile else "",
        says=row.text if is_profile else "",
        url=row.url,
        first_seen=row.first_seen_at,
        last_seen=row.last_seen,
        takedown=takedown,
    )
