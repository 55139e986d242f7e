"""Filters at rest: who made which exception, until when, and how much it has hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select

from monitor.store.store import Store
from monitor.store.tables import HiddenFinding, SiteFilter, table_of
from monitor.types import Actor, Filter

_filter = table_of(SiteFilter)
_hidden = table_of(HiddenFinding)


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """A filter with its history. `removed_by` is None while nobody has taken it back."""

    filter: Filter
    created_at: datetime
    hidden: int
    removed_at: datetime | None
    removed_by: str | None

    def state(self, today: date) -> str:
        """`in force`, `expired` or `removed`."""
        if self.removed_at is not None:
            return "removed"
        return "in force" if today < self.filter.expires_on else "expired"


def filters_on(store: Store, today: date) -> tuple[Filter, ...]:
    """The filters in force on `today`, the organisation's local day."""
    c = _filter.c
    query = select(_filter).where(c.removed_at.is_(None), c.expires_on > today).order_by(c.id)
    with store.reading() as connection:
        return tuple(_value(row) for row in connection.execute(query))


def kept_filters(store: Store, since: datetime | None = None) -> list[KeptFilter]:
    """Every filter there ever was, oldest first; `hidden` counts from `since` on."""
    counted = _hidden.c.filter_id == _filter.c.id
    if since is not None:
        counted &= _hidden.c.hidden_at >= since
    hidden = select(func.count(_hidden.c.id)).where(counted).scalar_subquery().label("hidden")
    with store.reading() as connection:
        rows = list(connection.execute(select(_filter, hidden).order_by(_filter.c.id)))
    return [KeptFilter(_value(r), r.created_at, r.hidden, r.removed_at, r.removed_by) for r in rows]


def add_filter(store: Store, new: Filter, now: datetime) -> int:
    """Put a filter in force; returns its number."""
    row = {
        "rule_id": new.rule_id,
        "platform": new.platform,
        "author": new.author,
        "page": new.page,
        "pattern": new.pattern,
        "source": new.source,
        "made_by": new.made_by,
        "reason": new.reason,
        "created_at": now,
        "expires_on": new.expires_on,
    }
    with store.transaction() as tx:
        number = int(tx.connection.execute(tx.insert(_filter).returning(_filter.c.id), row).scalar_one())
        ends = new.expires_on.isoformat()
        tx.audit(Actor(new.made_by), "filter.added", f"filter:{number}", now, new.reason, expires=ends)
    return number


def remove_filter(store: Store, number: int, by: str, now: datetime) -> bool:
    """Take a filter back; False where there is none of that number in the list, or not any more."""
    c = _filter.c
    statement = _filter.update().where(c.id == number, c.removed_at.is_(None))
    with store.transaction() as tx:
        removed = tx.connection.execute(statement.values(removed_at=now, removed_by=by)).rowcount == 1
        if removed:
            tx.audit(Actor(by), "filter.removed", f"filter:{number}", now)
    return removed


def _value(row: Row[Any]) -> Filter:
    return Filter(
        number=row.id,
        rule_id=row.rule_id,
        platform=row.platform,
        author=row.author,
        page=row.page,
        pattern=row.pattern,
        source=row.source,
        made_by=row.made_by,
        reason=row.reason,
        expires_on=row.expires_on,
    )
