"""Legal holds at rest: which case's items are kept although they should go, why, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, func, select

from monitor.store.store import Store
from monitor.store.tables import Case, Finding, LegalHold, Mention, table_of
from monitor.types import Actor, Lane

TERMINAL = "terminal"

_hold = table_of(LegalHold)
_case = table_of(Case)
_finding = table_of(Finding)
_mention = table_of(Mention)


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold. `released_by` is None while nobody has let go of it."""

    number: int
    case: int
    held_by: str
    reason: str
    created_at: datetime
    expires_on: date
    released_by: str | None

    def state(self, today: date) -> str:
        """`in force`, `expired` or `released`."""
        if self.released_by is not None:
            return "released"
        return "in force" if today < self.expires_on else "expired"


def add_hold(
    store: Store, case: int, by: str, reason: str, until: date, now: datetime, role: str = TERMINAL
) -> int | None:
    """Hold the items of a case; the hold's number, None where there is no such case to be held.

    A case of the protected lane is nobody's here, and what is purged already cannot be held.
    """
    kept = (
        select(func.count(_finding.c.id))
        .join(_case, _case.c.id == _finding.c.case_id)
        .join(_mention, _mention.c.id == _finding.c.mention_id)
        .where(_case.c.id == case, _case.c.lane != Lane.PROTECTED, _mention.c.purged_at.is_(None))
    )
    row = {"case_id": case, "held_by": by, "reason": reason, "created_at": now, "expires_on": until}
    with store.transaction() as tx:
        if not tx.connection.execute(kept).scalar():
            return None
        number = int(tx.connection.execute(tx.insert(_hold).returning(_hold.c.id), row).scalar_one())
        tx.audit(
            Actor(by, role), "hold.added", f"hold:{number}", now, reason, case=case, until=until.isoformat()
        )
        return number


def platforms_of(store: Store, case: int) -> set[str]:
    """The platforms that the items of a case come from."""
    query = select(_mention.c.platform).join(_finding, _finding.c.mention_id == _mention.c.id)
    with store.reading() as connection:
        return set(connection.execute(query.where(_finding.c.case_id == case)).scalars())


def of_staff(store: Store, case: int) -> bool:
    """Whether a case is about an authorised account, whose holder may withdraw."""
    query = select(_case.c.id).where(_case.c.id == case, _case.c.subject.startswith("staff:"))
    with store.reading() as connection:
        return connection.execute(query).first() is not None


def holds(store: Store) -> list[Hold]:
    """Every hold there ever was, oldest first."""
    with store.reading() as connection:
        return [_value(row) for row in connection.execute(select(_hold).order_by(_hold.c.id))]


def release(store: Store, number: int, by: str, now: datetime, role: str = TERMINAL) -> bool:
    """Let go of a hold; False where there is none of that number, or not any more."""
    c = _hold.c
    statement = _hold.update().where(c.id == number, c.released_at.is_(None))
    with store.transaction() as tx:
        if tx.connection.execute(statement.values(released_at=now, released_by=by)).rowcount != 1:
            return False
        tx.audit(Actor(by, role), "hold.released", f"hold:{number}", now)
        return True


def _value(row: Row[tuple[object, ...]]) -> Hold:
    return Hold(row.id, row.case_id, row.held_by, row.reason, row.created_at, row.expires_on, row.released_by)
