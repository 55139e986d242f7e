"""Links that were used: each does one thing once, whoever is faster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select

from monitor.store.tables import SpentLink, table_of

if TYPE_CHECKING:
    from monitor.store.writing import Transaction

_spent = table_of(SpentLink)


@dataclass(frozen=True, slots=True)
class Spent:
    """That a link was used: what was done by it, in which role, when. Aware UTC."""

    key: str
    deed: str
    role: str
    spent_at: datetime
    expires_at: datetime


def spend(tx: Transaction, spent: Spent) -> bool:
    """Use a link up, in the transaction that does what it is for; False where somebody did before.

    What has expired needs no row any more, and goes.
    """
    tx.connection.execute(delete(_spent).where(_spent.c.expires_at < spent.spent_at))
    row = {name: getattr(spent, name) for name in Spent.__slots__}
    insert = tx.insert(_spent).on_conflict_do_nothing().returning(_spent.c.key)
    return tx.connection.execute(insert, row).scalar() is not None


def spent_by(connection: Connection, key: str) -> Spent | None:
    """What was done by the link of that key; None while it is unused."""
    columns = (getattr(_spent.c, name) for name in Spent.__slots__)
    row = connection.execute(select(*columns).where(_spent.c.key == key)).first()
    return Spent(*row) if row else None
