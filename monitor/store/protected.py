"""The protected lane at rest: its posts in a table of their own, sealed, and nothing of them in any other.

What may be a protected disclosure leaves no mention, sight, finding, case or debt that another role's
commands read. The same story by another way stays here too, and so does a post that is edited afterwards.
Only the Guardian's key opens what is told of it: here are keyed hashes, the source, and days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select

from monitor.sealing import PROTECTED, Sealed
from monitor.store import evidence
from monitor.store.identity import content_hash, platform_hash
from monitor.store.keeping.purging import take_back_mails
from monitor.store.originals import sealed
from monitor.store.originals.sealingkeys import current_keys
from monitor.store.sitekey import SiteKey
from monitor.store.tables import (
    Alert,
    AlertNotice,
    Case,
    Decision,
    Delivery,
    DeliveryItem,
    Finding,
    HiddenFinding,
    Mention,
    Occurrence,
    ProtectedPost,
    table_of,
)

if TYPE_CHECKING:
    from monitor.store.store import Store
    from monitor.store.writing import Judged, Transaction

    Named = tuple[Judged, tuple[str, str | None, str | None]]
    """A judged post and what it answers to: its identity, its address, its words."""

_post = table_of(ProtectedPost)
_mention = table_of(Mention)
_occurrence = table_of(Occurrence)
_finding = table_of(Finding)
_hidden = table_of(HiddenFinding)
_decision = table_of(Decision)
_case = table_of(Case)
_alert = table_of(Alert)
_notice = table_of(AlertNotice)
_item = table_of(DeliveryItem)
_delivery = table_of(Delivery)

NAMES = ("key", "address_key", "text_key")

SEALED_AT_ONCE = 100
"""Rows of an older version that one transaction seals."""


def place_of(source: str, key: str) -> str:
    """Where the sealed value of a post belongs, as a source shows it, by the stored form of its identity."""
    return f"protected_post:{source}:{key}"


class ProtectedLane:
    """What one writing transaction does about the protected lane."""

    def __init__(self, connection: Connection, key: SiteKey) -> None:
        self.connection = connection
        self.key = key
        self.erased = False

    def take(self, source: str, page: Sequence[Named], version: str, now: datetime) -> frozenset[str]:
        """Keep those of `page` that belong here, erase what was kept of them elsewhere; their keys."""
        found = {name for judged, names in page if judged.is_protected for name in names if name}
        known = self._known({name for _, names in page for name in names if name})
        mine = [each for each in page if each[0].is_protected or not (found | known).isdisjoint(each[1])]
        if not mine:
            return frozenset()
        self._erase({name for _, names in mine for name in names if name})
        for judged, names in sorted(mine, key=lambda each: not each[0].is_protected):
            self._keep(source, judged, names, again=not known.isdisjoint(names), version=version, now=now)
            known.update(name for name in names if name)
        return frozenset(judged.key for judged, _ in mine)

    def _known(self, names: set[str]) -> set[str]:
        """Those of `names` that something in the lane answers to."""
        columns = [_post.c[column] for column in NAMES]
        return {
            name
            for column in columns
            for name in self.connection.execute(select(column).where(column.in_(names))).scalars()
        }

    def _keep(
        self,
        source: str,
        judged: Judged,
        names: tuple[str, str | None, str | None],
        *,
        again: bool,
        version: str,
        now: datetime,
    ) -> None:
        c = _post.c
        today = now.date()
        seen = {"content_hash": content_hash(self.key, judged.post), "judged_by": version, "seen_on": today}
        here = and_(c.source == source, c.key == judged.key)
        row = self.connection.execute(select(c.again, c.content_hash, c.changes).where(here)).first()
        if row is None:
            told = self._told(source, judged, again=again) | {"again": again, "first_seen_on": today}
            told["platform_key"] = platform_hash(self.key, judged.post.platform)
            named = dict(zip(NAMES, names, strict=True))
            self.connection.execute(_post.insert().values(source=source, changes=0, **named, **seen, **told))
            return
        changes = row.changes + (row.content_hash != seen["content_hash"])
        told = self._told(source, judged, again=row.again) if judged.is_protected else {}
        self.connection.execute(_post.update().where(here).values(changes=changes, **seen, **told))

    def _told(self, source: str, judged: Judged, *, again: bool) -> dict[str, Any]:
        """What the Guardian may open: nothing where an earlier row tells the story."""
        if again or not judged.is_protected:
            return {"key_id": None, "sealed": None}
        (locked,) = judged.locked
        value = locked.at(place_of(source, judged.key), current_keys(self.connection)[PROTECTED])
        return {"key_id": value.key_id, "sealed": value.data}

    def _erase(self, names: set[str]) -> None:
        """Take out of every other table what an earlier version, or the same story elsewhere, left there."""
        c = _mention.c
        query = select(c.id, c.first_seen_at).where(or_(*(c[column].in_(names) for column in NAMES)))
        mentions = dict(self.connection.execute(query).all())
        if not mentions:
            return
        self.erased = True
        sealed.drop(self.connection, mentions)
        evidence.drop(self.connection, mentions)
        of_them = _finding.c.mention_id.in_(mentions)
        cases = list(self.connection.execute(select(_finding.c.case_id).where(of_them)).scalars())
        take_back_mails(self.connection, _delivery, _delivery.c.created_at >= min(mentions.values()))
        empty = and_(_case.c.id.in_(cases), ~exists().where(_finding.c.case_id == _case.c.id))
        for statement in (
            delete(_hidden).where(_hidden.c.mention_id.in_(mentions)),
            delete(_item).where(_item.c.finding_id.in_(select(_finding.c.id).where(of_them))),
            delete(_finding).where(of_them),
            delete(_decision).where(_decision.c.case_id.in_(select(_case.c.id).where(empty))),
            *(delete(t).where(t.c.case_id.in_(select(_case.c.id).where(empty))) for t in (_notice, _alert)),
            delete(_case).where(empty),
            delete(_occurrence).where(_occurrence.c.mention_id.in_(mentions)),
            delete(_mention).where(c.id.in_(mentions)),
        ):
            self.connection.execute(statement)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of the lane as its list shows it: nothing that tells of the post. Days are UTC."""

    number: int
    source: str
    first_seen_on: date
    handed_over_at: datetime | None
    place: str
    sealed: Sealed


