"""Loop 2: what is owed -> a digest -> claimed -> sent -> accounted for.

A digest's window is a row, (recipient, kind, local date): a second firing of the clock, a restart or
a second process finds it and does nothing. The message is rendered once and kept with the row, so
whatever happens in between, what leaves is one mail under one Message-ID. The one gap that no
program can close is between the server's acceptance and our note of it; there the same mail may
leave twice, recognisable by its Message-ID.

The protected lane has mails of its own, for the holders of `concerns` alone. They are in no count and no
log, nobody can preview them, and they leave only by a channel that nobody else reads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Row

from monitor.cases import Directory
from monitor.clocks import Clocks
from monitor.config import DigestSettings
from monitor.errors import DeliveryError
from monitor.ports import Clock, Notifier
from monitor.roles import GUARDIAN, LOOKS, lanes_told
from monitor.store import Store
from monitor.store.audit import AuditLog
from monitor.store.casework.reminders import reminders_due
from monitor.store.ledger import Account, Claimed, Ledger, Parcel
from monitor.store.originals.looks import REVEALED, SHOWN, looks_since
from monitor.store.people.absences import away_on
from monitor.store.people.register import ENDING, authorisations_due, year_after
from monitor.store.people.registers import registers_due
from monitor.store.protected import counts
from monitor.store.routing import refusals_since, refuse_outside, stand_in
from monitor.store.views import items_for, mention_line
from monitor.types import Briefing, Clause, Coverage, Due, Item, Look, Message, Recipient, SourceState

log = structlog.get_logger("monitor.delivery")

DIGEST = "digest"
LEASE = timedelta(minutes=5)
"""How long a claim holds: longer than any SMTP conversation is allowed to last."""
GIVE_UP = timedelta(days=5)
LONGEST_PAUSE = timedelta(minutes=60)
MARKED_LATE = timedelta(minutes=30)
AUDITED = "audited"
"""Under this name a delivery's totals hold how far into the audit log it told of looks."""
SEES_MENTIONS = frozenset({"comms", "comms_director"})

