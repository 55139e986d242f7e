"""Loop 5: what was accepted and came back is read from the mailbox for delivery reports.

A report counts where its mail carries our Message-ID and the receipt that goes with it, which nobody
outside can work out. Everything else in that mailbox is counted and left alone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from alerts import bounces
from alerts.bounces import Report
from monitor import imap
from monitor.checkpoints import checkpoint
from monitor.dispatch import RECEIPT, receipt
from monitor.errors import DeliveryError, SourceError
from monitor.ports import Clock
from monitor.store import Store
from monitor.store.ledger import BOUNCED, Ledger
from monitor.store.rests import BOUNCES

log = structlog.get_logger("monitor.bounces")

FIRST_LOOK = timedelta(days=7)
"""How far back the mailbox is read the first time, or once its server has numbered its mails anew."""


@dataclass(frozen=True, slots=True)
class Bounces:
    """Reads the mailbox of `access` and corrects the ledger."""

    store: Store
    access: Callable[[], imap.Access]
    now: Clock

    def read(self, stop: Callable[[], bool] = lambda: False) -> Counter[str]:
        """Read what came in since the last time: how many reports failed, were delayed, were anything else.

        A mailbox that cannot be read is kept as a fact for the digest, and not raised.
        """
        state = json.loads(self.store.meta(BOUNCES) or "{}")
        try:
            found = self._read(state, stop)
        except (SourceError, DeliveryError) as error:
            log.warning("bounces not read", reason=str(error))
            since = state.get("since") or self.now().isoformat()
            self._keep(state | {"error": str(error), "since": since})
            return Counter()
        if found.total():
            log.info("bounces read", **found)
        return found

    def _read(self, state: dict[str, str], stop: Callable[[], bool]) -> Counter[str]:
        found: Counter[str] = Counter()
        with imap.opened(self.access()) as box:
            known = state.get("validity") == str(box.validity)
            numbers = box.after(int(state["last"])) if known else box.since(self.now() - FIRST_LOOK)
            last = int(state["last"]) if known else (numbers[0] - 1 if numbers else box.newest)
            self._reached(box, last)
            for number in numbers:
                mail = box.fetch(number, bounces.LARGEST)
                checkpoint("bounce.fetched")
                outcome = self._account_for(mail)
                checkpoint("bounce.accounted")
                if stop() or outcome == "claimed":
                    break  # it is being sent at this moment: the report is read again once that is settled
                found[outcome] += 1
                self._reached(box, number)
        return found

    def _reached(self, box: imap.Mailbox, number: int) -> None:
        self._keep({"validity": str(box.validity), "last": str(number)})

    def _account_for(self, mail: tuple[bytes, object] | None) -> str:
        """What a mail changed: `failed`, `delayed`, or `other` where nothing."""
        report = bounces.read(mail[0], RECEIPT) if mail else None
        if report is None or report.receipt != receipt(self.store, report.message_id):
            return "other"
        for ledger in (Ledger(self.store), Ledger(self.store, protected=True)):
            if row := ledger.reported(report.message_id):
                return self._corrected(ledger, row.id, row.status, report)
        return "other"

    def _corrected(self, ledger: Ledger, delivery: int, status: str, report: Report) -> str:
        if status == "claimed":
            return status
        if report.action == "delayed":
            ledger.delayed(delivery, f"delayed: {report.meaning}")
            return "other" if ledger.protected else "delayed"
        ledger.bounced(delivery, self.now(), f"{BOUNCED}{report.meaning}")
        return "other" if ledger.protected else "failed"

    def _keep(self, state: dict[str, str]) -> None:
        with self.store.transaction() as tx:
            tx.set_meta(BOUNCES, json.dumps(state), replace=True)
