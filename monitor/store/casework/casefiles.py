"""Cases at rest: what people did to each, as one change after the other.

A change is an entry of the audit log, and what a case has come to follows from its entries alone: `after`
makes the next state from the one before, here when it is written and again when the log is read back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from monitor.errors import CaseRefused
from monitor.store.audit import AuditLog, Entry
from monitor.store.batches import batched
from monitor.store.casework.alerts import settle_alert
from monitor.store.tables import (
    Case,
    CaseStep,
    Decision,
    DeliveryItem,
    Finding,
    LegalHold,
    Reminder,
    table_of,
)
from monitor.types import SERVICE, Actor, Lane, Severity

if TYPE_CHECKING:
    from monitor.store.writing import Transaction

OPEN, CLOSED = "open", "closed"
BREACH, CONFIRMED = "breach", "confirmed"
"""The step and the answer that start the 72 hours."""

MERGED, FALSE_ALARM = "merged", "false-alarm"
"""The outcomes of cases that no decision was taken on."""

HELD_FOR = timedelta(hours=4)
"""A claim without a change for so long counts as free."""

_case = table_of(Case)
_step = table_of(CaseStep)
_decision = table_of(Decision)
_finding = table_of(Finding)
_item = table_of(DeliveryItem)
_hold = table_of(LegalHold)
_reminder = table_of(Reminder)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseState:
    """What people have made of a case. `answers` are the latest ones by step, `verdict` right or wrong."""

    owner: str
    status: str = OPEN
    held_by: str | None = None
    held_at: datetime | None = None
    waiting_for: str | None = None
    confirmed_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: str | None = None
    merged_into: int | None = None
    changes: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    verdict: str | None = None

    def holder(self, now: datetime) -> str | None:
        """Who is at work on it: whoever claimed it, while that is fresh."""
        return self.held_by if self.held_at and now - self.held_at <= HELD_FOR else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case as it stood when it was looked at. Nothing of the protected lane is ever one."""

    number: int
    lane: Lane
    category: str
    severity: Severity
    opened_at: datetime
    state: CaseState


_COLUMNS = tuple(name for name in CaseState.__slots__ if name not in ("answers", "verdict"))
_Change = Callable[[CaseState, Entry], dict[str, Any]]


def _answered(state: CaseState, entry: Entry) -> dict[str, Any]:
    step, answer = entry.details["step"], entry.details["answer"]
    more: dict[str, Any] = {"answers": {**state.answers, step: answer}}
    if step == BREACH:
        more["confirmed_at"] = (state.confirmed_at or entry.at) if answer == CONFIRMED else None
    return more


def _closed(outcome: str, entry: Entry, **more: Any) -> dict[str, Any]:
    ended = {"held_by": None, "held_at": None, "waiting_for": None}
    return (
        ended | {"status": CLOSED, "closed_at": entry.at, "closed_by": entry.who, "outcome": outcome} | more
    )


_REOPENED = {"status": OPEN, "closed_at": None, "closed_by": None, "outcome": None}

_CHANGES: Mapping[str, _Change] = {
    "case.claimed": lambda state, entry: {"held_by": entry.who, "held_at": entry.at},
    "case.released": lambda state, entry: {"held_by": None, "held_at": None},
    "case.handed": lambda state, entry: {"held_by": entry.details["to"], "held_at": entry.at},
    "case.assigned": lambda state, entry: {
        "owner": entry.details["to"], "held_by": None, "held_at": None,
    },
    "case.escalated": lambda state, entry: {
        "owner": entry.details["to"], "held_by": None, "held_at": None,
    },
    "case.advice_asked": lambda state, entry: {"waiting_for": entry.details["of"]},
    "case.advised": lambda state, entry: {"waiting_for": None},
    "case.answered": _answered,
    "case.marked": lambda state, entry: {"verdict": entry.details["verdict"]},
    "case.takedown": lambda state, entry: {},
    "case.merged": lambda state, entry: _closed(MERGED, entry, merged_into=entry.details["into"]),
    "case.absorbed": lambda state, entry: {},
    "case.closed": lambda state, entry: _closed(entry.details["outcome"], entry),
    "case.reopened": lambda state, entry: dict(_REOPENED),
}  # fmt: skip
"""What each change does to the state. Other entries about a case (views, notices) change nothing."""


def after(state: CaseState, entry: Entry) -> CaseState:
    """The state that follows: one more change, and whoever holds the case is still at work on it. Pure."""
    change = _CHANGES.get(entry.action)
    if change is None:
        return state
    next_one = replace(state, **change(state, entry), changes=state.changes + 1)
    return replace(next_one, held_at=entry.at) if next_one.held_by == entry.who else next_one


def folded(entries: Iterable[Entry], owner: str) -> CaseState:
    """The state that all entries about a case lead to. `owner`: who answered for it when it was opened."""
    state = CaseState(owner=owner)
    for entry in entries:
        state = after(state, entry)
    return state


def first_owner(entries: Iterable[Entry], now: str) -> str:
    """Who answered for the case when it was opened; `now` is who does today."""
    return next((str(entry.details["before"]) for entry in entries if "before" in entry.details), now)


