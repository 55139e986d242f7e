"""Keeping the register: what a row must be before it counts, its renewal, and its end with what is erased."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from monitor import refusals
from monitor.authorisation import bare
from monitor.config.layers import PSEUDONYM
from monitor.errors import MonitorError
from monitor.store import Store
from monitor.store.keeping.erasing import Erased, erase_staff
from monitor.store.people.register import Authorisation, add, end, forget_readings, rows, year_after
from monitor.store.writing import Transaction
from monitor.types import Actor

SCOPES = ("references", "everything")
GROUPS = ("staff", "governor")
WITHDRAWN, OBJECTED = "withdrawn", "objected"


class RowRefused(MonitorError):
    """A row that the register does not take: its `field` that is wrong; `grounds` is a word of REFUSED."""

    def __init__(self, field: str, why: str, grounds: str = "") -> None:
        super().__init__(why)
        self.field = field
        self.grounds = grounds


@dataclass(frozen=True, slots=True)
class Ended:
    """What the end of an authorisation did: rows that ended, and what was erased with them."""

    rows: int
    erased: Erased


def enter(store: Store, row: Authorisation, by: Actor, now: datetime, today: date) -> int:
    """Put a first row of a person into the register; its number. Raises RowRefused."""
    _look_at(row, today)
    with store.transaction() as tx:
        known = rows(tx.connection)
        _look_for_others(row, known, today)
        return add(tx, row, by, now)


def renew(
    store: Store, person: str, by: Actor, now: datetime, today: date, **changes: object
) -> Authorisation:
    """Add a row that follows on the last one of `person`, with these `changes`. Raises RowRefused."""
    with store.transaction() as tx:
        last = _last(tx, person)
        if last.ended_for is not None:
            raise RowRefused("person", f"{_how_it_ended(last)}: what has been taken back is not renewed")
        renewed = replace(last, number=0, starts=max(last.expires, today), left_on=last.left_on)
        renewed = replace(renewed, **{key: value for key, value in changes.items() if value is not None})  # type: ignore[arg-type]
        _look_at(renewed, today)
        return replace(renewed, number=add(tx, renewed, by, now, "account.renewed"))


def finish(
    store: Store, person: str, why: str, by: Actor, now: datetime, reason: str, sources: Collection[str]
) -> Ended:
    """End what lets `person` be read and erase what is held of them, in one transaction.

    `why` is WITHDRAWN or OBJECTED, `sources` are the names of those that read the account. The next request
    finds no live row, and a page that is being read is not stored any more. Raises RowRefused.
    """
    with store.transaction() as tx:
        last = _last(tx, person)
        if last.ended_for is not None:
            raise RowRefused("person", f"{_how_it_ended(last)} already: nothing of theirs is read")
        _names_nobody(reason, last)
        erased = erase_staff(tx, person, now, why)
        ended = end(tx, person, why, by, now, reason)
        forget_readings(tx, sources)
        counts: dict[str, Any] = {"rows": ended, "mentions": erased.mentions, "cases": erased.cases}
        tx.audit(by, f"account.{why}", f"account:{person}", now, reason, **counts)
    return Ended(ended, erased)


def _last(tx: Transaction, person: str) -> Authorisation:
    theirs = rows(tx.connection, person)
    if not theirs:
        raise RowRefused("person", f"nobody in the register is called {person}: see `monitor accounts list`")
    return theirs[-1]


def _how_it_ended(row: Authorisation) -> str:
    on = f" on {row.ended_at:%d %b %Y}" if row.ended_at else ""
    return f"{row.person} {'objected' if row.ended_for == OBJECTED else 'was withdrawn'}{on}"


def _names_nobody(reason: str, row: Authorisation) -> None:
    """Raise RowRefused where a reason names whom the row is about: the audit log forgets nothing."""
    names = filter(None, (bare(row.account), (row.name or "").casefold()))
    if any(name in reason.casefold() for name in names):
        raise RowRefused("reason", f"names the account or the person: say {row.person}, it is kept for years")


# -- what a row must be ----------------------------------------------------------------------------


def pseudonym(person: str) -> str:
    """A person's reference. Raises RowRefused for what could be a name or a handle."""
    if not re.fullmatch(PSEUDONYM, person):
        raise RowRefused(
            "person", "must be a reference that says nothing, such as S-014: no name, no handle, no initials"
        )
    return person


def _look_at(row: Authorisation, today: date) -> None:
    """Raise RowRefused for a row that cannot stand, whatever else the register holds."""
    pseudonym(row.person)
    if refusal := refusals.REFUSED.get(row.scope.replace("-", "_")):
        raise RowRefused("scope", str(refusal), row.scope.replace("-", "_"))
    if row.scope not in SCOPES:
        raise RowRefused("scope", f"must be {' or '.join(SCOPES)}")
    if refusal := refusals.of_platform(row.platform, opted_in=row.platform_opt_in is not None):
        needs = " Give the day on which they agreed (--opt-in)." if row.platform in refusals.OPT_IN else ""
        raise RowRefused("platform", f"{refusal}{needs}", row.platform)
    if row.staff_group not in GROUPS:
        raise RowRefused("group", f"must be {' or '.join(GROUPS)}")
    if row.staff_group == "governor" and row.addendum_on is None:
        raise RowRefused("addendum", "is needed for a governor: the day on which they signed it (CDD 3.7)")
    _look_at_days(row, today)


def _look_at_days(row: Authorisation, today: date) -> None:
    past = (("notice-date", row.notice_date), ("opt-in", row.platform_opt_in), ("addendum", row.addendum_on))
    for option, day in past:
        if day is not None and day > today:
            raise RowRefused(option, "is in the future: it has to have happened before anything is read")
    if row.notice_date > row.starts:
        raise RowRefused("notice-date", "must not be after --starts: people are told first")
    if not row.starts < row.expires <= year_after(row.starts):
        raise RowRefused("expires", f"must be after --starts, and {year_after(row.starts)} at the latest")
    if row.expires <= today:
        raise RowRefused("expires", "must be after today")


def _look_for_others(row: Authorisation, known: Collection[Authorisation], today: date) -> None:
    """Raise RowRefused where the person or the account is in the register already."""
    for other in known:
        if other.person == row.person and other.ended_for == OBJECTED:
            why = f"{_how_it_ended(other)}: that stands; if they took it back, use a new reference"
            raise RowRefused("person", why)
        if other.person == row.person and other.ended_for is None:
            why = f"has a row until {other.expires:%d %b %Y}: type `monitor accounts renew {row.person}`"
            raise RowRefused("person", f"{why}; a second account gets a reference of its own")
        same = other.platform == row.platform and bare(other.account) == bare(row.account)
        if same and other.ended_for is None and today < other.expires:
            raise RowRefused("account", f"is registered already, as {other.person}")
