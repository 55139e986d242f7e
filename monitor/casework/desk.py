"""What people do with a case: one small function and one transaction each, all of it in the audit log.

Whoever acts shows the case as they looked at it. Where somebody else changed it meanwhile the act is
refused, and nothing of the other's is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor import access
from monitor.access import Person
from monitor.cases import Directory
from monitor.clocks import COMPLAINTS
from monitor.config.fields import ROLES
from monitor.errors import AccessRefused, CaseRefused
from monitor.ports import Clock
from monitor.roles import LOOKS, REVEALS
from monitor.store import Store
from monitor.store.casework.alerts import Raised, acknowledge, all_alerts
from monitor.store.casework.casefiles import (
    CLOSED,
    FALSE_ALARM,
    OPEN,
    CaseFile,
    case_file,
    change,
    move,
    tell,
)
from monitor.store.casework.lookalikes import LOOKALIKES, STATUSES
from monitor.store.casework.reminders import Reminding, progress, remind, settle
from monitor.store.tables import CaseStep, table_of
from monitor.store.writing import Transaction
from monitor.types import Actor, Lane, Verdict
from rules.process import Process, Step

DIRECTOR = "comms_director"
"""The role to which a case is escalated, and that looks after the policy."""

_step = table_of(CaseStep)


@dataclass(frozen=True, slots=True)
class Casework:
    """One installation's cases, for people to work on."""

    store: Store
    process: Process
    directory: Directory
    zone: ZoneInfo
    now: Clock

    # -- who may ----------------------------------------------------------------------------------

    def look(self, number: int, person: Person, *, as_adviser: bool = False) -> tuple[CaseFile, Actor]:
        """The case as it stands, and the person in the role that lets them work on it.

        `as_adviser`: who was asked for advice may look, too. Raises LookupError where there is no such
        case, AccessRefused where it is not theirs; a refusal is written down.
        """
        with self.store.reading() as connection:
            case = case_file(connection, number)
        if case is None:
            raise LookupError(f"there is no case {number}")
        if as_adviser and case.state.waiting_for in person.roles:
            return case, person.actor(str(case.state.waiting_for))
        try:
            return case, person.in_lane(case.lane)
        except AccessRefused as refused:
            with self.store.transaction() as tx:
                tx.audit(person.actor(), "access.refused", f"case:{number}", self.now(), str(case.lane))
            raise AccessRefused(f"case {number}: {refused}") from None

    def note(self, number: int, by: Actor, action: str, **details: Any) -> None:
        """Write down what changes nothing: that somebody looked at a case, exported it, took a notice."""
        with self.store.transaction() as tx:
            tx.audit(by, action, f"case:{number}", self.now(), **details)

    @contextmanager
    def _change(
        self, case: CaseFile, by: Actor, action: str, reason: str = "", **details: Any
    ) -> Iterator[tuple[Transaction, datetime]]:
        now = self.now()
        with self.store.transaction() as tx:
            change(tx, case, by, action, now, reason, **details)
            yield tx, now

    # -- who has it -------------------------------------------------------------------------------

    def claim(self, case: CaseFile, by: Actor, reason: str = "") -> None:
        """Take the case on. A claim that nobody did anything with for four hours holds no longer."""
        _is_open(case)
        holder = case.state.holder(self.now())
        if holder not in (None, by.name):
            raise CaseRefused(f"case {case.number}: {holder} is at work on it; `assign` hands it over")
        with self._change(case, by, "case.claimed", reason):
            pass

    def seen(self, case: CaseFile, by: Actor, reason: str = "") -> None:
        """Say that one has seen the case: nobody else need be told of it. It stays open, and nobody's."""
        _is_open(case)
        now = self.now()
        with self.store.transaction() as tx:
            if not acknowledge(tx, case.number, by, now, reason):
                tx.audit(by, "case.seen", f"case:{case.number}", now, reason)

    def release(self, case: CaseFile, by: Actor) -> None:
        """Let go of a case that one has claimed."""
        _is_open(case)
        if case.state.held_by != by.name:
            raise CaseRefused(f"case {case.number}: you have not claimed it")
        with self._change(case, by, "case.released"):
            pass

    def assign(self, case: CaseFile, to: str, by: Actor, reason: str = "") -> None:
        """Hand the case to a role, or to a person by their login; either must belong to its lane."""
        _is_open(case)
        if to in ROLES:
            self._own(case, "case.assigned", to, by, reason)
            return
        other = access.person(to, self.directory.recipients)
        if other.known and not other.sees(case.lane):
            raise CaseRefused(f"{to[:40]!r} is no role, and no login that sees the {case.lane} lane")
        with self._change(case, by, "case.handed", reason, to=to):
            pass

    def escalate(self, case: CaseFile, by: Actor, reason: str = "") -> None:
        """Hand the case to the communications director."""
        _is_open(case)
        if case.state.owner == DIRECTOR:
            raise CaseRefused(f"case {case.number} is with the communications director already")
        self._own(case, "case.escalated", DIRECTOR, by, reason)

    def _own(self, case: CaseFile, action: str, role: str, by: Actor, reason: str) -> None:
        if role not in LOOKS[case.lane]:
            raise CaseRefused(_outside(case.lane, role, LOOKS[case.lane]))
        told = [r.address for r in self.directory.route((role,))]
        with self._change(case, by, action, reason, to=role, before=case.state.owner) as (tx, _):
            tell(tx, case.number, told)

    def ask(self, case: CaseFile, role: str, by: Actor, reason: str = "") -> None:
        """Ask a role for advice: until it is given they may look at the case, and their digest has it."""
        _is_open(case)
        may = tuple(dict.fromkeys((*REVEALS[case.lane], *LOOKS[case.lane])))
        if role not in may:
            raise CaseRefused(_outside(case.lane, role, may))
        told = [r.address for r in self.directory.route((role,))]
        with self._change(case, by, "case.advice_asked", reason, of=role) as (tx, _):
            tell(tx, case.number, told)

    def advised(self, case: CaseFile, words: str, by: Actor) -> None:
        """Write down that the advice was given, and what it was or where it stands."""
        _is_open(case)
        if case.state.waiting_for is None:
            raise CaseRefused(f"case {case.number} waits for nobody's advice")
        details = {"of": case.state.waiting_for}
        with self._change(case, by, "case.advised", words, **details):
            pass

    def acknowledge(self, number: int, person: Person, reason: str = "") -> Raised:
        """Say that one has seen the alert of a case and sees to it; the alert as it stood before.

        Whoever was told of it may, besides those who work on the case. Raises LookupError where the case
        has no alert, AccessRefused.
        """
        alert = next(iter(all_alerts(self.store, [number])), None)
        if alert is None:
            raise LookupError(f"case {number} has no alert: `monitor cases claim {number}` takes a case on")
        by = self._told(alert, person) or self.look(number, person)[1]
        with self.store.transaction() as tx:
            acknowledge(tx, number, by, self.now(), reason)
        return alert

    def _told(self, alert: Raised, person: Person) -> Actor | None:
        """The person in the role in which they were told of the alert; None where they were not."""
        mine = addresses_of(person, self.directory)
        role = next((told.role for told in alert.told if told.recipient in mine), None)
        return Actor(person.name, role) if role else None

    # -- what is decided --------------------------------------------------------------------------

    def open_steps(self, case: CaseFile) -> tuple[Step, ...]:
        """The steps that still need an answer."""
        return self.process.unanswered(case.lane, case.category, case.state.answers)

    def may_skip(self, case: CaseFile) -> bool:
        """Whether it may be closed as it is: a false alarm, on which no clock of the law runs."""
        clock = case.state.confirmed_at is not None or case.state.answers.get("complaint") == "is-one"
        return case.state.status == OPEN and case.state.verdict == Verdict.WRONG and not clock

    def answer(
        self, case: CaseFile, step: str, answer: str, by: Actor, note: str = "", day: date | None = None
    ) -> None:
        """Answer a step of the process; the latest answer counts. Raises CaseRefused: what is wrong."""
        _is_open(case)
        asked = self.process.step(step)
        if asked not in self.process.asked(case.lane, case.category, case.state.answers):
            raise CaseRefused(f"case {case.number} is not asked {step!r}, at least not yet")
        given = self.process.check(asked, answer, note, day)
        with self._change(case, by, "case.answered", step=step, answer=answer) as (tx, now):
            row = {"case_id": case.number, "step": step, "answer": answer, "note": given.words}
            tx.connection.execute(tx.insert(_step), row | {"made_by": by.name, "made_at": now})
            if step == "policy_review":
                self._review(tx, case, given.day, by, now)
            if (step, answer) == ("complaint", "is-none"):
                settle(tx, f"case:{case.number}", progress(case.number), by, now)

    def _review(self, tx: Transaction, case: CaseFile, day: date | None, by: Actor, now: datetime) -> None:
        words, about = f"Look at the policy again, after case {case.number}", f"case:{case.number}"
        settle(tx, about, words, by, now)
        if day is not None:
            remind(tx, Reminding(self.directory.in_charge(DIRECTOR), words, day, about), by, now)

    def remind(self, case: CaseFile, words: str, day: date, by: Actor) -> None:
        """Have whoever answers for the case reminded of it on a day."""
        _is_open(case)
        role = self.directory.in_charge(case.state.owner if by.role not in ROLES else by.role)
        what = words or f"Look at case {case.number} again"
        with self.store.transaction() as tx:
            remind(tx, Reminding(role, what, day, f"case:{case.number}"), by, self.now())

    def takedown(self, case: CaseFile, status: str, by: Actor, reference: str = "") -> None:
        """Write down how far taking down what the case is about has come. Nothing is sent by us.

        Raises CaseRefused where the case is about no lookalike, or `status` is none.
        """
        _is_open(case)
        if case.category != LOOKALIKES:
            raise CaseRefused(f"case {case.number} is about no lookalike account or domain")
        if status not in STATUSES:
            raise CaseRefused(f"{status[:40]!r} is none of {', '.join(STATUSES)}")
        with self._change(case, by, "case.takedown", status=status, reference=reference):
            pass

    # -- its end ----------------------------------------------------------------------------------

    def merge(self, case: CaseFile, into: CaseFile, by: Actor) -> None:
        """Put a duplicate into another case: its findings go there, those to come as well."""
        _is_open(case)
        _is_open(into)
        _may_merge(case, into)
        with self._change(case, by, "case.merged", into=into.number) as (tx, now):
            change(tx, into, by, "case.absorbed", now, duplicate=case.number)
            move(tx, case, into)

    def reopen(self, case: CaseFile, reason: str, by: Actor) -> None:
        """Open a closed case again."""
        if case.state.merged_into is not None:
            raise CaseRefused(f"case {case.number} went into case {case.state.merged_into}: reopen that one")
        if case.state.status == OPEN:
            raise CaseRefused(f"case {case.number} is open")
        with self._change(case, by, "case.reopened", reason):
            pass

    def close(self, case: CaseFile, by: Actor, reason: str = "") -> str:
        """Close the case and return its outcome. A false alarm needs no answers, unless a clock runs.

        Raises CaseRefused, naming the steps that are open and what to type for each.
        """
        _is_open(case)
        false_alarm = self.may_skip(case)
        if not false_alarm and (still := self.open_steps(case)):
            raise CaseRefused(_unanswered(case, still, self.process))
        outcome = FALSE_ALARM if false_alarm else case.state.answers["decision"]
        with self._change(case, by, "case.closed", reason, outcome=outcome) as (tx, now):
            settle(tx, f"case:{case.number}", progress(case.number), by, now)
        return outcome


