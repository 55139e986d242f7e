"""Mistakes that are easily made in the two loops, built in on purpose: the checks have to see each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from alerts.email import Smtp
from monitor.checkpoints import checkpoint
from monitor.pipeline import Pipeline
from monitor.store.ledger import Claimed, Ledger, Parcel
from monitor.store.tables import Delivery, DeliveryItem, table_of
from monitor.types import Message, Receipt

_claim = Ledger.claim
_make = Ledger.make
_bounced = Ledger.bounced
_hand_over = Smtp.send
_store_page = Pipeline._store_page


def _marks_first(self: Ledger, *who: Any, now: datetime, lease: timedelta) -> Claimed | None:
    """Marked as sent, then sent."""
    if claimed := _claim(self, *who, now=now, lease=lease):
        self.sent(claimed.id, now)
    return claimed


def _never_again(self: Ledger, *who: Any, now: datetime, lease: timedelta) -> Claimed | None:
    """What was tried once is done with."""
    claimed = _claim(self, *who, now=now, lease=lease)
    while claimed and claimed.attempts > 1:
        self.sent(claimed.id, now)
        claimed = _claim(self, *who, now=now, lease=lease)
    return claimed


def _other_message_id(self: Smtp, message: Message) -> Receipt:
    """A Message-ID of each process's own."""
    return _hand_over(self, replace(message, message_id=f"<{os.getpid()}.{message.message_id.strip('<>')}>"))


def _cursor_first(self: Pipeline, task: Any, page: Any, window: Any, count: Any) -> None:
    """The cursor is committed, then the page."""
    if page.cursor is not None:
        with self.store.transaction() as tx:
            tx.save_cursor(task.source.name, page.cursor)
    _store_page(self, task, page, window, count)


def _items_later(self: Ledger, parcel: Parcel, now: datetime, **more: Any) -> bool:
    """The digest is committed, then what it tells is accounted for."""
    made = _make(self, replace(parcel, account=replace(parcel.account, item_ids=())), now, **more)
    if not parcel.account.item_ids:
        return made
    checkpoint("digest.made")
    item, delivery = table_of(DeliveryItem), table_of(Delivery)
    mine = select(delivery.c.id).where(delivery.c.message_id == parcel.message.message_id).scalar_subquery()
    with self.store.transaction() as tx:
        here = item.c.id.in_(parcel.account.item_ids)
        tx.connection.execute(item.update().where(here).values(delivery_id=mine, status="claimed"))
    return made


def _notices_later(self: Ledger, parcel: Parcel, now: datetime, besides: Any = None, **more: Any) -> bool:
    """The message is committed, then who was told."""
    made = _make(self, parcel, now, **more)
    if made and besides is not None:
        checkpoint("urgent.told")
        delivery = table_of(Delivery)
        mine = select(delivery.c.id).where(delivery.c.message_id == parcel.message.message_id)
        with self.store.transaction() as tx:
            besides(tx, tx.connection.execute(mine).scalar_one())
    return made


def _bounces_each_time(self: Ledger, delivery: int, now: datetime, error: str) -> bool:
    """A report counts whenever it is read."""
    here = table_of(Delivery)
    with self.store.transaction() as tx:
        tx.connection.execute(here.update().where(here.c.id == delivery).values(status="sent"))
    return _bounced(self, delivery, now, error)


MISTAKES = {
    "marks first": (Ledger, "claim", _marks_first),
    "another Message-ID": (Smtp, "send", _other_message_id),
    "cursor first": (Pipeline, "_store_page", _cursor_first),
    "items later": (Ledger, "make", _items_later),
    "never again": (Ledger, "claim", _never_again),
    "notices later": (Ledger, "make", _notices_later),
    "bounces each time": (Ledger, "bounced", _bounces_each_time),
}


@contextmanager
def built_in(mistake: str | None) -> Iterator[None]:
    """Work with this mistake, or with none."""
    with ExitStack() as stack:
        if mistake is not None:
            stack.enter_context(patch.object(*MISTAKES[mistake]))
        yield
