"""Purging: the words of an item go from every table, what was decided about it stays.

What is left of a mention is its tombstone: the keyed hash of its identity, source, first sight, why and when
it was purged; its findings keep rule and severity, its cases what people decided. A legal hold on a case
puts its items off until the hold has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, exists, func, select

from monitor.store import evidence
from monitor.store.identity import platform_hash
from monitor.store.originals import sealed
from monitor.store.sitekey import SiteKey
from monitor.store.tables import (
    AlertNotice,
    Delivery,
    DeliveryItem,
    Finding,
    LegalHold,
    Mention,
    Occurrence,
    ProtectedPost,
    table_of,
)
from monitor.types import GONE, State

if TYPE_CHECKING:
    from monitor.store.store import Store

T = TypeVar("T")

_mention = table_of(Mention)
_occurrence = table_of(Occurrence)
_finding = table_of(Finding)
_item = table_of(DeliveryItem)
_delivery = table_of(Delivery)
_notice = table_of(AlertNotice)
_protected = table_of(ProtectedPost)
_hold = table_of(LegalHold)

CHUNK = 5_000
"""Items that one statement names, and one transaction of a long run purges."""

EXPIRED = "expired"
"""Why an item was purged that is still public: the platform's terms let its words be kept no longer."""

RETENTION = "retention"
"""Why an item was purged that is still public: it was kept for as long as the organisation keeps such items.
It also stands where the version of the rules stood: newer ones do not judge it again."""

WORDLESS: Mapping[str, object] = {
    "title": "",
    "text": "",
    "author": "",
    "url": None,
    "lang": None,
    "address_key": None,
    "text_key": None,
    "references": [],
    "change": None,
    "pictures": None,
}
"""What a purge leaves of a mention's description; the folding keys are hashes of its words."""


@dataclass(frozen=True, slots=True)
class Due:
    """An item to ask its platform about: the stored form of its identity, and its name there."""

    key: str
    recheck_id: str


def due(store: Store, source: str, before: datetime, limit: int) -> list[Due]:
    """Up to `limit` items of `source` that were last seen to be public before then, the longest ago first."""
    c = _occurrence.c
    query = select(c.key, c.recheck_id).where(
        c.source == source, c.recheck_id.is_not(None), c.checked_at < before
    )
    with store.reading() as connection:
        rows = connection.execute(query.order_by(c.checked_at).limit(limit))
        return [Due(row.key, row.recheck_id) for row in rows]


def held_back(store: Store, today: date) -> int:
    """How many items should go but are under a legal hold."""
    query = select(func.count(_mention.c.id)).where(_should_go(), _mention.c.id.in_(held(today)))
    with store.reading() as connection:
        return int(connection.execute(query).scalar_one())


def expire(
    store: Store, source: str, before: datetime, today: date, now: datetime, stop: Callable[[], bool]
) -> int:
    """Purge what `source` gave and was last seen to be public before then, some at a time; how many went."""
    went = 0
    while not stop():
        with store.transaction() as tx:
            some = tx.purging(today).expire(source, before, now)
        went += some
        if some < CHUNK:
            break
    return went


