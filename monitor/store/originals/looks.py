"""Who looked at originals: what the audit log says of it, for the digest of those who may see the lane."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from monitor.store.tables import AuditEntry, ProtectedAudit, table_of
from monitor.types import Lane, Look

REVEALED = "original.revealed"
"""What the audit log calls it when somebody saw what was masked; its details name the lane."""

SHOWN = "protected.shown"
"""The same in the protected lane's own log."""


def looks_since(
    connection: Connection,
    action: str,
    after: int,
    *,
    lanes: Collection[Lane] | None = None,
    protected: bool = False,
) -> list[Look]:
    """The looks after that number of the log, oldest first; with `lanes`, only at what is in one of them."""
    table = table_of(ProtectedAudit if protected else AuditEntry)
    query = select(table).where(table.c.id > after, table.c.action == action).order_by(table.c.id)
    return [
        Look(at=row.at, who=row.who, role=row.role, object=row.object, reason=row.reason)
        for row in connection.execute(query)
        if lanes is None or row.details.get("lane") in lanes
    ]
