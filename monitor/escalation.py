"""Who is told of an alert, tier by tier: whoever the case is owed to, their deputies, then role after role.

Pure: the store says what was told, the settings who holds which role and when they are quiet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.cases import Directory
from monitor.config import UrgentSettings
from monitor.config.fields import at_weekend
from monitor.roles import FALLBACKS, TOLD, deputy_of
from monitor.store.casework.alerts import Raised, Told
from monitor.types import Lane, Recipient, Severity

DIRECTOR = "comms_director"
"""Hears of it last: is accountable, and decides what is escalated (SWL 6.1, 6.2)."""

PATIENTS = ("patient-identifier", "patient-identifier-image")
"""Where a patient may be named: at critical severity a role that is told alone has no quiet hours."""

Tier = tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """The way that alerts go today: everybody the settings name, who acts today, and who is away."""

    named: Directory
    today: Directory
    away: Set[str]
    settings: UrgentSettings
    zone: ZoneInfo

    def tiers(self, alert: Raised) -> list[Tier]:
        """Who is told, first those at once; nobody twice, and nobody outside the alert's lane.

        A tier may be empty: its place stays, so that an absence does not move the others.
        """
        told = TOLD[alert.lane]
        owed = (row for row in self.today.recipients if row.address in alert.owed and row.role in told)
        first = sorted(owed, key=lambda row: row.role not in alert.route)  # in the role it is for, if any
        tiers = (first, self._deputies(first), *self._next_roles(alert))
        met: set[str] = set()
        return [tuple(self._once(tier, met)) for tier in tiers]

    def may_ring(self, alert: Raised, person: Recipient, tiers: list[Tier], now: datetime) -> bool:
        """Whether the person is told now, or has quiet hours that hold for this alert."""
        return self._is_undelayed(alert, person, tiers) or not self._is_quiet(alert.lane, person, now)

    def due(self, alert: Raised, tiers: list[Tier], now: datetime) -> int:
        """The tier that the alert has come to by now; `len(tiers)` where the last was told in vain."""
        at = alert.tier
        while at < len(tiers) and self._is_spent(alert, tiers, at, now):
            at += 1
        return at

    def _is_spent(self, alert: Raised, tiers: list[Tier], at: int, now: datetime) -> bool:
        """Whether a tier had its time: told in vain, or asleep while somebody further on is not."""
        told = [each for each in alert.told if each.tier == at]
        if told:
            return now >= self._answer_due(told, now)
        awake = [any(self.may_ring(alert, person, tiers, now) for person in tier) for tier in tiers]
        return not tiers[at] or (not awake[at] and any(awake[at + 1 :]))

    def _answer_due(self, told: Collection[Told], now: datetime) -> datetime:
        """When those told should have answered: at once where no message to them was taken."""
        within = self.settings.acknowledge_within
        waits = [_counted_from(each) + within for each in told if each.status != "refused"]
        return max(waits, default=now)

    def _deputies(self, told: Collection[Recipient]) -> Iterator[Recipient]:
        for row in told:
            if deputy := deputy_of(row, self.named.recipients, self.away):
                yield replace(deputy, role=row.role, stands_for=row.address)

    def _next_roles(self, alert: Raised) -> Iterator[Tier]:
        """The roles that the first one of the route falls back to, and in the end the director."""
        for role in dict.fromkeys((*FALLBACKS.get(alert.route[0], ()), DIRECTOR)):
            if role in TOLD[alert.lane]:
                yield self.today.holders(role)

    @staticmethod
    def _once(tier: Iterable[Recipient], met: set[str]) -> Iterator[Recipient]:
        for person in tier:
            if person.address not in met:
                met.add(person.address)
                yield person

    @staticmethod
    def _is_undelayed(alert: Raised, person: Recipient, tiers: list[Tier]) -> bool:
        """A patient may be named, and one role alone is told: that role has no quiet hours."""
        named = alert.severity is Severity.CRITICAL and alert.category in PATIENTS
        return named and {each.role for each in tiers[0]} == {person.role}

    def _is_quiet(self, lane: Lane, person: Recipient, now: datetime) -> bool:
        local = now.astimezone(self.zone)
        if not self.settings.weekends and at_weekend(local.date()):
            return True
        held = {person.role} | (self.today.roles(person.address) & set(TOLD[lane]))
        hours = [self.settings.quiet.get(role) for role in held]
        return all(each is not None and each.cover(local.time()) for each in hours)


def _counted_from(told: Told) -> datetime:
    """From when somebody has had time to answer; a message that nobody takes counts from when it was made."""
    return told.settled_at if told.status == "sent" and told.settled_at else told.made_at


def rung_after(person: str, last: dict[str, datetime], gather: timedelta, now: datetime) -> bool:
    """Whether the pause after a person's last message is over."""
    return person not in last or now - last[person] >= gather