Compose = Callable[..., Message]
"""(briefing, message_id=, list_id=) -> Message: the alerts package's part, handed in by the service."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Makes digests and sends them."""

    store: Store
    directory: Directory
    settings: DigestSettings
    organisation: str
    zone: ZoneInfo
    clauses: Mapping[str, Clause]
    policies: tuple[str, ...]
    titles: Mapping[str, str]
    sources: tuple[str, ...]
    compose: Compose
    compose_protected: Compose
    notifier: Callable[[], Notifier]
    now: Clock
    dpia_reviewed: date | None = None
    host: str = "trustwatch.invalid"
    worker: str = "command"
    """Who claims: the daemon frees what a daemon before it had claimed, but not a command's claims."""

    @property
    def ledger(self) -> Ledger:
        """The ledger of this desk's store."""
        return Ledger(self.store)

    @property
    def protected(self) -> Ledger:
        """The ledger of the protected lane."""
        return Ledger(self.store, protected=True)

    # -- making digests ---------------------------------------------------------------------------

    def make_due(self) -> int:
        """Write today's digest for everybody whose window is due and not yet made; returns how many."""
        now = self.now()
        day = now.astimezone(self.zone).date()
        due_at = datetime.combine(day, self.settings.at, self.zone)
        if now < due_at or not self._works_on(day) or self._installed_after(due_at):
            return 0
        desk = self.today(day)
        desk._make_protected(day)
        late = now - due_at > MARKED_LATE
        return sum(desk._make(r, day, day.isoformat(), late=late) for r in desk.directory.people())

    def make_now(self, role: str | None = None) -> int:
        """Write a digest at once, by hand: today's window, or the next one of today's if it was made."""
        day = self.now().astimezone(self.zone).date()
        desk = self.today(day)
        if role in (None, GUARDIAN):
            desk._make_protected(day, again=True)
        made = 0
        for recipient in desk.directory.people():
            if role is None or role in desk.directory.roles(recipient.address):
                made += desk._make(recipient, day, self._free_window(self.ledger, recipient, day), late=False)
        return made

    def today(self, day: date) -> Desk:
        """This desk with those who act on `day`: the ledger has caught up with who is away and who is back.

        What is owed to somebody outside its lane is refused here, before any mail is written.
        """
        directory, now = self._acting(day), self.now()
        stand_in(self.store, directory.standing(), directory.reach, now)
        held = {address: directory.roles(address) for address in directory.addresses()}
        lanes = {address: lanes_told(roles) for address, roles in held.items() if roles}
        names = {address: ", ".join(sorted(roles)) for address, roles in held.items()}
        for refused in refuse_outside(self.store, lanes, names, now):
            log.warning("route refused", case=refused.case, lane=refused.lane, role=refused.role)
        return replace(self, directory=directory)

    def _acting(self, day: date) -> Directory:
        """Who holds which role on `day`, deputies in the place of who is away."""
        with self.store.reading() as connection:
            return self.directory.today(away_on(connection, day))

    def _make_protected(self, day: date, *, again: bool = False) -> None:
        """A mail to each Guardian about what came into the protected lane, if anything did.

        One at a time: while an earlier one is on its way, later items wait, and if it is refused for good
        they travel with it in the next. `again` makes a second one on the same day.
        """
        ledger = self.protected
        for guardian in self.directory.holders(GUARDIAN):
            window = self._free_window(ledger, guardian, day) if again else day.isoformat()
            if ledger.is_owed(guardian.address) or ledger.exists(guardian.address, DIGEST, window):
                continue
            told, looked = self._protected_up_to(guardian)
            with self.store.reading() as connection:
                total, newly, highest = counts(connection, told)
                seen, _ = AuditLog(connection, protected=True).head()
                looks = looks_since(connection, SHOWN, looked, protected=True)
            if newly or looks:
                briefing = replace(self._empty(guardian, day), waiting=total, newly=newly, looks=tuple(looks))
                message = self.compose_protected(
                    briefing,
                    message_id=self._message_id(guardian, f"{window}.g"),
                    list_id=f"guardian.{self.host}",
                )
                account = Account((), highest, {AUDITED: seen})
                ledger.make(Parcel(guardian, DIGEST, window, message, account), briefing.made_at)

    def _protected_up_to(self, guardian: Recipient) -> tuple[int, int]:
        """How far the Guardian knows the lane, and its looks; a deputy goes on where they ended."""
        known = (guardian.address, guardian.stands_for)
        told = [self.protected.last(address, DIGEST) for address in known if address]
        items = max((row.mentions_up_to for row in told if row is not None), default=0)
        return items, max(map(_looked_up_to, told), default=0)

    def _empty(self, recipient: Recipient, day: date) -> Briefing:
        return Briefing(
            organisation=self.organisation,
            recipient=recipient,
            day=day,
            made_at=self.now(),
            time_zone=str(self.zone),
            policies=self.policies,
        )

    @staticmethod
    def _free_window(ledger: Ledger, recipient: Recipient, day: date) -> str:
        """The day, or its next number where the day's window is taken."""
        earlier = len(ledger.windows(recipient.address, DIGEST, day.isoformat()))
        return day.isoformat() if not earlier else f"{day.isoformat()}.{earlier + 1}"

    def _make(self, recipient: Recipient, day: date, window: str, *, late: bool) -> bool:
        if self.ledger.exists(recipient.address, DIGEST, window):
            return False
        briefing, account = self._brief(recipient, day, late=late)
        skipped = self.settings.on_empty == "skip" and is_quiet(briefing)
        message = self.compose(
            briefing,
            message_id=self._message_id(recipient, window),
            list_id=f"digest.{recipient.role}.{self.host}",
        )
        parcel = Parcel(recipient, DIGEST, window, message, account)
        return self.ledger.make(parcel, briefing.made_at, skipped=skipped) and not skipped

    def preview(self, recipient: Recipient, day: date | None = None) -> Briefing:
        """What the recipient's next digest would say. Changes nothing."""
        today = day or self.now().astimezone(self.zone).date()
        acting = replace(self, directory=self._acting(today))
        return acting._brief(recipient, today, late=False)[0]

    def _brief(self, recipient: Recipient, day: date, *, late: bool) -> tuple[Briefing, Account]:
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
        seen, head, looks = self._audit(roles, _looked_up_to(last))
        briefing = replace(
            self._empty(recipient, day),
            items=tuple(self._titled(item) for item in items),
            mentions=tuple(mention_line(row) for row in mentions) if sees_mentions else (),
            mentions_total=total if sees_mentions else 0,
            coverage=self.coverage(),
            failed_deliveries=(
                *self._failures(None if sees_mentions else recipient.address, since),
                *(self._refusals(since) if sees_mentions else ()),
            ),
            numbers=numbers,
            due=self._due(roles, day),
            looks=looks,
            audit_head=f"row {seen}, {head[:16]}" if seen else "",
            late=late,
            since=since,
        )
        return briefing, Account(item_ids, highest, totals | {AUDITED: seen})

    def _due(self, roles: frozenset[str], day: date) -> tuple[Due, ...]:
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

    def _message_id(self, recipient: Recipient, window: str) -> str:
        """The same for the same list, window and recipient, whenever and wherever it is made."""
        who = blake2b(recipient.address.encode(), digest_size=4).hexdigest()
        return f"<digest.{recipient.role}.{window.replace('-', '')}.{who}@{self.host}>"

    def _works_on(self, day: date) -> bool:
        from apscheduler.triggers.cron import CronTrigger

        noon = datetime.combine(day, datetime.min.time(), self.zone)
        fires = CronTrigger(day_of_week=self.settings.days, timezone=self.zone).get_next_fire_time(None, noon)
        return fires is not None and fires.date() == day

    def _installed_after(self, due_at: datetime) -> bool:
        """Nothing is late that was due before this installation first ran."""
        installed = self.store.meta("installed_at")
        return installed is not None and datetime.fromisoformat(installed) > due_at

    # -- sending ----------------------------------------------------------------------------------

    @property
    def place(self) -> str:
        """How the claims made here begin."""
        return f"{self.worker}@{os.uname().nodename}:"

    def send_due(self, stop: Callable[[], bool] = lambda: False) -> tuple[int, int]:
        """Send what is owed, one recipient at a time; returns (sent, not sent), the protected lane apart."""
        notifier = self.notifier()
        if notifier.private:
            self._send_owed(self.protected, notifier, self._guardians(), stop)
        return self._send_owed(self.ledger, notifier, self.directory.addresses(), stop)

    def _guardians(self) -> Set[str]:
        """The holders of the Guardian's role, and who stands in today."""
        day = self.now().astimezone(self.zone).date()
        return {r.address for each in (self.directory, self._acting(day)) for r in each.holders(GUARDIAN)}

    def _send_owed(
        self, ledger: Ledger, notifier: Notifier, to: Set[str], stop: Callable[[], bool]
    ) -> tuple[int, int]:
        sent = failed = 0
        claim = partial(ledger.claim, f"{self.place}{os.getpid()}", sorted(to), lease=LEASE)
        while not stop() and (claimed := claim(now=self.now())):
            if self._send(ledger, notifier, claimed):
                sent += 1
            else:
                failed += 1
        return sent, failed

    def _send(self, ledger: Ledger, notifier: Notifier, claimed: Claimed) -> bool:
        try:
            notifier.send(claimed.message)
        except DeliveryError as error:
            self._not_sent(ledger, claimed, error)
            return False
        ledger.sent(claimed.id, self.now())
        if not ledger.protected:
            log.info("sent", message_id=claimed.message.message_id, attempt=claimed.attempts)
        return True

    def _not_sent(self, ledger: Ledger, claimed: Claimed, error: DeliveryError) -> None:
        pause = min(timedelta(minutes=2 ** min(claimed.attempts - 1, 6)), LONGEST_PAUSE)
        too_long = self.now() - claimed.created_at > GIVE_UP
        if not ledger.protected:
            log.warning("not sent", message_id=claimed.message.message_id, reason=str(error))
        if error.permanent or too_long:
            ledger.refused(claimed.id, self.now(), str(error))
        else:
            ledger.retry(claimed.id, self.now() + pause, str(error))


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


def _looked_up_to(last: Row[Any] | None) -> int:
    """Up to which row of the audit log a delivery told of looks."""
    return int(last.totals.get(AUDITED, 0)) if last else 0


def _never_asked(name: str) -> Coverage:
    return Coverage(source=name, kind="", state=SourceState.NEW, note="not read yet")
