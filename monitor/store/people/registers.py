"""The registers at rest: entries are added, changed and ended, never taken out while they have to be kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import Connection, Row, select, text

from monitor.errors import RegisterRefused
from monitor.registers import REGISTERS, DeclaredEditor, Entry, ImagePermission, Leaver, OfficialAccount
from monitor.store.casework.reminders import Reminding, remind
from monitor.store.store import Store
from monitor.store.tables import RegisterEntry, table_of
from monitor.store.writing import Transaction
from monitor.types import Actor, Due, Registration

AHEAD = timedelta(days=14)
"""So many days before something falls due the digest begins to say so: a review wants an appointment."""

_entry = table_of(RegisterEntry)


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry with its number and history. `ended_at` is None while it is live."""

    kind: str
    number: int
    entry: Entry
    added_by: str
    added_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_why: str


def add_entry(store: Store, kind: str, entry: Entry, by: Actor, now: datetime) -> int:
    """Put an entry into a register; its number. Raises RegisterRefused where it is there already."""
    row = {"kind": kind, "details": entry.model_dump(mode="json"), "added_by": by.name, "added_at": now}
    with store.transaction() as tx:
        _refuse_second(tx, kind, entry)
        number = int(tx.connection.execute(tx.insert(_entry).returning(_entry.c.id), row).scalar_one())
        tx.audit(by, "register.added", f"{kind}:{number}", now)
    return number


def change_entry(store: Store, kind: str, number: int, entry: Entry, by: Actor, now: datetime) -> list[str]:
    """Put `entry` in the place of a live one; the fields that changed. Raises RegisterRefused."""
    with store.transaction() as tx:
        before = _live(tx.connection, kind, number).entry
        _refuse_second(tx, kind, entry, but=number)
        changed = [name for name, value in entry if value != getattr(before, name)]
        statement = _entry.update().where(_entry.c.id == number)
        tx.connection.execute(statement.values(details=entry.model_dump(mode="json")))
        tx.audit(by, "register.changed", f"{kind}:{number}", now, fields=changed)
    return changed


def end_entry(
    store: Store, kind: str, number: int, by: Actor, reason: str, now: datetime, today: date
) -> list[Due]:
    """End a live entry; what is left to do about it, as reminders. Raises RegisterRefused."""
    with store.transaction() as tx:
        entry = _live(tx.connection, kind, number).entry
        ended = {"ended_at": now, "ended_by": by.name, "ended_why": reason}
        tx.connection.execute(_entry.update().where(_entry.c.id == number).values(ended))
        tx.audit(by, "register.ended", f"{kind}:{number}", now, reason)
        due = [Due(on=today + task.within, words=task.words) for task in entry.left_to_do(number)]
        for each in due:
            remind(tx, Reminding("comms", each.words, each.on, f"{kind}:{number}"), by, now)
    return due


def kept_entries(store: Store, kind: str | None = None, *, ended: bool = False) -> list[Kept]:
    """The entries of a register, or of all, oldest first; with `ended` those that are over too."""
    with store.reading() as connection:
        return list(_entries(connection, kind, ended=ended))


def one_entry(store: Store, kind: str, number: int) -> Kept:
    """The entry of that number, live or ended. Raises RegisterRefused."""
    with store.reading() as connection:
        return _one(connection, kind, number)


def official_accounts(connection: Connection) -> list[tuple[OfficialAccount, datetime]]:
    """The accounts that speak for the organisation today, each with the moment from which it is listed."""
    kept = _entries(connection, "official")
    return [(k.entry, k.added_at) for k in kept if isinstance(k.entry, OfficialAccount)]


def official_handles(connection: Connection) -> tuple[str, ...]:
    """Their handles and page names, as people see them."""
    return tuple(account.account for account, _ in official_accounts(connection))


def live_entries(connection: Connection, kind: str) -> list[Entry]:
    """The entries of a register that have not ended, oldest first."""
    return [kept.entry for kept in _entries(connection, kind)]


