"""What cannot wait for the digest: alerts become messages, and go on to others until somebody acknowledges.

Each message is a delivery of its own, written with the notices that say who was told of what: killed
anywhere, everybody is told once. The digest lists the case all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import blake2b

import structlog

from monitor.briefing import Editor
from monitor.checkpoints import checkpoint
from monitor.clocks import Clocks
from monitor.config import UrgentSettings
from monitor.escalation import Chain, rung_after
from monitor.store import Store
from monitor.store.casework.alerts import (
    AlreadyTold,
    Raised,
    alerts_waiting,
    escalate,
    exhaust,
    last_told,
    tell,
)
from monitor.store.ledger import URGENT, Account, Ledger, Parcel
from monitor.store.people.absences import away_on
from monitor.store.routing import stand_in
from monitor.store.views import items_of
from monitor.store.writing import Transaction
from monitor.types import SERVICE, Alert, Item, Lane, Message, Recipient

log = structlog.get_logger("monitor.urgent")

Compose = Callable[..., Message]
"""(briefing, alerts, message_id=, list_id=, act=) -> Message: the alerts package's part."""
Act = Callable[[Recipient], Callable[[int], str]]
"""(who is told) -> (case) -> the address at which that person acknowledges the case."""


@dataclass(frozen=True, slots=True)
class Call:
    """One alert for one person, at a tier of its chain; `others` are the roles that are told with them."""

    alert: Raised
    tier: int
    person: Recipient
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alerting:
    """Makes the messages of alerts; the dispatch sends them with whatever else is owed."""

    editor: Editor
    settings: UrgentSettings
    compose: Compose
    host: str = "trustwatch.invalid"
    act: Act | None = None

    @property
    def store(self) -> Store:
        """Where alerts and the ledger are."""
        return self.editor.store

    def tell_due(self) -> int:
        """Escalate what nobody has acknowledged in time, write what is to be told now; how many messages."""
        now = self.editor.now()
        if not alerts_waiting(self.store):
            return 0
        chain = self._chain(now)
        for alert in alerts_waiting(self.store):
            tiers = chain.tiers(alert)
            self._go_on(alert, chain.due(alert, tiers, now), len(tiers), now)
        calls: defaultdict[str, list[Call]] = defaultdict(list)
        for alert in alerts_waiting(self.store):
            for call in self._calls(alert, chain, now):
                calls[call.person.address].append(call)
        last = last_told(self.store, URGENT)
        ready = [who for who in calls if rung_after(who, last, self.settings.gather, now)]
        return sum(self._make(calls[who], now) for who in ready)

    def _chain(self, now: datetime) -> Chain:
        """Today's chain; the ledger has caught up with who is away and who is back."""
        with self.store.reading() as connection:
            away = away_on(connection, self.editor.day())
        today = self.editor.directory.today(away)
        stand_in(self.store, today.standing(), today.reach, now)
        return Chain(self.editor.directory, today, away, self.settings, self.editor.zone)

    def _go_on(self, alert: Raised, tier: int, tiers: int, now: datetime) -> None:
        if alert.exhausted_at is not None or tier == alert.tier:
            return
        with self.store.transaction() as tx:
            if tier < tiers:
                gone = escalate(tx, alert, tier, SERVICE, now)
            else:
                gone = exhaust(tx, alert, SERVICE, now)
        if gone and tier == tiers:
            log.warning("nobody has acknowledged an alert", case=alert.case, raised_at=str(alert.raised_at))
        elif gone:
            checkpoint("urgent.escalated")
            log.info("alert escalated", case=alert.case, tier=tier)

    # -- who is told now --------------------------------------------------------------------------

    def _calls(self, alert: Raised, chain: Chain, now: datetime) -> Iterable[Call]:
        """Whoever the alert has come to and who was not told yet, unless it is quiet around them."""
        tiers = chain.tiers(alert)
        told = {each.recipient for each in alert.told}
        due = [
            (tier, person)
            for tier, people in enumerate(tiers[: alert.tier + 1])
            for person in people
            if person.address not in told and chain.may_ring(alert, person, tiers, now)
        ]
        heard = [
            *((each.recipient, each.role) for each in alert.told),
            *((p.address, p.role) for _, p in due),
        ]
        for tier, person in due:
            others = tuple(
                dict.fromkeys(self.editor.title(role) for who, role in heard if who != person.address)
            )
            yield Call(alert, tier, person, others)

    # -- the message ------------------------------------------------------------------------------

    def _make(self, calls: Sequence[Call], now: datetime) -> bool:
        """Write one message of all that a person is to hear of now."""
        items = self._items(calls, now)
        calls = sorted((call for call in calls if call.alert.case in items), key=lambda c: _first(items, c))
        if not calls:
            return False
        parcel = self._parcel(calls, items, now)
        checkpoint("urgent.composed")
        try:
            made = Ledger(self.store).make(parcel, now, besides=partial(_tell, calls))
        except AlreadyTold:
            return False  # somebody else was faster: the next look sees what is left
        checkpoint("urgent.committed")
        return made

    def _items(self, calls: Sequence[Call], now: datetime) -> dict[int, Item]:
        """The cases as people see them; one of which nothing is kept any more is not there."""
        clocks = Clocks(self.editor.zone, now)
        found = items_of(self.store, [call.alert.case for call in calls], self.editor.clauses, clocks)
        return {number: self.editor.titled(item) for number, item in found.items()}

    def _parcel(self, calls: Sequence[Call], items: dict[int, Item], now: datetime) -> Parcel:
        person = calls[0].person
        window = self._window(person, calls)
        briefing = self.editor.empty(person, self.editor.day())
        message = self.compose(
            briefing,
            [self._alert(call, items[call.alert.case]) for call in calls],
            message_id=self._message_id(person, window, calls[0].alert),
            list_id=f"urgent.{person.role}.{self.host}",
            within=self.settings.acknowledge_within,
            act=self.act(person) if self.act else None,
        )
        return Parcel(person, URGENT, window, message, Account((), 0, {}))

    def _alert(self, call: Call, item: Item) -> Alert:
        earlier = [each for each in call.alert.told if each.tier < call.tier]
        before = tuple(dict.fromkeys(self.editor.title(each.role) for each in earlier))
        return Alert(
            item=item,
            raised_at=call.alert.raised_at,
            others=tuple(role for role in call.others if role not in before),
            escalated=call.tier > 0,
            before=before,
            told_at=min((each.made_at for each in earlier), default=None),
        )

    def _window(self, person: Recipient, calls: Sequence[Call]) -> str:
        """`case-12`, or `case-12-and-4` with four more; numbered where the case was told to them before."""
        case = f"case-{calls[0].alert.case}"
        known = Ledger(self.store).windows(person.address, URGENT, case)
        again = sum(window.partition(".")[0].partition("-and-")[0] == case for window in known)
        more = f"-and-{len(calls) - 1}" if len(calls) > 1 else ""
        return f"{case}{more}.{again + 1}" if again else f"{case}{more}"

    def _message_id(self, person: Recipient, window: str, alert: Raised) -> str:
        """The same for the same person, window and alert, whenever it is made."""
        named = f"{person.address} {alert.raised_at.isoformat()}"
        who = blake2b(named.encode(), digest_size=4).hexdigest()
        return f"<{URGENT}.{window}.{who}@{self.host}>"  # short: a header of 78 characters is folded


def _tell(calls: Sequence[Call], tx: Transaction, delivery: int) -> None:
    """Write down that one person is told of all these by that delivery."""
    person = calls[0].person
    tell(tx, [(call.alert, call.tier) for call in calls], person.address, person.role, delivery)
    checkpoint("urgent.told")


def _first(items: dict[int, Item], call: Call) -> tuple[object, ...]:
    """Most severe first, patients before brand, then whoever has waited longest."""
    item = items[call.alert.case]
    return (-item.severity.rank, item.lane is not Lane.CONFIDENTIAL, item.opened_at, item.number)
