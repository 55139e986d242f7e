"""The keys that originals are sealed to, at rest: public halves only, one current key a purpose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from monitor.sealing import ORIGINALS, PROTECTED, Keyring, PublicKey, make_key
from monitor.store.tables import ProtectedPost, SealedOriginal, SealingKey, table_of

if TYPE_CHECKING:
    from monitor.store.store import Store

FOLDER = "keys"
"""Where in the state folder a private key lies until somebody takes it away."""

PURPOSES = (ORIGINALS, PROTECTED)

_key = table_of(SealingKey)
_holding = {ORIGINALS: table_of(SealedOriginal), PROTECTED: table_of(ProtectedPost)}


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as its row has it. `values` is how much is sealed to it; times are aware UTC."""

    key: PublicKey
    created_at: datetime
    retired_at: datetime | None
    values: int


def current_keys(connection: Connection) -> dict[str, PublicKey]:
    """What new values are sealed to, by purpose: the newest key of each."""
    query = select(_key).where(_key.c.retired_at.is_(None)).order_by(_key.c.created_at)
    return {row.purpose: PublicKey(row.id, row.purpose, row.public) for row in connection.execute(query)}


def all_keys(connection: Connection) -> list[KeyRow]:
    """Every key there ever was, the oldest first."""
    return [
        KeyRow(
            PublicKey(row.id, row.purpose, row.public),
            row.created_at,
            row.retired_at,
            _values(connection, row.purpose, row.id),
        )
        for row in connection.execute(select(_key).order_by(_key.c.purpose, _key.c.created_at))
    ]


def ensure_keys(store: Store, secrets: Iterable[Path], now: datetime) -> None:
    """Make sure that each purpose has a key: one whose private half is among `secrets`, or a new one.

    Raises SealError where a new private key cannot be written.
    """
    with store.reading() as connection:
        known = current_keys(connection)
    for purpose in PURPOSES:
        if purpose in known:
            continue
        with store.transaction() as tx:  # two processes at their first start make one key between them
            if purpose not in current_keys(tx.connection):
                add_key(
                    tx.connection, _found(purpose, secrets) or make_key(purpose, store.folder / FOLDER), now
                )


def add_key(connection: Connection, key: PublicKey, now: datetime) -> None:
    """Make `key` the current one of its purpose."""
    latest = connection.execute(
        select(func.max(_key.c.created_at)).where(_key.c.purpose == key.purpose)
    ).scalar()
    # A clock that was set back must not leave an older key the newest.
    made = max(now, latest + timedelta(microseconds=1)) if latest else now
    connection.execute(
        _key.insert().values(id=key.id, purpose=key.purpose, public=key.public, created_at=made)
    )


def retire(connection: Connection, purpose: str, now: datetime) -> list[str]:
    """Retire the keys of `purpose` that are not current and to which nothing is sealed any more; which."""
    current = current_keys(connection)[purpose].id
    c = _key.c
    older = select(c.id).where(c.purpose == purpose, c.retired_at.is_(None), c.id != current)
    idle = [each for each in connection.execute(older).scalars() if not _values(connection, purpose, each)]
    connection.execute(_key.update().where(c.id.in_(idle)).values(retired_at=now))
    return idle


def _values(connection: Connection, purpose: str, key_id: str) -> int:
    table = _holding[purpose]
    return connection.execute(
        select(func.count()).select_from(table).where(table.c.key_id == key_id)
    ).scalar_one()


def _found(purpose: str, secrets: Iterable[Path]) -> PublicKey | None:
    ring = Keyring(purpose, secrets)
    return next((ring.public(each) for each in ring), None)
