"""The audit log at rest: who did what, in a chain of hashes that shows where a row was changed or removed.

Each row holds SHA-256 over the hash before it and its own canonical JSON. Triggers refuse changes. A chain
does not notice that its end was cut off: the head is printed in every digest, so the mailbox is the outside
witness. The protected lane has a chain of its own.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from monitor.store.sitekey import SiteKey
from monitor.store.tables import AuditEntry, Meta, ProtectedAudit, table_of
from monitor.types import SERVICE, Actor

GENESIS = "0" * 64
"""The hash before the first row."""

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_meta = table_of(Meta)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done. `object` names what it was done to, such as `case:12`; `at` is aware UTC."""

    number: int
    at: datetime
    who: str
    role: str
    action: str
    object: str
    reason: str
    details: dict[str, Any]
    hash: str

    def sealed_by(self, before: str) -> str:
        """The hash that this entry must have after one with the hash `before`."""
        told = [self.number, self.at.isoformat(), self.who, self.role, self.action, self.object, self.reason]
        text = _canonical([*told, self.details])
        return sha256(before.encode() + text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class Checked:
    """What a verification found: `problem` is None where the chain is whole."""

    rows: int = 0
    head: str = GENESIS
    problem: str | None = None
    notes: list[str] = field(default_factory=list)


class AuditLog:
    """One chain, on an open connection. `protected` is the one of the protected lane."""

    def __init__(self, connection: Connection, *, protected: bool = False) -> None:
        self.connection = connection
        self.table = table_of(ProtectedAudit if protected else AuditEntry)

    def append(
        self, actor: Actor, action: str, object: str, now: datetime, reason: str = "", **details: Any
    ) -> None:
        """Write down what was done, in the transaction that does it. No content belongs here, only ids."""
        number, before = self.head()
        row = Entry(number + 1, now, actor.name, actor.role, action, object, reason, details, "")
        values = {name: getattr(row, name) for name in Entry.__slots__ if name not in ("number", "hash")}
        statement = self.table.insert().values(id=row.number, hash=row.sealed_by(before), **values)
        self.connection.execute(statement)

    def head(self) -> tuple[int, str]:
        """The number and the hash of the last row."""
        c = self.table.c
        row = self.connection.execute(select(c.id, c.hash).order_by(c.id.desc()).limit(1)).first()
        return (row.id, row.hash) if row else (0, GENESIS)

    def entries(self, about: str | None = None, after: int = 0) -> Generator[Entry, None, None]:
        """The entries after number `after`, oldest first; `about` one object only. Constant memory."""
        query = select(self.table).where(self.table.c.id > after).order_by(self.table.c.id)
        if about is not None:
            query = query.where(self.table.c.object == about)
        with self.connection.execution_options(yield_per=2_000).execute(query) as rows:
            yield from map(_entry, rows)

    def verify(self, key: SiteKey, witness: str | None = None) -> Checked:
        """Walk the whole chain. `witness` is a head that a digest printed: it must still be in the chain."""
        covered, before = self._checkpoint(key)
        if covered is None:
            return Checked(problem="the checkpoint that the chain begins with is not genuine")
        found = Checked(head=before)
        with closing(self.entries()) as entries:
            seen = self._walk(entries, covered, found, witness)
        if found.problem is None and witness is not None and not seen:
            found.problem = (
                "the hash of that digest is not in the chain: its end was cut off, or a backup was restored"
            )
        return found

    @staticmethod
    def _walk(entries: Iterator[Entry], covered: int, found: Checked, witness: str | None) -> bool:
        """Check each entry against the one before, up to the first problem; whether the witness was met."""
        seen, latest = False, None
        for expected, entry in enumerate(entries, covered + 1):
            if entry.number != expected:
                found.problem = f"rows {expected} to {entry.number - 1} are missing"
                break
            if entry.hash != entry.sealed_by(found.head):
                found.problem = f"row {entry.number} was changed, or one before it was taken out"
                break
            if latest is not None and entry.at < latest:
                found.notes.append(f"the clock was set back before row {entry.number}")
            latest = entry.at
            found.rows, found.head = found.rows + 1, entry.hash
            seen = seen or (witness is not None and entry.hash.startswith(witness))
        return seen

    def last_before(self, moment: datetime) -> int:
        """The number of the last row that is older; 0 for none."""
        c = self.table.c
        query = select(c.id).where(c.at < moment).order_by(c.at.desc(), c.id.desc()).limit(1)
        return int(self.connection.execute(query).scalar() or 0)

    def latest(self) -> datetime | None:
        """The latest moment that any row bears."""
        return self.connection.execute(select(func.max(self.table.c.at))).scalar()

    def count_before(self, moment: datetime) -> int:
        """How many rows are older."""
        older = select(func.count(self.table.c.id)).where(self.table.c.at < moment)
        return int(self.connection.execute(older).scalar_one())

    # -- what has expired -------------------------------------------------------------------------

    def expire(self, before: datetime, key: SiteKey, now: datetime) -> int:
        """Drop the first rows, older than that; the chain goes on from a signed checkpoint."""
        c = self.table.c
        kept = self.connection.execute(select(func.min(c.id)).where(c.at >= before)).scalar()
        last = self.connection.execute(select(func.max(c.id))).scalar() if kept is None else kept - 1
        row = self.connection.execute(select(c.id, c.hash).where(c.id == last)).first()
        if row is None:
            return 0
        self.append(SERVICE, "audit.expired", "audit", now, up_to=row.id)
        name = self.table.name
        sign = key.hash("audit checkpoint", name, str(row.id), row.hash)
        self._set(f"{name}_checkpoint", f"{row.hash}:{sign}")
        self._set(f"{name}_expired_up_to", str(row.id))
        return self.connection.execute(delete(self.table).where(c.id <= row.id)).rowcount

    def _checkpoint(self, key: SiteKey) -> tuple[int | None, str]:
        """Up to which number the chain was shortened, and the hash it goes on from; None for a forged one."""
        name = self.table.name
        query = select(_meta.c.name, _meta.c.value).where(
            _meta.c.name.in_((f"{name}_checkpoint", f"{name}_expired_up_to"))
        )
        known = dict(self.connection.execute(query).all())
        if not known:
            return 0, GENESIS
        number = known.get(f"{name}_expired_up_to", "")
        hashed, _, sign = known.get(f"{name}_checkpoint", "").partition(":")
        genuine = sign == key.hash("audit checkpoint", name, number, hashed)
        return (int(number), hashed) if genuine else (None, GENESIS)

    def _set(self, name: str, value: str) -> None:
        if not self.connection.execute(
            _meta.update().where(_meta.c.name == name).values(value=value)
        ).rowcount:
            self.connection.execute(_meta.insert().values(name=name, value=value))


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.id, row.at, row.who, row.role, row.action, row.object, row.reason, row.details, row.hash)
