"""What is owed, sent: claimed by one process at a time, handed to a channel, accounted for.

The message is rendered once and kept with its row, so whatever happens in between, what leaves is one mail
under one Message-ID. The one gap that no program can close is between the server's acceptance and our note
of it; there the same mail may leave twice, recognisable by its Message-ID.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from hashlib import blake2b

import structlog

from monitor.announcing import Channel
from monitor.checkpoints import checkpoint
from monitor.errors import DeliveryError, FailureKind
from monitor.ports import Clock, Notifier
from monitor.store import Store
from monitor.store.ledger import Claimed, Ledger
from monitor.store.rests import MAIL, end_rests, rest, rest_of
from monitor.types import Message

log = structlog.get_logger("monitor.dispatch")

LEASE = timedelta(minutes=5)
"""How long a claim holds: longer than any SMTP conversation is allowed to last."""
GIVE_UP = timedelta(days=5)
LONGEST_PAUSE = timedelta(minutes=60)
JITTER = 0.2
"""By how much of itself a pause is shortened, so that the mails of one morning do not come back in step."""

RECEIPT = "X-Monitor-Receipt"
"""The header by which a delivery report shows that it is about a mail of ours."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way out: its name, a keyed hash of the settings behind it, and what sends."""

    name: str
    settings: str
    notifier: Notifier


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Sends what the ledger owes."""

    store: Store
    notifier: Callable[[], Notifier]
    now: Clock
    worker: str = "command"
    """Who claims: the daemon frees what a daemon before it had claimed, but not a command's claims."""
    settings: str = ""
    """A keyed hash of the mail settings: a rest ends once they are others."""
    channels: Callable[[], tuple[Channel, ...]] = tuple
    """Asked for when something is sent: who only looks need not be able to read their addresses."""

    @property
    def ledger(self) -> Ledger:
        """The ledger of the store."""
        return Ledger(self.store)

    @property
    def protected(self) -> Ledger:
        """The ledger of the protected lane."""
        return Ledger(self.store, protected=True)

    def free(self) -> int:
        """Free what an earlier process of this place had claimed: it is gone. Returns how many, the protected
        lane apart. What rested is tried again: an administrator may have mended it."""
        end_rests(self.store)
        self.protected.release(self.place)
        return self.ledger.release(self.place)

    @property
    def place(self) -> str:
        """How the claims made here begin."""
        return f"{self.worker}@{os.uname().nodename}:"

    def send_due(
        self, to: Set[str], guardians: Set[str], stop: Callable[[], bool] = lambda: False
    ) -> tuple[int, int]:
        """Send what is owed, one recipient at a time; returns (mails sent, not sent), the protected
        lane apart.

        Only to the addresses `to`, of the protected lane only to `guardians`, where the channel is private.
        Afterwards the other channels are told.
        """
        sent = failed = 0
        if not self._rests(MAIL, self.settings):
            way = Way(MAIL, self.settings, self.notifier())
            if way.notifier.private:
                self._send_owed(way, self.protected, guardians, stop)
            sent, failed = self._send_owed(way, self.ledger, to, stop)
        for channel in self.channels():
            self._tell(channel, stop)
        return sent, failed

    def _tell(self, channel: Channel, stop: Callable[[], bool]) -> None:
        channel.owe(self.store, self.now())
        if not self._rests(channel.address, channel.settings):
            way = Way(channel.address, channel.settings, channel.notifier())
            self._send_owed(way, self.ledger, {channel.address}, stop)

    def _rests(self, way: str, settings: str) -> bool:
        held = rest_of(self.store, way)
        return held is not None and held.holds(settings, self.now())

    def _send_owed(self, way: Way, ledger: Ledger, to: Set[str], stop: Callable[[], bool]) -> tuple[int, int]:
        sent = failed = 0
        claim = partial(ledger.claim, f"{self.place}{os.getpid()}", sorted(to), lease=LEASE)
        while not stop() and (claimed := claim(now=self.now())):
            error = self._send(ledger, way.notifier, claimed)
            if error is None:
                sent += 1
                end_rests(self.store, way.name)
                continue
            failed += 1
            if error.kind is FailureKind.SETTINGS:
                # Each further mail would be one more refused login. That the protected lane had one to send
                # is nobody's business: there the pause of its own row must do.
                if not ledger.protected:
                    rest(self.store, way.name, str(error), way.settings, self.now())
                break
        return sent, failed

    def _send(self, ledger: Ledger, notifier: Notifier, claimed: Claimed) -> DeliveryError | None:
        checkpoint("mail.claimed")
        try:
            notifier.send(self._marked(claimed.message))
        except DeliveryError as error:
            checkpoint("mail.refused")
            self._not_sent(ledger, claimed, error)
            return error
        checkpoint("mail.accepted")
        ledger.sent(claimed.id, self.now())
        checkpoint("mail.marked")
        if not ledger.protected:
            log.info("sent", message_id=claimed.message.message_id, attempt=claimed.attempts)
        return None

    def _marked(self, message: Message) -> Message:
        mark = receipt(self.store, message.message_id)
        return replace(message, headers=dict(message.headers) | {RECEIPT: mark})

    def _not_sent(self, ledger: Ledger, claimed: Claimed, error: DeliveryError) -> None:
        if not ledger.protected:
            log.warning("not sent", message_id=claimed.message.message_id, reason=str(error))
        too_long = error.kind is FailureKind.TEMPORARY and self.now() - claimed.created_at > GIVE_UP
        if error.kind in (FailureKind.RECIPIENT, FailureKind.MESSAGE) or too_long:
            ledger.refused(claimed.id, self.now(), str(error))
        else:
            # Where all rest, a pause of its own would only make it late once that is mended.
            rests = error.kind is FailureKind.SETTINGS and not ledger.protected
            at = self.now() if rests else self.now() + pause(claimed)
            ledger.retry(claimed.id, at, str(error))


def pause(claimed: Claimed) -> timedelta:
    """How long to wait after this attempt: 1, 2, 4 ... 60 minutes, less a share that the message decides."""
    whole = min(timedelta(minutes=2 ** min(claimed.attempts - 1, 6)), LONGEST_PAUSE)
    key = f"{claimed.message.message_id} {claimed.attempts}".encode()
    share = int.from_bytes(blake2b(key, digest_size=2).digest()) / 0xFFFF
    return whole * (1 - JITTER * share)


def receipt(store: Store, message_id: str) -> str:
    """What a mail of this Message-ID carries, and nobody outside can work out."""
    return store.key.hash("receipt", message_id.strip("<>"))
