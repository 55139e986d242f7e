"""Rotation: what is sealed to an older key is opened and sealed again to the current one, lot by lot.

Nothing is read or sealed under the write lock, each lot is one short transaction, and a lot that was not
committed is simply found again: a rotation that was killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from monitor.checkpoints import checkpoint
from monitor.errors import SealError
from monitor.sealing import ORIGINALS, Keyring, PublicKey, Sealed
from monitor.store.originals.sealed import place_of
from monitor.store.originals.sealingkeys import current_keys
from monitor.store.protected import place_of as protected_place
from monitor.store.tables import Mention, ProtectedPost, SealedOriginal, table_of

if TYPE_CHECKING:
    from monitor.store.store import Store

AT_ONCE = 200
"""Values of one lot, at most."""
LARGEST = 4 * 2**20
"""Bytes of one lot, unless a single value is larger."""

_original = table_of(SealedOriginal)
_protected = table_of(ProtectedPost)
_mention = table_of(Mention)


@dataclass(frozen=True, slots=True)
class Renewed:
    """What one lot did: values sealed again, and values that their own key did not open."""

    done: int
    broken: int


def behind(connection: Connection, purpose: str, ring: Keyring) -> tuple[int, int]:
    """How many values are sealed to an older key: those that `ring` can open, and those that it cannot."""
    table = _table(purpose)
    query = select(table.c.key_id, func.count()).where(_older(connection, purpose)).group_by(table.c.key_id)
    counted: dict[str, int] = dict(connection.execute(query).all())
    openable = sum(number for key_id, number in counted.items() if key_id in ring)
    return openable, sum(counted.values()) - openable


def renew(store: Store, purpose: str, ring: Keyring) -> Iterator[Renewed]:
    """Seal again to the current key whatever `ring` can open; one lot at a time."""
    last = 0
    while True:
        with store.reading() as connection:
            key = current_keys(connection)[purpose]
            rows = _lot(connection, purpose, list(ring), last)
        if not rows:
            return
        last = rows[-1].id
        yield _renew_lot(store, purpose, ring, key, rows)


def _renew_lot(store: Store, purpose: str, ring: Keyring, key: PublicKey, rows: list[Any]) -> Renewed:
    table, opened = _table(purpose), {}
    for row in rows:
        place = _place(purpose, row)
        try:
            opened[row.id] = key.seal(ring.open(Sealed(row.key_id, row.sealed), place), place)
        except SealError:
            continue
    with store.transaction() as tx:
        tx.wiped = True  # what the old key opens must not stay in the log
        for row in rows:
            if row.id in opened:
                here = (table.c.id == row.id) & (table.c.key_id == row.key_id)
                values = {"key_id": key.id, "sealed": opened[row.id].data}
                tx.connection.execute(table.update().where(here).values(**values))
        checkpoint("rotation.lot")
    checkpoint("rotation.committed")
    return Renewed(len(opened), len(rows) - len(opened))


def _lot(connection: Connection, purpose: str, keys: list[str], last: int) -> list[Any]:
    """The next values to renew: as many as a lot may hold."""
    table = _table(purpose)
    wanted = _older(connection, purpose) & table.c.key_id.in_(keys) & (table.c.id > last)
    sizes = select(table.c.id, func.length(table.c.sealed)).where(wanted).order_by(table.c.id).limit(AT_ONCE)
    ids: list[int] = []
    room = LARGEST
    for number, size in connection.execute(sizes):
        room -= size
        if ids and room < 0:
            break
        ids.append(number)
    return list(connection.execute(_rows(purpose).where(table.c.id.in_(ids)).order_by(table.c.id)))


def _rows(purpose: str) -> Select[Any]:
    if purpose == ORIGINALS:
        return select(_original, _mention.c.key).join(_mention, _mention.c.id == _original.c.mention_id)
    return select(_protected)


def _place(purpose: str, row: Any) -> str:
    if purpose == ORIGINALS:
        return place_of(row.key, row.part, row.content_hash)
    return protected_place(row.source, row.key)


def _older(connection: Connection, purpose: str) -> ColumnElement[bool]:
    return _table(purpose).c.key_id != current_keys(connection)[purpose].id


def _table(purpose: str) -> Table:
    return _original if purpose == ORIGINALS else _protected
