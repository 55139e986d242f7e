"""Loop 2: what is owed -> a digest -> claimed -> sent -> accounted for.

A digest's window is a row, (recipient, kind, local date, week or month): a second firing of the clock, a
restart or a second process finds it and does nothing. What a digest says is `briefing.py`'s, sending it
`dispatch.py`'s.

The protected lane has mails of its own, for the holders of `concerns` alone. They are in no count and no
log, nobody can preview them, and they leave only by a channel that nobody else reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import blake2b

import structlog

from monitor.briefing import AUDITED, DIGEST, Editor, is_quiet, looked_up_to
from monitor.cases import Directory
from monitor.checkpoints import checkpoint
from monitor.config import DigestSettings
from monitor.dispatch import Dispatch
from monitor.editions import KINDS, Calendar, begin, window
from monitor.ports import Clock
from monitor.roles import GUARDIAN, lanes_told
from monitor.store import Store
from monitor.store.audit import AuditLog
from monitor.store.ledger import Account, Ledger, Parcel
from monitor.store.originals.looks import SHOWN, looks_since
from monitor.store.protected import counts
from monitor.store.routing import refuse_outside, stand_in
from monitor.types import Briefing, Edition, Message, Recipient

log = structlog.get_logger("monitor.delivery")

MARKED_LATE = timedelta(minutes=30)

Compose = Callable[..., Message]
"""(briefing, message_id=, list_id=, live=) -> Message: the alerts package's part; the service hands it in."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Makes digests and sends them."""

    editor: Editor
    dispatch: Dispatch
    settings: DigestSettings
    compose: Compose
    compose_protected: Compose
    host: str = "trustwatch.invalid"

    @property
    def store(self) -> Store:
        """Where the ledger is."""
        return self.editor.store

    @property
    def directory(self) -> Directory:
        """Who holds which role."""
        return self.editor.directory

    @property
    def now(self) -> Clock:
        """The clock."""
        return self.editor.now

    @property
    def calendar(self) -> Calendar:
        """On which days, and from when on, digests are due."""
        return Calendar(self.settings.at, self.settings.days, self.editor.zone)

    @property
    def ledger(self) -> Ledger:
        """The ledger of this desk's store."""
        return self.dispatch.ledger

    @property
    def protected(self) -> Ledger:
        """The ledger of the protected lane."""
        return self.dispatch.protected

    # -- making digests ---------------------------------------------------------------------------

    def make_due(self) -> int:
        """Write the digests that are due and not yet made, for everybody; returns how many."""
        day = self.editor.day()
        due_at = self.calendar.due_at(Edition.DAILY, day)
        if not self.calendar.works_on(day) or self.now() < due_at or self._installed_after(due_at):
            return 0
        desk = self.today(day)
        desk._make_protected(day)
        return sum(
            desk._make_due(recipient, edition, day)
            for recipient in desk.directory.people()
            for edition in desk.editions(recipient)
        )

    def make_now(self, role: str | None = None, edition: Edition | None = None) -> int:
        """Write a digest at once, by hand: the window of today, or the next one of it if it was made."""
        day = self.editor.day()
        desk = self.today(day)
        if role in (None, GUARDIAN):
            desk._make_protected(day, again=True)
        made = 0
        for recipient in desk.directory.people():
            if role is None or role in desk.directory.roles(recipient.address):
                which = edition or desk.editor.edition(recipient)
                name = self.ledger.next_window(recipient.address, KINDS[which], window(which, day))
                made += desk._make(recipient, which, day, name, late=False)
        return made

    def editions(self, recipient: Recipient) -> list[Edition]:
        """What the recipient gets, in the order in which it is made.

        Who gets no daily digest gets one all the same, after the others, on a day that brought them something
        new: nothing waits for a week.
        """
        held = self.directory.editions(recipient.address)
        extra = [] if Edition.DAILY in held else [Edition.DAILY]
        return [edition for edition in Edition if edition in held] + extra

    def today(self, day: date) -> Desk:
        """This desk with those who act on `day`: the ledger has caught up with who is away and who is back.

        What is owed to somebody outside its lane is refused here, before any mail is written.
        """
        editor, now = self.editor.acting(day), self.now()
        directory = editor.directory
        stand_in(self.store, directory.standing(), directory.reach, now)
        held = {address: directory.roles(address) for address in directory.addresses()}
        lanes = {address: lanes_told(roles) for address, roles in held.items() if roles}
        names = {address: ", ".join(sorted(roles)) for address, roles in held.items()}
        for refused in refuse_outside(self.store, lanes, names, now):
            log.warning("route refused", case=refused.case, lane=refused.lane, role=refused.role)
        return replace(self, editor=editor)

    def _make_protected(self, day: date, *, again: bool = False) -> None:
        """A mail to each Guardian about what came into the protected lane, if anything did.

        One at a time: while an earlier one is on its way, later items wait, and if it is refused for good
        they travel with it in the next. `again` makes a second one on the same day.
        """
        ledger = self.protected
        for guardian in self.directory.holders(GUARDIAN):
            name = ledger.next_window(guardian.address, DIGEST, f"{day}") if again else f"{day}"
            if ledger.is_owed(guardian.address) or ledger.exists(guardian.address, DIGEST, name):
                continue
            told, looked = self._protected_up_to(guardian)
            with self.store.reading() as connection:
                total, newly, highest = counts(connection, told)
                seen, _ = AuditLog(connection, protected=True).head()
                looks = looks_since(connection, SHOWN, looked, protected=True)
            if newly or looks:
                briefing = replace(
                    self.editor.empty(guardian, day), waiting=total, newly=newly, looks=tuple(looks)
                )
                message = self.compose_protected(
                    briefing,
                    message_id=self._message_id(guardian, f"{name}.g"),
                    list_id=f"guardian.{self.host}",
                )
                account = Account((), highest, {AUDITED: seen})
                ledger.make(Parcel(guardian, DIGEST, name, message, account), briefing.made_at)

    def _protected_up_to(self, guardian: Recipient) -> tuple[int, int]:
        """How far the Guardian knows the lane, and its looks; a deputy goes on where they ended."""
        known = (guardian.address, guardian.stands_for)
        told = [self.protected.last(address, DIGEST) for address in known if address]
        items = max((row.mentions_up_to for row in told if row is not None), default=0)
        return items, max(map(looked_up_to, told), default=0)

    def _make_due(self, recipient: Recipient, edition: Edition, day: date) -> bool:
        now, due_at = self.now(), self.calendar.due_at(edition, day)
        name = self.ledger.free_window(recipient.address, KINDS[edition], window(edition, day), now)
        if name is None or self._installed_after(due_at):
            return False
        return self._make(recipient, edition, day, name, late=now - due_at > MARKED_LATE)

    def _make(self, recipient: Recipient, edition: Edition, day: date, name: str, *, late: bool) -> bool:
        checkpoint("digest.before")
        briefing, account = self.editor.brief(recipient, day, late=late, edition=edition)
        if skipped := self._is_skipped(briefing):
            account = replace(account, item_ids=())
        message = self.compose(
            briefing,
            message_id=self._message_id(recipient, name),
            list_id=f"digest.{recipient.role}.{self.host}",
            live=True,
        )
        checkpoint("digest.composed")
        parcel = Parcel(recipient, KINDS[edition], name, message, account)
        made = self.ledger.make(parcel, briefing.made_at, skipped=skipped)
        checkpoint("digest.made")
        return made and not skipped

    def _is_skipped(self, briefing: Briefing) -> bool:
        """Whether this one is not sent: nothing is new for who gets no daily one, or the day was quiet."""
        recipient, day = briefing.recipient, briefing.day
        if briefing.edition is not Edition.DAILY:
            return False
        if Edition.DAILY not in self.directory.editions(recipient.address):
            return not any(item.is_new for item in briefing.items)
        if self.settings.on_empty == "send" or not is_quiet(briefing):
            return False
        monday, week = begin(Edition.WEEKLY, day), window(Edition.WEEKLY, day)
        return self.settings.on_empty == "skip" or self.ledger.told_in_week(recipient.address, monday, week)

    def _message_id(self, recipient: Recipient, name: str) -> str:
        """The same for the same list, window and recipient, whenever and wherever it is made."""
        who = blake2b(recipient.address.encode(), digest_size=4).hexdigest()
        return f"<digest.{recipient.role}.{name.replace('-', '')}.{who}@{self.host}>"

    def _installed_after(self, due_at: datetime) -> bool:
        """Nothing is late that was due before this installation first ran."""
        installed = self.store.meta("installed_at")
        return installed is not None and datetime.fromisoformat(installed) > due_at

    # -- sending ----------------------------------------------------------------------------------

    def send_due(self, stop: Callable[[], bool] = lambda: False) -> tuple[int, int]:
        """Send what is owed to those who are named in the settings; returns (sent, not sent)."""
        return self.dispatch.send_due(self.directory.addresses(), self._guardians(), stop)

    def _guardians(self) -> frozenset[str]:
        """The holders of the Guardian's role, and who stands in today."""
        acting = self.editor.acting(self.editor.day())
        return frozenset(
            r.address for each in (self.directory, acting.directory) for r in each.holders(GUARDIAN)
        )
