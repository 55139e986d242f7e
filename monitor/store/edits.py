"""The edits behind cases: what is stored of each, masked."""

from __future__ import annotations

from sqlalchemy import select

from monitor.store.rows import change_from
from monitor.store.store import Store
from monitor.store.tables import Finding, Mention, table_of
from monitor.types import Change, Severity

_finding = table_of(Finding)
_mention = table_of(Mention)


def edit_of_case(store: Store, case: int) -> Change | None:
    """The edit of the case's most severe finding; None where that is of no edit, or its words are purged."""
    query = (
        select(_finding.c.severity, _mention.c.change)
        .join(_mention, _mention.c.id == _finding.c.mention_id)
        .where(_finding.c.case_id == case)
        .order_by(_finding.c.id)
    )
    with store.reading() as connection:
        rows = list(connection.execute(query))
    lead = max(rows, key=lambda row: Severity(row.severity).rank, default=None)
    return change_from(lead.change) if lead is not None and lead.change else None
