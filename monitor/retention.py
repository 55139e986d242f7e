"""Loop 4: what was kept for long enough -> purged, by what became of it.

A tombstone stays, as where an author deletes; a legal hold puts it off. Each transaction takes some
thousand items, so that a run that is killed has lost nothing and the next one goes on. A clock that has
jumped far ahead would make everything too old: the automatic run waits a day, for somebody to look.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from monitor.checkpoints import checkpoint
from monitor.config import Retention as Periods
from monitor.errors import MonitorError
from monitor.ports import Clock
from monitor.store import Store
from monitor.store.audit import AuditLog
from monitor.store.casework.reminders import Reminding, done_with, remind
from monitor.store.keeping.erasing import catch_up
from monitor.store.keeping.purging import CHUNK, expire
from monitor.store.keeping.retaining import (
    CLASSES,
    Ends,
    Place,
    Ripe,
    count_mails,
    count_registers,
    count_ripe,
    drop_registers,
    empty_mails,
    last_sign_of_life,
    ripe,
)
from monitor.store.protected import purge_protected
from monitor.types import SERVICE, Actor

log = structlog.get_logger("monitor.retention")

AHEAD = timedelta(days=7)
"""How far a plan looks ahead, and how far the clock may be after all that was seen before."""
PAUSE = timedelta(days=1)
"""How long the automatic run waits once the clock has jumped."""
QUOTED = timedelta(days=7)
"""A mention without a finding is in the next digest only; this many days later it has long been sent."""
CLOCK = "retention:clock"
LOOK_AT_CLOCK = (
    "The computer's clock jumped ahead, so nothing was purged for a day: see whether its date is right"
)
"""What the role `information` is reminded of, and under which name."""
RAN, JUMPED = "retention_ran_at", "clock_jumped_at"
"""Facts in `meta`."""


class ClockAhead(MonitorError):
    """The clock is so far ahead that what should be kept might be purged. `until` is when it may run."""

    def __init__(self, latest: datetime, until: datetime) -> None:
        super().__init__(
            f"the clock is more than {AHEAD.days} days after all that this database has seen (last: "
            f"{latest:%d %b %Y %H:%M} UTC), so nothing is purged before {until:%d %b %Y %H:%M} UTC: "
            "see whether the date is right; `monitor retention run --yes` does it all the same"
        )
        self.until = until


@dataclass(frozen=True, slots=True)
class Plan:
    """How much goes now, by class; `held` stays because of legal holds; `soon` follows within AHEAD."""

    going: Mapping[str, int]
    held: int
    soon: Mapping[str, int]

    @property
    def items(self) -> int:
        """How many mentions go now."""
        return sum(self.going[name] for name in CLASSES)


@dataclass(frozen=True, slots=True)
class Retention:
    """Holds one installation to its periods. `limits` are days that the terms of a source allow at most."""

    store: Store
    periods: Periods
    zone: ZoneInfo
    now: Clock
    limits: Mapping[str, int] = field(default_factory=dict)
    stop: Callable[[], bool] = field(default=lambda: False)

    def plan(self) -> Plan:
        """What a run would do now. Changes nothing."""
        now = self.now()
        going, held = self._counted(now)
        later, _ = self._counted(now + AHEAD)
        return Plan(going, held, {name: later[name] - going[name] for name in going})

    def run(
        self, by: Actor = SERVICE, progress: Callable[[int], None] = lambda items: None
    ) -> Mapping[str, int]:
        """Purge what was kept for long enough; how much went, by class. Raises StoreError.

        Stopped or killed, it goes on at the next run. `progress` hears how many items went just now.
        """
        catch_up(self.store)
        now = self.now()
        done = Counter(dict.fromkeys((*CLASSES, "held", "terms", "mails", "registers", "audit"), 0))
        for source, days in self.limits.items():
            before = now - timedelta(days=days)
            done["terms"] += expire(self.store, source, before, self._today(), now, self.stop)
        for kinds in self._purged(now):
            done += kinds
            progress(kinds.total())
        if not self.stop():
            self._end(by, done, now)
        return {name: done[name] for name in (*CLASSES, "held", "terms", "mails", "registers", "audit")}

    def run_daily(self) -> None:
        """The day's run, if it was not yet and the clock can be believed. Raises ClockAhead or StoreError."""
        ran = self.store.meta(RAN)
        if ran is not None and datetime.fromisoformat(ran).astimezone(self.zone).date() == self._today():
            return
        self.believe_clock()
        done = self.run()
        log.info("retention ran", **done)

    # -- the clock --------------------------------------------------------------------------------

    def believe_clock(self) -> None:
        """Raises ClockAhead where the clock jumped, and for a day after that."""
        now, latest = self.now(), self._latest_seen()
        since = self.store.meta(JUMPED)
        if not since and latest is not None and now - latest > AHEAD:
            self._note_jump(now)
            raise ClockAhead(latest, now + PAUSE)
        if since:
            jumped = datetime.fromisoformat(since)
            if jumped <= now < jumped + PAUSE:
                raise ClockAhead(min(latest or jumped, jumped), jumped + PAUSE)

    def clock_moved(self, by: timedelta) -> None:
        """Remember that the clock was seen to jump: what is polled now would make it look right."""
        if by > AHEAD:
            self._note_jump(self.now())

    def _latest_seen(self) -> datetime | None:
        with self.store.reading() as connection:
            moments = (AuditLog(connection).latest(), last_sign_of_life(connection))
        return max(filter(None, moments), default=None)

    def _note_jump(self, now: datetime) -> None:
        with self.store.transaction() as tx:
            tx.set_meta(JUMPED, now.isoformat(), replace=True)
            told = Reminding("information", LOOK_AT_CLOCK, now.astimezone(self.zone).date(), CLOCK)
            remind(tx, told, SERVICE, now)

    # -- the work ---------------------------------------------------------------------------------

    def _purged(self, now: datetime) -> Iterator[Counter[str]]:
        """Purge a few thousand at a time; how many of each class went."""
        place: Place | None = None
        while not self.stop():
            with self.store.transaction() as tx:
                batch = ripe(tx.connection, self._ends(now), self._today(), place, CHUNK)
                going = [each for each in batch if not each.held]
                if going:
                    ids = [each.place.id for each in going]
                    tx.purging(self._today()).retire(ids, told_until(going), now)
                checkpoint("retention.batch")
            checkpoint("retention.committed")
            yield Counter("held" if each.held else each.kind for each in batch)
            if len(batch) < CHUNK:
                return
            place = batch[-1].place

    def _end(self, by: Actor, done: Counter[str], now: datetime) -> None:
        """What is few enough for one transaction, and the run's row in the audit log."""
        with self.store.transaction() as tx:
            before = now - self.periods.audit
            done["mails"] = empty_mails(tx.connection, now - self.periods.mails)
            done["registers"] = drop_registers(tx.connection, before)
            done["audit"] = AuditLog(tx.connection).expire(before, tx.key, now)
            AuditLog(tx.connection, protected=True).expire(before, tx.key, now)
            purge_protected(tx, now - self.periods.protected)
            done_with(tx, CLOCK, by, now)
            tx.wiped = True
            counts: dict[str, Any] = {name: number for name, number in done.items() if number}
            tx.audit(by, "retention.run", "retention", now, **counts)
            tx.set_meta(RAN, now.isoformat(), replace=True)
            tx.set_meta(JUMPED, "", replace=True)

    def _counted(self, now: datetime) -> tuple[dict[str, int], int]:
        with self.store.reading() as connection:
            found = count_ripe(connection, self._ends(now), self._today())
            others = {
                "mails": count_mails(connection, now - self.periods.mails),
                "registers": count_registers(connection, now - self.periods.audit),
                "audit": AuditLog(connection).count_before(now - self.periods.audit),
            }
        held = sum(number for (_, is_held), number in found.items() if is_held)
        return {name: found[name, False] for name in CLASSES} | others, held

    def _ends(self, now: datetime) -> Ends:
        periods = self.periods
        return Ends(
            now - periods.mentions, now - periods.unreviewed, now - periods.dismissed, now - periods.acted_on
        )

    def _today(self) -> date:
        return self.now().astimezone(self.zone).date()


def told_until(going: list[Ripe]) -> datetime | None:
    """Until when mails may have quoted these; None where one is in an open case, which digests repeat."""
    ends = [
        each.place.at + QUOTED if each.kind == CLASSES[0] else each.told_until and each.told_until + QUOTED
        for each in going
    ]
    return None if None in ends else max(end for end in ends if end is not None)
