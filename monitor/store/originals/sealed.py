"""Sealed originals at rest: what a mention said before it was masked, for those who may reveal it.

Nothing here can be read without a private key, and no key is needed to write it. Each value is bound to its
mention, part and version: moved to another row it does not open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from monitor.sealing import ORIGINALS, PublicKey, Sealed
from monitor.store.originals.sealingkeys import current_keys
from monitor.store.tables import Mention, SealedOriginal, table_of

POST = "post"
"""The part that holds the words."""

SCREENSHOT = "screenshot:"
"""How the parts begin that hold a picture somebody handed in; its name follows."""

_sealed = table_of(SealedOriginal)
_mention = table_of(Mention)


@dataclass(frozen=True, slots=True)
class Locked:
    """A part of a post, sealed before any lock was taken, and what it takes to seal it for another place."""

    part: str
    version: str
    place: str
    sealed: Sealed
    value: Mapping[str, Any] | bytes = field(repr=False)

    @classmethod
    def to(
        cls, key: PublicKey, part: str, version: str, place: str, value: Mapping[str, Any] | bytes
    ) -> Locked:
        """`value` sealed to `key` for `place`."""
        return cls(part, version, place, key.seal(value, place), value)

    def at(self, place: str, key: PublicKey) -> Sealed:
        """The same for `place`, to the key that is current now: both are nearly always as they were."""
        return (
            self.sealed
            if (place, key.id) == (self.place, self.sealed.key_id)
            else key.seal(self.value, place)
        )


@dataclass(frozen=True, slots=True)
class Original:
    """One sealed part of a mention as it rests. `sealed_at` is aware UTC."""

    part: str
    place: str
    sealed: Sealed
    sealed_at: datetime


def place_of(mention_key: str, part: str, version: str) -> str:
    """Where a sealed part belongs."""
    return f"sealed_original:{mention_key}:{part}:{version}"


def keep(
    connection: Connection, insert: Callable[..., Any], parts: Iterable[tuple[Locked, int]], now: datetime
) -> None:
    """Store sealed parts with the mentions (by id) that they belong to; one that is there stays as it is."""
    parts = list(parts)
    if not parts:
        return
    key = current_keys(connection)[ORIGINALS]
    c = _mention.c
    query = select(c.id, c.key).where(c.id.in_({mention for _, mention in parts}))
    keys = dict(connection.execute(query).all())
    rows = []
    for locked, mention in parts:
        sealed = locked.at(place_of(keys[mention], locked.part, locked.version), key)
        rows.append(
            {
                "mention_id": mention,
                "part": locked.part,
                "content_hash": locked.version,
                "key_id": sealed.key_id,
                "sealed": sealed.data,
                "sealed_at": now,
            }
        )
    connection.execute(insert(_sealed).on_conflict_do_nothing(), rows)


def originals_of(connection: Connection, mention: int) -> list[Original]:
    """What is sealed of a mention, the oldest first."""
    query = (
        select(_sealed, _mention.c.key.label("mention_key"))
        .join(_mention, _mention.c.id == _sealed.c.mention_id)
        .where(_sealed.c.mention_id == mention)
        .order_by(_sealed.c.id)
    )
    return [
        Original(
            row.part,
            place_of(row.mention_key, row.part, row.content_hash),
            Sealed(row.key_id, row.sealed),
            row.sealed_at,
        )
        for row in connection.execute(query)
    ]


def drop(connection: Connection, mentions: Iterable[int]) -> None:
    """Delete what is sealed of these mentions."""
    connection.execute(delete(_sealed).where(_sealed.c.mention_id.in_(list(mentions))))