def addresses_of(person: Person, directory: Directory) -> frozenset[str]:
    """Where whoever is at the terminal gets their mail."""
    return frozenset(r.address for r in directory.recipients if r.login and r.login == person.name)


def how_to(case: CaseFile, step: Step, process: Process) -> Iterator[str]:
    """The commands that answer a step, one for each answer that is offered."""
    for word, answer in step.offered(process.in_force).items():
        day = " --on DAY" if answer.day else ""
        note = f" --note '{answer.note}'" if answer.note else ""
        yield f"monitor cases answer {case.number} {step.id} {word}{day}{note}"


def _unanswered(case: CaseFile, steps: tuple[Step, ...], process: Process) -> str:
    lines = [f"case {case.number} cannot be closed yet: {len(steps)} to answer"]
    for step in steps:
        lines.append(f"\n{step.asks} ({step.id})")
        lines += [f"  {command}" for command in how_to(case, step, process)]
    return "\n".join(lines)


def _is_open(case: CaseFile) -> None:
    if case.state.merged_into is not None:
        raise CaseRefused(f"case {case.number} went into case {case.state.merged_into}: work on that one")
    if case.state.status == CLOSED:
        raise CaseRefused(
            f"case {case.number} was closed by {case.state.closed_by}: `monitor cases reopen {case.number}`"
        )


def _may_merge(case: CaseFile, into: CaseFile) -> None:
    if case.number == into.number:
        raise CaseRefused("a case cannot be merged into itself")
    if case.lane is not into.lane:
        raise CaseRefused(f"a case of the {case.lane} lane stays out of the {into.lane} lane")
    if case.category in COMPLAINTS and into.category not in COMPLAINTS:
        raise CaseRefused("a possible complaint keeps its own clock: merge the other case into it")
    began, other = case.state.confirmed_at, into.state.confirmed_at
    if began is not None and (other is None or began < other):
        raise CaseRefused("its 72 hours run already: merge the other case into this one")


def _outside(lane: Lane, role: str, inside: tuple[str, ...]) -> str:
    known = ", ".join(inside)
    return f"the {lane} lane is not for {role[:40].replace('_', ' ')}; it may go to: {known}"