class Purging:
    """What one writing transaction does about words that must go; holds are those in force `today`."""

    def __init__(self, connection: Connection, today: date, key: SiteKey) -> None:
        self.connection = connection
        self.today = today
        self.key = key

    def lose(self, source: str, lost: Mapping[str, State], now: datetime) -> int:
        """Purge what the public cannot read any more, by identity; how many mentions went, holds respected.

        Shown again by its source, an item is judged and kept again.
        """
        if not lost:
            return 0
        told = 0
        for state in set(lost.values()):
            keys = [key for key, its in lost.items() if its is state]
            here = _mention.c.key.in_(keys) & _mention.c.purged_at.is_(None)
            told += self.connection.execute(_mention.update().where(here).values(state=state.value)).rowcount
        self._forget_occurrences(source, lost)
        self._purge_protected(_protected.c.key.in_(lost))
        return self.overdue(now) if told else 0

    def overdue(self, now: datetime) -> int:
        """Purge what was lost and is under no hold (any more)."""
        query = select(_mention.c.id, _mention.c.state).where(
            _should_go(), ~_mention.c.id.in_(held(self.today))
        )
        return self._purge(dict(self.connection.execute(query).all()), now)

    def retire(self, mentions: Iterable[int], until: datetime | None, now: datetime) -> int:
        """Purge these, kept for long enough; no mail after `until` told of them. How many went."""
        ids = dict.fromkeys(mentions, RETENTION)
        for chunk in batched(ids, CHUNK):
            here = _occurrence.c.mention_id.in_(chunk)
            self.connection.execute(_occurrence.update().where(here).values(judged_by=RETENTION))
        return self._purge(ids, now, until)

    def expire(self, source: str, before: datetime, now: datetime) -> int:
        """Purge what `source` gave and was last seen to be public before then; how many went.

        At most CHUNK at a time: ask again until none goes.
        """
        c = _occurrence.c
        fresh = exists().where(c.mention_id == _mention.c.id, c.checked_at >= before)
        query = select(_mention.c.id).where(_mention.c.source == source, self._free(), ~fresh)
        old = list(self.connection.execute(query.limit(CHUNK)).scalars())
        self._purge_protected((_protected.c.source == source) & (_protected.c.seen_on < before.date()))
        return self._purge(dict.fromkeys(old, EXPIRED), now)

    def everything(self, platform: str, reason: str, now: datetime) -> int:
        """Purge all items of a platform, as at the end of its contract; how many mentions went."""
        query = select(_mention.c.id).where(
            _mention.c.platform == platform,
            _mention.c.purged_at.is_(None),
            ~_mention.c.id.in_(held(self.today)),
        )
        mentions = list(self.connection.execute(query).scalars())
        self._purge_protected(_protected.c.platform_key == platform_hash(self.key, platform))
        return self._purge(dict.fromkeys(mentions, reason), now)

    def confirm(self, source: str, keys: Iterable[str], now: datetime) -> None:
        """Record that these items of `source` were seen to be public just now."""
        keys = list(keys)
        for table, seen in ((_occurrence, {"checked_at": now}), (_protected, {"seen_on": now.date()})):
            here = (table.c.source == source) & table.c.key.in_(keys)
            self.connection.execute(table.update().where(here).values(**seen))

    def _free(self) -> ColumnElement[bool]:
        """A mention whose words are here and under no hold."""
        return _mention.c.purged_at.is_(None) & _mention.c.id.not_in(held(self.today))

    # -- the words --------------------------------------------------------------------------------

    def _purge(self, mentions: Mapping[int, str], now: datetime, until: datetime | None = None) -> int:
        for chunk in batched(mentions, CHUNK):
            self._purge_chunk({number: mentions[number] for number in chunk}, now, until)
        return len(mentions)

    def _purge_chunk(self, mentions: Mapping[int, str], now: datetime, until: datetime | None) -> None:
        oldest = select(func.min(_mention.c.first_seen_at)).where(_mention.c.id.in_(mentions))
        first_seen = self.connection.execute(oldest).scalar_one()
        for why in set(mentions.values()):
            gone = _mention.c.id.in_([number for number, its in mentions.items() if its == why])
            self.connection.execute(
                _mention.update().where(gone).values(**WORDLESS, purged_at=now, purged_for=why)
            )
        sealed.drop(self.connection, mentions)
        evidence.drop(self.connection, mentions)
        of_them = _occurrence.c.mention_id.in_(mentions)
        self.connection.execute(_occurrence.update().where(of_them).values(url=None, recheck_id=None))
        self.connection.execute(_finding.update().where(_finding.c.mention_id.in_(mentions)).values(spans=[]))
        telling = _delivery.c.created_at >= first_seen
        take_back_mails(
            self.connection,
            _delivery,
            telling if until is None else telling & (_delivery.c.created_at <= until),
        )

    def _forget_occurrences(self, source: str, lost: Mapping[str, State]) -> None:
        """No hash is left to compare with, so that what comes back is news; copies elsewhere are, too."""
        c = _occurrence.c
        here = (c.source == source) & c.key.in_(lost)
        self.connection.execute(
            _occurrence.update().where(here).values(url=None, recheck_id=None, content_hash="")
        )
        bases = select(_mention.c.id).where(_mention.c.key.in_(lost))
        self.connection.execute(delete(_occurrence).where(c.mention_id.in_(bases), ~c.key.in_(lost)))

    def _purge_protected(self, where: ColumnElement[bool]) -> None:
        wordless = {"key_id": None, "sealed": None, "unsealed": None, "address_key": None, "text_key": None}
        self.connection.execute(_protected.update().where(where).values(**wordless, content_hash=""))


def take_back_mails(
    connection: Connection, deliveries: Table, telling: ColumnElement[bool]
) -> tuple[str, ...]:
    """What is not sent is made anew without it; of what has gone out the copy goes, nobody needs it.

    Returns the Message-IDs of what has gone out: where that was into a folder, the files are still there.
    """
    c = deliveries.c
    if deliveries is _delivery:
        unsent = select(c.id).where(telling, c.status == "owed")
        connection.execute(
            _item.update().where(_item.c.delivery_id.in_(unsent)).values(status="owed", delivery_id=None)
        )
        connection.execute(delete(_notice).where(_notice.c.delivery_id.in_(unsent)))
    connection.execute(delete(deliveries).where(telling, c.status == "owed"))
    gone = c.status.in_(("sent", "skipped", "refused"))
    connection.execute(deliveries.update().where(telling, gone).values(message={}))
    sent = select(c.message_id).where(telling, c.status == "sent")
    return tuple(connection.execute(sent).scalars())


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size`: databases limit the values of one statement."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def _should_go() -> ColumnElement[bool]:
    """A mention whose state says that the public cannot read it, and whose words are here still."""
    c = _mention.c
    # A page edit with a hidden part never had that part here: what is left of it is public.
    lost = c.state.in_(state.value for state in GONE) & (c.change.is_(None) | (c.state != State.HIDDEN.value))
    return lost & c.purged_at.is_(None)


def held(today: date) -> Select[tuple[int]]:
    """The mentions of cases under a hold in force."""
    c = _hold.c
    return (
        select(_finding.c.mention_id)
        .join(_hold, c.case_id == _finding.c.case_id)
        .where(c.expires_on > today, c.released_at.is_(None))
    )