def waiting(connection: Connection, *, everything: bool = False) -> list[Waiting]:
    """What the Guardian has not taken over yet, oldest first; with `everything`, all that is here."""
    query = select(_post).where(_tells()).order_by(_post.c.id)
    if not everything:
        query = query.where(_post.c.handed_over_at.is_(None))
    return [_row(row) for row in connection.execute(query)]


def one(connection: Connection, number: int) -> Waiting | None:
    """The row of that number, None where there is none that could be opened."""
    row = connection.execute(select(_post).where(_tells(), _post.c.id == number)).first()
    return None if row is None else _row(row)


def counts(connection: Connection, after: int) -> tuple[int, int, int]:
    """How many wait, how many of them have an id above `after`, and the highest id there is."""
    c = _post.c
    waits = select(func.count(c.id)).where(_tells(), c.handed_over_at.is_(None))
    total = connection.execute(waits).scalar_one()
    newly = connection.execute(waits.where(c.id > after)).scalar_one()
    return total, newly, connection.execute(select(func.max(c.id))).scalar() or 0


def hand_over(tx: Transaction, number: int, now: datetime) -> bool:
    """Record that the Guardian has taken an item over: it waits no more. False where there is none."""
    c = _post.c
    here = and_(c.id == number, c.handed_over_at.is_(None), _tells())
    return bool(tx.connection.execute(_post.update().where(here).values(handed_over_at=now)).rowcount)


def purge_protected(tx: Transaction, before: datetime) -> int:
    """Delete what is told of items handed over, or else first seen, before then (aware UTC); how many.

    The hashes stay, as of another sight of a story: a source that shows the post still brings no news by it.
    """
    c = _post.c
    old = or_(c.handed_over_at < before, and_(c.handed_over_at.is_(None), c.first_seen_on < before.date()))
    empty = {"key_id": None, "sealed": None, "unsealed": None, "again": True}
    gone = tx.connection.execute(_post.update().where(old, c.again.is_(False)).values(**empty)).rowcount
    tx.wiped |= bool(gone)
    return gone


def seal_what_waits(store: Store) -> None:
    """Seal what an older version kept in clear, and empty that; a kill between two lots loses nothing."""
    c = _post.c
    left = select(c.id, c.source, c.key, c.unsealed).where(c.unsealed.is_not(None)).limit(SEALED_AT_ONCE)
    while True:
        with store.reading() as connection:
            rows = list(connection.execute(left))
            key = current_keys(connection)[PROTECTED]
        if not rows:
            return
        values = [(row, key.seal(row.unsealed, place_of(row.source, row.key))) for row in rows]
        with store.transaction() as tx:
            tx.wiped = True
            for row, value in values:
                told = {"key_id": value.key_id, "sealed": value.data, "unsealed": None}
                told["platform_key"] = platform_hash(store.key, row.unsealed["platform"])
                tx.connection.execute(_post.update().where(c.id == row.id).values(**told))


def _tells() -> ColumnElement[bool]:
    """A row with something to open: no other sight of a story, and not purged."""
    return _post.c.again.is_(False) & _post.c.sealed.is_not(None)


def _row(row: Any) -> Waiting:
    return Waiting(
        row.id,
        row.source,
        row.first_seen_on,
        row.handed_over_at,
        place_of(row.source, row.key),
        Sealed(row.key_id, row.sealed),
    )