def permitted_pictures(connection: Connection) -> frozenset[str]:
    """The addresses where pictures are used with a permission in force; no capitals, no slash at the end."""
    entries = (kept.entry for kept in _entries(connection, "image"))
    permissions = (entry for entry in entries if isinstance(entry, ImagePermission))
    return frozenset(at.rstrip("/").casefold() for entry in permissions for at in entry.used_at)


def declared_editors(connection: Connection) -> dict[tuple[str, str], str]:
    """In which capacity the holder of a user name edits, by host of the wiki and user name."""
    found = (kept.entry for kept in _entries(connection, "editors"))
    return {(e.wiki, e.user): e.capacity for e in found if isinstance(e, DeclaredEditor)}


def with_leaving(connection: Connection, known: Registration, person: str) -> Registration:
    """`known` of the authorisation register, with the leaver register's day where it knows of none."""
    if known.left_on is not None:
        return known
    leavers = (k.entry for k in _entries(connection, "leaver") if isinstance(k.entry, Leaver))
    leaver = next((leaver for leaver in leavers if leaver.person == person.upper()), None)
    if leaver is None:
        return known
    return replace(known, left_on=leaver.left_on, days_of_grace=leaver.days_of_grace)


def registers_due(store: Store, day: date, zone: tzinfo) -> list[Due]:
    """What the registers want done by `day` or within AHEAD, the same of several entries as one."""
    wanted: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    for kept in kept_entries(store):
        for on, what in kept.entry.due(kept.added_at.astimezone(zone).date()):
            if on <= day + AHEAD:
                wanted[kept.kind, what].append((on, kept.number))
    return [
        Due(on=min(on for on, _ in entries), words=_told(kind, [number for _, number in entries], what))
        for (kind, what), entries in wanted.items()
    ]


def _told(kind: str, numbers: list[int], what: str) -> str:
    named = ", ".join(map(str, numbers[:8])) + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")
    thing = REGISTERS[kind].ENTRY
    things = thing.capitalize() + ("s" if len(numbers) > 1 else "")
    return f"{things} {named}: {what} (monitor registers {kind} list)"


def _refuse_second(tx: Transaction, kind: str, entry: Entry, but: int = 0) -> None:
    if tx.connection.dialect.name != "sqlite":  # there, one writer at a time is certain already
        tx.connection.execute(text("LOCK TABLE register_entry IN SHARE ROW EXCLUSIVE MODE"))
    if (wanted := entry.identity()) is None:
        return
    for kept in _entries(tx.connection, kind):
        if kept.number != but and kept.entry.identity() == wanted:
            raise RegisterRefused(
                f"this {entry.ENTRY} is in the register already, as number {kept.number}: "
                f"change that one (monitor registers {kind} change {kept.number}) or end it first"
            )


def _live(connection: Connection, kind: str, number: int) -> Kept:
    kept = _one(connection, kind, number)
    if kept.ended_at is not None:
        raise RegisterRefused(
            f"{kept.entry.ENTRY} {number} has ended ({kept.ended_at:%d %b %Y}): add a new one"
        )
    return kept


def _one(connection: Connection, kind: str, number: int) -> Kept:
    c = _entry.c
    row = connection.execute(select(_entry).where(c.kind == kind, c.id == number)).first()
    if row is None:
        what = REGISTERS[kind].ENTRY
        raise RegisterRefused(f"there is no {what} {number}: monitor registers {kind} list --all shows them")
    return _kept(row)


def _entries(connection: Connection, kind: str | None, *, ended: bool = False) -> Iterator[Kept]:
    c = _entry.c
    query = select(_entry).where(c.kind.in_(REGISTERS) if kind is None else c.kind == kind).order_by(c.id)
    for row in connection.execute(query if ended else query.where(c.ended_at.is_(None))):
        yield _kept(row)


def _kept(row: Row[tuple[object, ...]]) -> Kept:
    entry = REGISTERS[row.kind].model_validate(row.details)
    return Kept(
        row.kind, row.id, entry, row.added_by, row.added_at, row.ended_at, row.ended_by, row.ended_why
    )
