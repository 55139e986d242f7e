"""The delivery ledger: what each recipient is owed, what was claimed, sent or refused.

A delivery is written with its whole message before anything is sent, so a retry after a crash is the
same mail under the same Message-ID. Its items are the findings it accounts for to its recipient;
a refused delivery gives them back, so that the next digest carries them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, and_, cast, func, or_, select

from monitor.checkpoints import checkpoint
from monitor.store.audit import AuditLog
from monitor.store.batches import batched
from monitor.store.routing import SUPERSEDED
from monitor.store.store import Store
from monitor.store.tables import (
    AlertNotice,
    Case,
    Delivery,
    DeliveryItem,
    Finding,
    HiddenFinding,
    Mention,
    Occurrence,
    ProtectedDelivery,
    table_of,
)
from monitor.store.writing import Transaction
from monitor.types import SERVICE, Lane, Message, Numbers, Recipient, Severity

_item = table_of(DeliveryItem)
_finding = table_of(Finding)
_hidden = table_of(HiddenFinding)
_case = table_of(Case)
_mention = table_of(Mention)
_occurrence = table_of(Occurrence)
_notice = table_of(AlertNotice)

MENTIONS_LISTED = 50
UNSENT = ("owed", "claimed")
LONGEST_WAIT = timedelta(days=1)
"""Longer than any pause before another try, and than any claim."""
SET_BACK = timedelta(days=2)
"""By how much a clock may be set back before what was made after its new time counts as made too early."""
URGENT = "urgent"
"""The kind of the messages that cannot wait: they leave before digests do."""

Besides = Callable[[Transaction, int], None]
BOUNCED = "bounced: "
"""How the error of a delivery begins that was accepted, and came back."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a delivery accounts for: ledger ids, mentions up to an id, and the sources' totals by then."""

    item_ids: tuple[int, ...]
    mentions_up_to: int
    totals: dict[str, int]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery to make: who, what, under which window, and what it accounts for."""

    recipient: Recipient
    kind: str
    window: str
    message: Message
    account: Account


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery taken for sending: nobody else sends it until `claimed_until`."""

    id: int
    recipient: str
    message: Message
    attempts: int
    created_at: datetime


