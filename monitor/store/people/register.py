"""The register of authorised staff accounts at rest: rows are added and ended, never rewritten or removed.

Whoever withdraws or objects ends every row of theirs, and what names them goes from the rows at once: the
pseudonym, the dates and why it ended stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, func, select

from monitor.store.people.registers import official_handles, with_leaving
from monitor.store.tables import AuditEntry, Source, table_of
from monitor.store.tables import Authorisation as AuthorisationRow
from monitor.types import Actor, Due, Registration

if TYPE_CHECKING:
    from monitor.store.store import Store
    from monitor.store.writing import Transaction

ENDING = timedelta(days=30)
"""So long before its last day a digest begins to say that a row ends."""

_row = table_of(AuthorisationRow)
_audit = table_of(AuditEntry)
_source = table_of(Source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """A row of the register: that, why and until when one public account of a member of staff may be read.

    `person` is a pseudonym such as S-014. `expires` is the first day on which the account may not be read.
    `account` is empty once the row has ended: then `ended_for` is `withdrawn` or `objected`.
    """

    person: str
    platform: str
    account: str
    notice_version: str
    notice_date: date
    lawful_basis: str
    dpia_reference: str
    starts: date
    expires: date
    staff_group: str = "staff"
    scope: str = "references"
    platform_opt_in: date | None = None
    addendum_on: date | None = None
    name: str | None = field(default=None, repr=False)
    left_on: date | None = None
    ended_at: datetime | None = None
    ended_for: str | None = None
    number: int = 0

    def live_on(self, today: date, latest: date) -> bool:
        """Whether it has begun by `today` and is not over by `latest`, the latest day that is known of."""
        return self.ended_at is None and self.starts <= today and max(today, latest) < self.expires

    def state(self, today: date) -> str:
        """How it stands, in a word: withdrawn, objected, not begun, over, live."""
        if self.ended_for is not None:
            return self.ended_for
        if today < self.starts:
            return "not begun"
        return "live" if today < self.expires else "over"


class Register:
    """What the gate asks. `reading` gives a look at the database, once for each question; None = no rows."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]] | None) -> None:
        self._reading = reading

    def official(self) -> tuple[str, ...]:
        """The handles that the register of official accounts lists as the organisation's own."""
        if self._reading is None:
            return ()
        with self._reading() as connection:
            return official_handles(connection)

    def leaving(self, person: str, known: Registration) -> Registration:
        """`known` with the day on which `person` left, where the register of leavers has one."""
        if self._reading is None:
            return known
        with self._reading() as connection:
            return with_leaving(connection, known, person)

    def about(self, person: str) -> tuple[list[Authorisation], datetime | None]:
        """The rows of a person, oldest first, and the latest moment that anything here bears."""
        if self._reading is None:
            return [], None
        with self._reading() as connection:
            return rows(connection, person), latest_moment(connection)


def rows(connection: Connection, person: str | None = None) -> list[Authorisation]:
    """The rows of the register, of `person` or of everybody, oldest first."""
    query = select(_row).order_by(_row.c.id)
    if person is not None:
        query = query.where(_row.c.person == person)
    return [_authorisation(row) for row in connection.execute(query)]


def latest(connection: Connection) -> list[Authorisation]:
    """The last row of each person, by pseudonym: the one that counts."""
    return sorted({row.person: row for row in rows(connection)}.values(), key=lambda row: row.person)


def latest_moment(connection: Connection) -> datetime | None:
    """The latest moment at which anything was written down or read: the real time is not before it."""
    query = select(select(func.max(_audit.c.at)).scalar_subquery(), func.max(_source.c.last_ok_at))
    return max(filter(None, connection.execute(query).one()), default=None)


def add(tx: Transaction, row: Authorisation, by: Actor, now: datetime, action: str = "account.added") -> int:
    """Put a row into the register, a renewal too; its number. The caller has looked at its values."""
    values = {key: value for key, value in asdict(row).items() if key != "number"}
    values |= {"added_by": by.name, "added_at": now, "ended_why": ""}
    number = tx.connection.execute(tx.insert(_row).returning(_row.c.id), values).scalar_one()
    told = {"row": number, "starts": row.starts.isoformat(), "expires": row.expires.isoformat()}
    tx.audit(by, action, f"account:{row.person}", now, scope=row.scope, **told)
    return int(number)


def end(tx: Transaction, person: str, why: str, by: Actor, now: datetime, reason: str = "") -> int:
    """End every row of a person, `why` is withdrawn or objected; how many had not ended before.

    The account and the name go from all of them, those that had run out before included.
    """
    theirs = _row.c.person == person
    tx.connection.execute(_row.update().where(theirs).values(account="", name=None, left_on=None))
    ended = {"ended_at": now, "ended_by": by.name, "ended_for": why, "ended_why": reason}
    open_ones = theirs & _row.c.ended_at.is_(None)
    return tx.connection.execute(_row.update().where(open_ones).values(**ended)).rowcount


def forget_readings(tx: Transaction, sources: Iterable[str]) -> None:
    """Clear how far these sources were read and what they last said: both may tell of the account."""
    here = _source.c.name.in_(list(sources))
    tx.connection.execute(_source.update().where(here).values(cursor=None, earlier_cursors=[], note=""))


def authorisations_due(store: Store, day: date) -> list[Due]:
    """The authorisations that run out within ENDING, or did and were neither renewed nor ended."""
    with store.reading() as connection:
        known = latest(connection)
    return [
        Due(on=row.expires, words=f"The authorisation of {row.person} ends: renew it or let it go.")
        for row in known
        if row.ended_at is None and day - ENDING <= row.expires <= day + ENDING
    ]


def year_after(day: date) -> date:
    """The same day a year on; after 29 February comes 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def _authorisation(row: Row[Any]) -> Authorisation:
    known = {each.name for each in fields(Authorisation)} - {"number"}
    return Authorisation(number=row.id, **{name: getattr(row, name) for name in known})
