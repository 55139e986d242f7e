"""What is owed, sent: claimed by one process at a time, handed to a channel, accounted for.

The message is rendered once and kept with its row, so whatever happens in between, what leaves is one mail
under one Message-ID. The one gap that no program can close is between the server's acceptance and our note
of it; there the same mail may leave twice, recognisable by its Message-ID.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from monitor.checkpoints import checkpoint
from monitor.errors import DeliveryError
from monitor.ports import Clock, Notifier
from monitor.store import Store
from monitor.store.ledger import Claimed, Ledger

log = structlog.get_logger("monitor.dispatch")

LEASE = timedelta(minutes=5)
"""How long a claim holds: longer than any SMTP conversation is allowed to last."""
GIVE_UP = timedelta(days=5)
LONGEST_PAUSE = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Sends what the ledger owes."""

    store: Store
    notifier: Callable[[], Notifier]
    now: Clock
    worker: str = "command"
    """Who claims: the daemon frees what a daemon before it had claimed, but not a command's claims."""

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
        lane apart."""
        self.protected.release(self.place)
        return self.ledger.release(self.place)

    @property
    def place(self) -> str:
        """How the claims made here begin."""
        return f"{self.worker}@{os.uname().nodename}:"

    def send_due(
        self, to: Set[str], guardians: Set[str], stop: Callable[[], bool] = lambda: False
    ) -> tuple[int, int]:
        """Send what is owed, one recipient at a time; returns (sent, not sent), the protected lane apart.

        Only to the addresses `to`, of the protected lane only to `guardians`, where the channel is private.
        """
        notifier = self.notifier()
        if notifier.private:
            self._send_owed(self.protected, notifier, guardians, stop)
        return self._send_owed(self.ledger, notifier, to, stop)

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
        checkpoint("mail.claimed")
        try:
            notifier.send(claimed.message)
        except DeliveryError as error:
            checkpoint("mail.refused")
            self._not_sent(ledger, claimed, error)
            return False
        checkpoint("mail.accepted")
        ledger.sent(claimed.id, self.now())
        checkpoint("mail.marked")
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