# -- reading ------------------------------------------------------------------------------------------


def case_file(connection: Connection, number: int) -> CaseFile | None:
    """The case of that number; None where there is none that may be spoken of."""
    query = select(_case).where(_case.c.id == number, _case.c.lane != Lane.PROTECTED)
    row = connection.execute(query).first()
    if row is None:
        return None
    columns = {name: getattr(row, name) for name in _COLUMNS}
    state = CaseState(
        **columns, answers=answers_of(connection, [number])[number], verdict=_verdict(connection, number)
    )
    return CaseFile(
        number=row.id,
        lane=Lane(row.lane),
        category=row.category,
        severity=Severity(row.severity),
        opened_at=row.opened_at,
        state=state,
    )


def answers_of(connection: Connection, numbers: Collection[int]) -> dict[int, dict[str, str]]:
    """The latest answer to each step, by case."""
    c = _step.c
    query = select(c.case_id, c.step, c.answer).order_by(c.id)
    found: dict[int, dict[str, str]] = {number: {} for number in numbers}
    for some in batched([*found]):
        for case, step, answer in connection.execute(query.where(c.case_id.in_(some))):
            found[case][step] = answer
    return found


def changes_after(connection: Connection, number: int, moment: datetime) -> list[Entry]:
    """What changed the case after `moment`, oldest first."""
    entries = AuditLog(connection).entries(f"case:{number}")
    return [entry for entry in entries if entry.action in _CHANGES and entry.at > moment]


def notes_of(connection: Connection, number: int) -> dict[str, tuple[str, str, datetime]]:
    """What was said with the latest answer to each step, by whom and when."""
    c = _step.c
    query = select(c.step, c.note, c.made_by, c.made_at).where(c.case_id == number).order_by(c.id)
    return {step: (note, by, at) for step, note, by, at in connection.execute(query)}


def _verdict(connection: Connection, number: int) -> str | None:
    c = _decision.c
    query = select(c.verdict).where(c.case_id == number).order_by(c.id.desc()).limit(1)
    return connection.execute(query).scalar()


# -- writing ------------------------------------------------------------------------------------------


def change(
    tx: Transaction,
    case: CaseFile,
    by: Actor,
    action: str,
    now: datetime,
    reason: str = "",
    **details: Any,
) -> None:
    """Write one change of a case down, in the log and in its row.

    Raises CaseRefused where somebody changed the case since `case` was looked at: nothing is written then.
    """
    name = f"case:{case.number}"
    state = after(case.state, Entry(0, now, by.name, by.role, action, name, reason, details, ""))
    columns = {column: getattr(state, column) for column in _COLUMNS}
    still = (_case.c.id == case.number) & (_case.c.changes == case.state.changes)
    written = tx.connection.execute(_case.update().where(still).values(**columns, changed_at=now))
    if not written.rowcount:
        raise CaseRefused(_faster(tx.connection, case.number))
    tx.audit(by, action, name, now, reason, **details)
    if by != SERVICE:
        settle_alert(tx, case.number, by, now)  # whoever works on it has seen it


def _faster(connection: Connection, number: int) -> str:
    entries = AuditLog(connection).entries(f"case:{number}")
    changes = [(entry.who, entry.action) for entry in entries if entry.action in _CHANGES]
    who, action = changes[-1] if changes else ("somebody", "case.changed")
    done = action.removeprefix("case.").replace("_", " ")
    return (
        f"case {number}: {who} was faster ({done}), so nothing of this was written:"
        f" look again with `monitor cases show {number}`"
    )


def reopen_by_finding(tx: Transaction, number: int, now: datetime) -> None:
    """Open a closed case again, because something was found that belongs to it."""
    case = case_file(tx.connection, number)
    if case is not None and case.state.status == CLOSED:
        change(tx, case, SERVICE, "case.reopened", now, "a new finding")


def tell(tx: Transaction, number: int, addresses: Iterable[str]) -> None:
    """Owe these people the case: it is in their next digest, unless they were told before."""
    found = tx.connection.execute(select(_finding.c.id).where(_finding.c.case_id == number)).scalars()
    owed = [{"recipient": to, "finding_id": id_, "status": "owed"} for id_ in found for to in addresses]
    if owed:
        tx.connection.execute(tx.insert(_item).on_conflict_do_nothing(), owed)


def move(tx: Transaction, case: CaseFile, into: CaseFile) -> None:
    """Put the findings of one case into another, with the holds and reminders that are on it."""
    here, there = case.number, into.number
    execute = tx.connection.execute
    execute(_finding.update().where(_finding.c.case_id == here).values(case_id=there))
    execute(
        _hold.update().where(_hold.c.case_id == here, _hold.c.released_at.is_(None)).values(case_id=there)
    )
    about = _reminder.c.about == f"case:{here}"
    execute(_reminder.update().where(about, _reminder.c.done_at.is_(None)).values(about=f"case:{there}"))
    execute(_case.update().where(_case.c.merged_into == here).values(merged_into=there))
    worst = max(case.severity, into.severity)
    execute(_case.update().where(_case.c.id == there).values(severity=worst))