class Ledger:
    """The questions and writes of loop 2.

    `protected` keeps the books of the protected lane: deliveries of their own, without a list of items.
    """

    def __init__(self, store: Store, *, protected: bool = False) -> None:
        self.store = store
        self.protected = protected
        self._delivery = table_of(ProtectedDelivery if protected else Delivery)

    # -- making deliveries ------------------------------------------------------------------------

    def next_window(self, recipient: str, kind: str, window: str) -> str:
        """The window, or its next number (`2026-11-23.2`) where it was made: for what is made by hand."""
        c = self._delivery.c
        query = select(c.window).where(c.recipient == recipient, c.kind == kind, c.window.startswith(window))
        with self.store.reading() as connection:
            return _next(window, list(connection.execute(query).scalars()))

    def exists(self, recipient: str, kind: str, window: str) -> bool:
        """True if this window was already made for this recipient."""
        c = self._delivery.c
        query = select(c.id).where(c.recipient == recipient, c.kind == kind, c.window == window)
        with self.store.reading() as connection:
            return connection.execute(query).first() is not None

    def windows(self, recipient: str, kind: str, name: str) -> list[str]:
        """The windows already made whose name begins with `name`."""
        c = self._delivery.c
        query = select(c.window).where(c.recipient == recipient, c.kind == kind, c.window.startswith(name))
        with self.store.reading() as connection:
            return list(connection.execute(query).scalars())

    def last(self, recipient: str, *kinds: str, by: datetime | None = None) -> Row[Any] | None:
        """The latest delivery of these kinds to this recipient that was not refused; made `by` then."""
        c = self._delivery.c
        here = and_(c.recipient == recipient, c.kind.in_(kinds), c.status != "refused")
        if by is not None:
            here = and_(here, c.created_at <= by)
        query = select(self._delivery).where(here).order_by(c.id.desc()).limit(1)
        with self.store.reading() as connection:
            return connection.execute(query).first()

    def free_window(self, recipient: str, kind: str, window: str, now: datetime) -> str | None:
        """The name under which the window is still to be made: its own or, if taken, its next number.

        None where it was made. One that was made while the clock was ahead does not count any more once
        others were made after it: its day has still to come. A clock set back a little changes nothing.
        """
        c = self._delivery.c
        mine = and_(c.recipient == recipient, c.kind == kind)
        newest = select(func.max(c.id)).where(mine).scalar_subquery()
        query = select(c.window, c.created_at).where(mine, or_(c.id == newest, c.window.startswith(window)))
        with self.store.reading() as connection:  # one statement: what another process makes is seen whole
            rows = connection.execute(query.order_by(c.id)).all()
        taken = [row.window for row in rows if row.window.startswith(window)]
        return None if rows and _is_settled(rows[-1], window, taken, now) else _next(window, taken)

    def told_in_week(self, recipient: str, monday: date, week: str) -> bool:
        """Whether a digest of a day in the week from `monday`, or the week's, was made and neither refused
        nor skipped."""
        c = self._delivery.c
        end = monday + timedelta(days=7)
        daily = and_(c.kind == "digest", c.window >= f"{monday}", c.window < f"{end}")
        weekly = and_(c.kind == "weekly", c.window.startswith(week))
        here = and_(c.recipient == recipient, or_(daily, weekly), c.status.not_in(("refused", "skipped")))
        with self.store.reading() as connection:
            return connection.execute(select(c.id).where(here).limit(1)).first() is not None

    def mentions_before(self, moment: datetime) -> int:
        """The highest id of a mention that was first seen before then; 0 for none."""
        c = _mention.c
        query = select(c.id).where(c.first_seen_at < moment).order_by(c.first_seen_at.desc(), c.id.desc())
        with self.store.reading() as connection:
            return int(connection.execute(query.limit(1)).scalar() or 0)

    def emptied(self) -> list[str]:
        """The Message-IDs of mails whose copy is gone: no file of theirs is to stay either."""
        c = self._delivery.c
        with self.store.reading() as connection:
            query = select(c.message_id).where(cast(c.message, Text) == "{}")
            return list(connection.execute(query).scalars())

    def is_owed(self, recipient: str) -> bool:
        """True while a delivery to this recipient is made and neither sent nor refused."""
        c = self._delivery.c
        query = select(c.id).where(c.recipient == recipient, c.status.in_(UNSENT))
        with self.store.reading() as connection:
            return connection.execute(query).first() is not None

    def make(
        self, parcel: Parcel, now: datetime, *, skipped: bool = False, besides: Besides | None = None
    ) -> bool:
        """Write the delivery and what it accounts for; False if somebody made this window first.

        A skipped one is written too, so that its window is settled, but it is never sent. `besides` writes
        more in the same transaction, of the delivery of that number.
        """
        row = {
            "recipient": parcel.recipient.address,
            "role": parcel.recipient.role,
            "kind": parcel.kind,
            "window": parcel.window,
            "status": "skipped" if skipped else "owed",
            "message_id": parcel.message.message_id,
            "message": asdict(parcel.message),
            "attempts": 0,
            "next_attempt_at": now,
            "created_at": now,
            "mentions_up_to": parcel.account.mentions_up_to,
            "totals": parcel.account.totals,
        }
        with self.store.transaction() as tx:
            insert = tx.insert(self._delivery).on_conflict_do_nothing().returning(self._delivery.c.id)
            made = tx.connection.execute(insert, row).scalar()
            if made is None:
                return False
            checkpoint("digest.row")
            for chunk in batched(parcel.account.item_ids):
                tx.connection.execute(
                    _item.update().where(_item.c.id.in_(chunk)).values(delivery_id=made, status="claimed")
                )
            if besides is not None:
                besides(tx, int(made))
        return True

    # -- sending ----------------------------------------------------------------------------------

    def claim(
        self, worker: str, recipients: Sequence[str], now: datetime, lease: timedelta
    ) -> Claimed | None:
        """Take the delivery that is due for longest, an urgent one first.

        Due is what is owed, or was claimed by somebody whose lease ran out.


        By when it is due, not by age: what fails time and again must not stand before all others. Only for
        `recipients`: who has left the settings since gets no more mail.
        """
        c = self._delivery.c
        due = or_(
            and_(c.status == "owed", _is_over(c.next_attempt_at, now)),
            and_(c.status == "claimed", _is_over(c.claimed_until, now)),
        )
        with self.store.transaction() as tx:
            query = select(self._delivery).where(due, c.recipient.in_(recipients))
            first = (c.kind != URGENT, c.next_attempt_at, c.attempts, c.id)
            row = tx.connection.execute(query.order_by(*first).limit(1)).first()
            if row is None:
                return None
            claimed = {"status": "claimed", "claimed_by": worker, "claimed_until": now + lease}
            tx.connection.execute(
                self._delivery.update().where(c.id == row.id).values(attempts=row.attempts + 1, **claimed)
            )
        message = Message(**row.message | {"severity": Severity(row.message["severity"])})
        return Claimed(row.id, row.recipient, message, row.attempts + 1, row.created_at)

    def release(self, prefix: str) -> int:
        """Free the claims of workers named `prefix…`: their process is gone. Returns how many."""
        c = self._delivery.c
        mine = and_(c.status == "claimed", c.claimed_by.startswith(prefix))
        with self.store.transaction() as tx:
            freed = tx.connection.execute(
                self._delivery.update().where(mine).values(status="owed", claimed_by=None, claimed_until=None)
            )
            return int(freed.rowcount)

    def sent(self, delivery: int, now: datetime) -> None:
        """The channel took it: the delivery and its items are accounted for."""
        values = {"status": "sent", "settled_at": now, "error": None}
        with self.store.transaction() as tx:
            self._settle(tx, delivery, values, {"status": "sent"})
            checkpoint("mail.marking")
            self._account_for(tx, delivery, now)

    def _account_for(self, tx: Transaction, delivery: int, now: datetime) -> None:
        """Write into the audit log which mail left, to whom, and which cases it told of."""
        c = self._delivery.c
        mail = tx.connection.execute(select(c.role, c.message_id, c.recipient).where(c.id == delivery)).one()
        cases = select(_finding.c.case_id).join(_item, _item.c.finding_id == _finding.c.id)
        told = cases.where(_item.c.delivery_id == delivery)
        alerted = select(_notice.c.case_id).where(_notice.c.delivery_id == delivery)
        both = told.union(alerted)
        numbers = [] if self.protected else sorted(tx.connection.execute(both).scalars())
        log = AuditLog(tx.connection, protected=self.protected)
        details = {"to": mail.recipient, "role": mail.role, "message_id": mail.message_id, "cases": numbers}
        log.append(SERVICE, "mail.sent", f"delivery:{delivery}", now, **details)

    def retry(self, delivery: int, at: datetime, error: str) -> None:
        """Not taken this time: owed again from `at` on, as the same mail."""
        with self.store.transaction() as tx:
            self._settle(tx, delivery, {"status": "owed", "next_attempt_at": at, "error": error}, None)

    def refused(self, delivery: int, now: datetime, error: str) -> None:
        """Refused for good: its items are owed again and travel with the next digest."""
        values = {"status": "refused", "settled_at": now, "error": error}
        with self.store.transaction() as tx:
            self._settle(tx, delivery, values, {"status": "owed", "delivery_id": None})

    def due_now(self, delivery: int | None, now: datetime) -> int:
        """Let what is owed be tried at once: one delivery, or all that wait. Returns how many."""
        c = self._delivery.c
        mine = c.status == "owed" if delivery is None else and_(c.status == "owed", c.id == delivery)
        with self.store.transaction() as tx:
            changed = tx.connection.execute(self._delivery.update().where(mine).values(next_attempt_at=now))
            return int(changed.rowcount)

    # -- what came back ---------------------------------------------------------------------------

    def reported(self, message_id: str) -> Row[Any] | None:
        """The delivery that a report is about."""
        c = self._delivery.c
        with self.store.reading() as connection:
            return connection.execute(select(self._delivery).where(c.message_id == message_id)).first()

    def bounced(self, delivery: int, now: datetime, error: str) -> bool:
        """It left and came back: refused, with what it told owed again. False where that was known."""
        c = self._delivery.c
        values = {"status": "refused", "settled_at": now, "error": error}
        with self.store.transaction() as tx:
            query = select(c.message_id).where(c.id == delivery, c.status.in_(("sent", "owed")))
            message_id = tx.connection.execute(query).scalar()
            if message_id is None:
                return False
            self._settle(tx, delivery, values, {"status": "owed", "delivery_id": None})
            about = {"message_id": message_id, "reported": error}
            tx.audit(SERVICE, "mail.bounced", f"delivery:{delivery}", now, protected=self.protected, **about)
        return True

    def delayed(self, delivery: int, note: str) -> None:
        """It left and is under way still: noted, and nothing is sent again."""
        c = self._delivery.c
        mine = and_(c.id == delivery, c.status == "sent")
        with self.store.transaction() as tx:
            tx.connection.execute(self._delivery.update().where(mine).values(error=note))

    def announceable(self, recipients: Iterable[str], since: datetime) -> list[Row[Any]]:
        """The mails to these recipients made since then, oldest first; those that were skipped are none."""
        c = self._delivery.c
        mine = and_(c.recipient.in_(sorted(recipients)), c.created_at >= since, c.status != "skipped")
        with self.store.reading() as connection:
            return list(connection.execute(select(self._delivery).where(mine).order_by(c.id)))

    def _settle(
        self, tx: Transaction, delivery: int, values: dict[str, Any], items: dict[str, Any] | None
    ) -> None:
        values |= {"claimed_by": None, "claimed_until": None}
        tx.connection.execute(self._delivery.update().where(self._delivery.c.id == delivery).values(**values))
        if items is not None and not self.protected:
            theirs = and_(_item.c.delivery_id == delivery, _item.c.status != SUPERSEDED)
            tx.connection.execute(_item.update().where(theirs).values(**items))

    # -- what a digest says -----------------------------------------------------------------------

    def failures(self, recipient: str | None, since: datetime | None) -> list[Row[Any]]:
        """Deliveries with an error that are unsent, or were refused since `since`."""
        c = self._delivery.c
        unsent = and_(c.status.in_(UNSENT), c.error.is_not(None))
        refused = c.status == "refused"
        if since is not None:
            refused = and_(refused, c.settled_at >= since)
        query = select(self._delivery).where(or_(unsent, refused)).order_by(c.id)
        if recipient is not None:
            query = query.where(c.recipient == recipient)
        with self.store.reading() as connection:
            return list(connection.execute(query))

    def numbers(self, before: Mapping[str, int]) -> tuple[Numbers, dict[str, int]]:
        """Counts since the totals `before`, and the totals now."""
        totals = self.store.totals()
        return Numbers(**{name: totals[name] - before.get(name, 0) for name in totals}), totals

    def seed(self) -> None:
        """Everything stored so far counts as told: a first digest starts from here."""
        highest = self.mentions_after(0)[2]
        with self.store.transaction() as tx:
            tx.set_meta("seeded_up_to", str(highest), replace=True)

    def mentions_after(self, mention_id: int) -> tuple[list[Row[Any]], int, int]:
        """Mentions without a finding since `mention_id`: the newest few, how many, and the highest id.

        One whose finding a filter hides is a mention like any other, unless that was a confidential one.
        """
        c = _mention.c
        found = select(_finding.c.id).where(_finding.c.mention_id == c.id).exists()
        sealed = and_(_hidden.c.mention_id == c.id, _hidden.c.lane == Lane.CONFIDENTIAL)
        plain = and_(
            c.id > mention_id, c.purged_at.is_(None), ~found, ~select(_hidden.c.id).where(sealed).exists()
        )
        places = (
            select(func.count(_occurrence.c.id)).where(_occurrence.c.mention_id == c.id).scalar_subquery()
        )
        query = select(_mention, places.label("places")).where(plain).order_by(c.id.desc())
        with self.store.reading() as connection:
            rows = list(connection.execute(query.limit(MENTIONS_LISTED)))
            total = connection.execute(select(func.count()).where(plain).select_from(_mention)).scalar_one()
            highest = connection.execute(select(func.max(c.id))).scalar() or 0
        return rows, int(total), int(highest)


def _is_over(wait: Any, now: datetime) -> ColumnElement[bool]:
    """Whether a wait has ended, or was set by a clock that was ahead: none is as long as that."""
    return or_(wait <= now, wait > now + LONGEST_WAIT)


def _is_settled(last: Any, window: str, taken: Sequence[str], now: datetime) -> bool:
    known = last.window.partition(".")[0]
    set_back = timedelta(0) < last.created_at - now <= SET_BACK
    return known == window or set_back or (known > window and bool(taken))


def _next(window: str, taken: Sequence[str]) -> str:
    """The window, or the first number of it (2026-11-23.2) that is not taken."""
    numbered = (f"{window}.{n}" for n in count(2))
    return window if not taken else next(name for name in numbered if name not in taken)
