"""Chats and webhooks beside the mail: they hear that something left, and nothing of what was in it.

What they are owed is rows of the ledger, to the recipient `channel:NAME`: claimed, retried, shown like mails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from monitor.ports import Notifier
from monitor.store import Store
from monitor.store.ledger import Account, Ledger, Parcel
from monitor.store.rests import MAIL, rest_of
from monitor.types import Message, Recipient

DIGEST, URGENT, TROUBLE = "digest", "urgent", "trouble"
RECENT = timedelta(days=1)
"""What is older is no news: a channel that is new does not tell of last week."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way out beside the mail. `follows` are the addresses whose mails it tells of."""

    name: str
    role: str
    sends: frozenset[str]
    follows: frozenset[str]
    organisation: str
    notifier: Callable[[], Notifier]
    link: str | None = None
    settings: str = ""

    @property
    def address(self) -> str:
        """What stands in the ledger as its recipient."""
        return f"channel:{self.name}"

    def owe(self, store: Store, now: datetime) -> int:
        """Write what this channel is to hear of and was not told yet; returns how many announcements."""
        ledger = Ledger(store)
        rows = ledger.announceable(self.follows, now - RECENT)
        told = [(row.kind, row.window, row.message["subject"], row) for row in rows if self._heard(row)]
        told += [(TROUBLE, str(row.id), self._refused(row), row) for row in rows if row.status == "refused"]
        told += self._resting(store, rows)
        return sum(ledger.make(self._parcel(*each), now) for each in told)

    def _heard(self, row: Row[Any]) -> bool:
        """An urgent message at once, whatever becomes of the mail; a digest when it was sent."""
        ready = row.kind == URGENT or row.status == "sent"
        return row.kind in self.sends and ready and bool(row.message)

    def _refused(self, row: Row[Any]) -> str:
        return f"[{self.organisation} monitor] A mail was refused: the {row.kind} of {row.window}"

    def _resting(self, store: Store, rows: list[Row[Any]]) -> list[tuple[str, str, str, Row[Any]]]:
        """That mail does not leave at all, once for each time that it began."""
        unsent = [row for row in rows if row.status in ("owed", "claimed")]
        held = rest_of(store, MAIL)
        if held is None or not unsent:
            return []
        title = f"[{self.organisation} monitor] Mail does not leave: see monitor deliveries list"
        return [(TROUBLE, held.since.isoformat(timespec="seconds"), title, unsent[0])]

    def _parcel(self, kind: str, window: str, title: str, row: Row[Any]) -> Parcel:
        host = row.message_id.strip("<>").rpartition("@")[2]
        name = "".join(letter for letter in window if letter.isalnum() or letter == ".")
        message = Message(
            to=self.address,
            subject=title,
            text=self.link or "",
            html="",
            message_id=f"<{kind}.{self.name}.{name}@{host}>",
            list_id=f"{self.name}.{host}",
        )
        return Parcel(
            Recipient(address=self.address, role=self.role), kind, window, message, Account((), 0, {})
        )
