"""What a recipient's digest is made of: the store's answers for one person, one day, and nothing of others.

Nothing here writes: an `Account` says what counts as told once the delivery loop has written the digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from monitor.cases import Directory
from monitor.clocks import Clocks
from monitor.ports import Clock
from monitor.roles import LOOKS
from monitor.store import Store
from monitor.store.audit import AuditLog
from monitor.store.casework.casefiles import answers_of
from monitor.store.casework.reminders import reminders_due
from monitor.store.ledger import Account, Ledger
from monitor.store.originals.looks import REVEALED, looks_since
from monitor.store.people.absences import away_on
from monitor.store.people.register import ENDING, authorisations_due, year_after
from monitor.store.people.registers import registers_due
from monitor.store.routing import refusals_since
from monitor.store.views import items_for, mention_line
from monitor.types import Briefing, Clause, Coverage, Due, Item, Look, Recipient, SourceState
from rules.process import Process, steps

DIGEST = "digest"
AUDITED = "audited"
"""Under this name a delivery's totals hold how far into the audit log it told of looks."""
SEES_MENTIONS = frozenset({"comms", "comms_director"})


@dataclass(frozen=True, slots=True)
class Editor:
    """Knows what each recipient's digest says."""

    store: Store
    directory: Directory
    organisation: str
    zone: ZoneInfo
    clauses: Mapping[str, Clause]
    policies: tuple[str, ...]
    titles: Mapping[str, str]
    sources: tuple[str, ...]
    now: Clock
    dpia_reviewed: date | None = None
    versions: tuple[str, ...] = ()
    notice: str = ""

    @property
    def ledger(self) -> Ledger:
        """The ledger that says what was told."""
        return Ledger(self.store)

    def day(self) -> date:
        """Today by the organisation's calendar."""
        return self.now().astimezone(self.zone).date()

    def acting(self, day: date) -> Editor:
        """This editor with who holds which role on `day`, deputies in the place of who is away."""
        with self.store.reading() as connection:
            return replace(self, directory=self.directory.today(away_on(connection, day)))

    def preview(self, recipient: Recipient, day: date | None = None) -> Briefing:
        """What the recipient's next digest would say. Changes nothing."""
        today = day or self.day()
        return self.acting(today).brief(recipient, today, late=False)[0]

    def brief(self, recipient: Recipient, day: date, *, late: bool) -> tuple[Briefing, Account]:
        """The briefing, and what counts as told once it is written."""
        last = self.ledger.last(recipient.address, DIGEST)
        roles = self.directory.roles(recipient.address)
        sees_mentions = not SEES_MENTIONS.isdisjoint(roles)
        clocks = Clocks(self.zone, self.now())
        items, item_ids = items_for(self.store, recipient.address, roles, self.clauses, clocks)
        numbers, totals = self.ledger.numbers(last.totals if last else {})
        told = last.mentions_up_to if last else int(self.store.meta("seeded_up_to") or 0)
        mentions, total, highest = self.ledger.mentions_after(told)
        since = last.created_at if last else None
        seen, head, looks = self._audit(roles, looked_up_to(last))
        briefing = replace(
            self.empty(recipient, day),
            items=tuple(self._titled(item) for item in self._with_steps(items)),
            mentions=tuple(mention_line(row) for row in mentions) if sees_mentions else (),
            mentions_total=total if sees_mentions else 0,
            coverage=self.coverage(),
            failed_deliveries=(
                *self._failures(None if sees_mentions else recipient.address, since),
                *(self._refusals(since) if sees_mentions else ()),
            ),
            numbers=numbers,
            due=self.due(roles, day),
            looks=looks,
            audit_head=f"row {seen}, {head[:16]}" if seen else "",
            late=late,
            since=since,
        )
        return briefing, Account(item_ids, highest, totals | {AUDITED: seen})

    def due(self, roles: frozenset[str], day: date) -> tuple[Due, ...]:
        """What falls due for these roles, overdue first."""
        found = reminders_due(self.store, roles, day)
        if self.directory.in_charge("information") in roles:
            found += [*authorisations_due(self.store, day), *self._dpia_due(day)]
        if "comms" in roles:
            found += registers_due(self.store, day, self.zone)
        return tuple(sorted(found, key=lambda due: due.on))

    def _dpia_due(self, day: date) -> Iterator[Due]:
        """That the impact assessment is to be looked at again, a year after it was last."""
        if self.dpia_reviewed is not None and (on := year_after(self.dpia_reviewed)) <= day + ENDING:
            yield Due(on=on, words="The impact assessment of this monitoring is to be looked at again.")

    def _audit(self, roles: frozenset[str], after: int) -> tuple[int, str, tuple[Look, ...]]:
        """The audit log's last row, its hash, and what was revealed since in the lanes of these roles."""
        lanes = {lane for lane, seen_by in LOOKS.items() if not roles.isdisjoint(seen_by)}
        with self.store.reading() as connection:
            number, hashed = AuditLog(connection).head()
            return number, hashed, tuple(looks_since(connection, REVEALED, after, lanes=lanes))

    def _with_steps(self, items: Sequence[Item]) -> Iterator[Item]:
        """The items; what was told before with the first question of the process that is not answered."""
        told = [item.number for item in items if not item.is_new]
        with self.store.reading() as connection:
            answers = answers_of(connection, told)
        process = Process(steps())
        for item in items:
            given = answers.get(item.number)
            asked = () if given is None else process.asked(item.lane, item.category, given)
            step = next((step.asks for step in asked if step.id not in (given or ())), None)
            yield replace(item, step=step)

    def _titled(self, item: Item) -> Item:
        """The item with its owner as the policy names the role."""
        return replace(item, owner=self.titles.get(item.owner, item.owner.replace("_", " ")))

    def coverage(self) -> tuple[Coverage, ...]:
        """How each configured source stands; one that was never asked is new, not silent."""
        known = self.store.coverage()
        return tuple(known.get(name) or _never_asked(name) for name in self.sources)

    def _failures(self, whose: str | None, since: datetime | None) -> tuple[str, ...]:
        """Comms hears of everybody's failed mails (None), others of their own."""
        return tuple(
            f"The {row.kind} of {row.window} for {row.role} "
            + ("was refused" if row.status == "refused" else "has not been delivered yet")
            + f": {row.error}"
            for row in self.ledger.failures(whose, since)
        )

    def _refusals(self, since: datetime | None) -> Iterator[str]:
        """The routes that were refused, for the communications team: which case, and nothing of it."""
        for refused in refusals_since(self.store, since):
            who = f"Case {refused.case} was not mailed to {refused.role.replace('_', ' ')}"
            yield f"{who}: refused, that role is outside the {refused.lane} lane"

    def empty(self, recipient: Recipient, day: date) -> Briefing:
        """The briefing of who has nothing to hear of."""
        return Briefing(
            organisation=self.organisation,
            recipient=recipient,
            day=day,
            made_at=self.now(),
            time_zone=str(self.zone),
            policies=self.policies,
            versions=self.versions,
            notice=self.notice,
        )


def is_quiet(briefing: Briefing) -> bool:
    """True where a digest would only say that nothing happened."""
    answered = all(source.state.answered for source in briefing.coverage)
    return answered and not (
        briefing.items
        or briefing.mentions_total
        or briefing.failed_deliveries
        or briefing.looks
        or briefing.due
    )


def looked_up_to(last: Row[Any] | None) -> int:
    """Up to which row of the audit log a delivery told of looks."""
    return int(last.totals.get(AUDITED, 0)) if last else 0


def _never_asked(name: str) -> Coverage:
    return Coverage(source=name, kind="", state=SourceState.NEW, note="not read yet")
