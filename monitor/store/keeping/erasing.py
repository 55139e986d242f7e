"""Erasing: everything that is held of somebody goes, and does not come back.

Unlike a purge it leaves no tombstone, only keyed hashes of what may not come back. What is under a legal
hold, or in a case that was acted on, is kept and reported: Article 17(3) of the UK GDPR has exceptions for
legal claims and for what a public body must do, and a person decides on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, or_, select, union

from monitor.store.keeping.erasures import (
    ACCOUNT,
    ITEM,
    JOURNALLED,
    STAFF,
    Barred,
    account_key,
    address_key,
    subject_key,
)
from monitor.store.keeping.purging import CHUNK, batched, take_back_mails
from monitor.store.keeping.retaining import is_acted_on
from monitor.store.people.subjects import account_subjects, of_account, of_staff
from monitor.store.tables import (
    Alert,
    AlertNotice,
    Authorisation,
    Case,
    CaseStep,
    Decision,
    Delivery,
    DeliveryItem,
    Erasure,
    Finding,
    HiddenFinding,
    LegalHold,
    Mention,
    Occurrence,
    PictureEvidence,
    Reminder,
    SealedOriginal,
    SiteFilter,
    table_of,
)
from monitor.types import SERVICE

if TYPE_CHECKING:
    from monitor.store.store import Store
    from monitor.store.writing import Transaction

HELD, DECIDED, OPEN = "under a legal hold", "in a case that was acted on", "in a case"
"""Why something is kept all the same."""

_mention = table_of(Mention)
_finding = table_of(Finding)
_case = table_of(Case)
_delivery = table_of(Delivery)
_notice = table_of(AlertNotice)
_alert = table_of(Alert)
_item = table_of(DeliveryItem)
_hidden = table_of(HiddenFinding)
_occurrence = table_of(Occurrence)
_sealed = table_of(SealedOriginal)
_evidence = table_of(PictureEvidence)
_decision = table_of(Decision)
_step = table_of(CaseStep)
_hold = table_of(LegalHold)
_reminder = table_of(Reminder)
_filter = table_of(SiteFilter)
_erasure = table_of(Erasure)
_authorisation = table_of(Authorisation)


@dataclass(frozen=True, slots=True)
class Kept:
    """What an erasure left where it is: so many mentions, why, and of which cases."""

    mentions: int
    why: str
    cases: tuple[int, ...]

    def __str__(self) -> str:
        items = f"{self.mentions:,} item" + ("" if self.mentions == 1 else "s")
        return f"{items} {self.why} (case {', '.join(map(str, self.cases))})"


@dataclass(frozen=True, slots=True)
class Erased:
    """What one erasure took out: mentions, and cases that nothing was left of.

    `mails` are the Message-IDs of what had been sent since, `kept` says what stays, and why.
    """

    mentions: int = 0
    cases: int = 0
    mails: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()


def erase_staff(
    tx: Transaction, person: str, now: datetime, why: str = "withdrawn", *, keep_cases: bool = False
) -> Erased:
    """Erase what is held of the authorised accounts of `person` (a pseudonym such as S-014).

    Their accounts may not come back by another way either: so it comes before the end of their rows in the
    register, from which the accounts go. `why` is withdrawn, objected or request.
    """
    a = _authorisation.c
    query = select(a.platform, a.account).where(a.person == person, a.account != "").distinct()
    accounts = [(row.platform, row.account) for row in tx.connection.execute(query)]
    ids = _ids(tx, of_staff(person))
    remember(tx, [Barred(person, STAFF, why, now)])
    for platform, handle in accounts:
        ids |= _bar(tx, platform, handle, why, now)
    return _erase(tx, sorted(ids), now, why, keep_cases=keep_cases)


def erase_account(
    tx: Transaction,
    platform: str,
    handle: str,
    now: datetime,
    why: str = "request",
    *,
    keep_cases: bool = False,
) -> Erased:
    """Erase what is held of a public account; what it writes from now on is not stored either."""
    ids = _bar(tx, platform, handle, why, now)
    return _erase(tx, sorted(ids), now, why, keep_cases=keep_cases)


def erase_items(
    tx: Transaction, mentions: Iterable[int], now: datetime, why: str = "request", *, keep_cases: bool = False
) -> Erased:
    """Erase single mentions, by their numbers."""
    return _erase(tx, sorted(mentions), now, why, keep_cases=keep_cases)


def _ids(tx: Transaction, whose: ColumnElement[bool]) -> set[int]:
    return set(tx.connection.execute(select(_mention.c.id).where(whose)).scalars())


def _bar(tx: Transaction, platform: str, handle: str, why: str, now: datetime) -> set[int]:
    """Keep an account out from now on; the mentions that are there of it."""
    subjects = account_subjects(tx.connection, tx.key, platform, handle)
    keys = [account_key(tx.key, platform, handle), *(subject_key(tx.key, each) for each in sorted(subjects))]
    remember(tx, [Barred(key, ACCOUNT, why, now) for key in keys])
    bare = handle.lstrip("@").casefold()
    of_them = func.lower(_filter.c.author).in_([bare, f"@{bare}"]) & _filter.c.author.is_not(None)
    # Without its author a filter would hide what others write: it ends, and its author goes.
    over = {
        "author": "erased",
        "removed_at": func.coalesce(_filter.c.removed_at, now),
        "removed_by": "erasure",
    }
    tx.connection.execute(_filter.update().where(of_them).values(**over))
    return _ids(tx, of_account(platform, handle, subjects))


def remember(tx: Transaction, entries: Sequence[Barred]) -> None:
    """Note what may not come back, in the table and, at the commit, in the journal."""
    statement = tx.insert(_erasure)
    new = statement.excluded
    again = {"erased_at": new.erased_at, "reason": new.reason}
    for chunk in batched(entries, CHUNK):
        rows = [{"key": e.key, "kind": e.kind, "reason": e.reason, "erased_at": e.erased_at} for e in chunk]
        tx.connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=again), rows)
    tx.erased += entries


# -- taking out ----------------------------------------------------------------------------------------


def _erase(tx: Transaction, ids: Sequence[int], now: datetime, why: str, *, keep_cases: bool) -> Erased:
    """Take the rows of these mentions out of every table; cases go with their last finding."""
    kept = _kept(tx.connection, ids, now.date(), keep_cases=keep_cases)
    stays = {number for numbers, _, _ in kept for number in numbers}
    gone, cases = 0, 0
    mails: set[str] = set()
    for chunk in batched((number for number in ids if number not in stays), CHUNK):
        remember(tx, [Barred(key, ITEM, why, now) for key in _names(tx, chunk)])
        dropped, taken_back = _take_out(tx, chunk)
        cases, mails = cases + dropped, mails | set(taken_back)
        gone += len(chunk)
    told = tuple(Kept(len(numbers), reason, of) for numbers, reason, of in kept)
    return Erased(gone, cases, tuple(sorted(mails)), told)


def _kept(
    connection: Connection, ids: Sequence[int], today: date, *, keep_cases: bool
) -> list[tuple[set[int], str, tuple[int, ...]]]:
    """Which of these mentions stay, why, and because of which cases; the first reason counts."""
    in_cases = select(_finding.c.mention_id, _finding.c.case_id).join(_case, _case.c.id == _finding.c.case_id)
    on_hold = exists().where(
        _hold.c.case_id == _case.c.id, _hold.c.expires_on > today, _hold.c.released_at.is_(None)
    )
    reasons = [(HELD, in_cases.where(on_hold)), (DECIDED, in_cases.where(is_acted_on()))]
    reasons += [(OPEN, in_cases)] if keep_cases else []
    kept: list[tuple[set[int], str, tuple[int, ...]]] = []
    seen: set[int] = set()
    for why, query in reasons:
        numbers: set[int] = set()
        cases: set[int] = set()
        for chunk in batched(ids, CHUNK):
            for mention, number in connection.execute(query.where(_finding.c.mention_id.in_(chunk))):
                if mention not in seen:
                    numbers.add(mention)
                    cases.add(number)
        seen |= numbers
        if numbers:
            kept.append((numbers, why, tuple(sorted(cases))))
    return kept


def _names(tx: Transaction, ids: Sequence[int]) -> set[str]:
    """Everything that these mentions would be known again by."""
    m, o = _mention.c, _occurrence.c
    keys = union(select(m.key).where(m.id.in_(ids)), select(o.key).where(o.mention_id.in_(ids)))
    names = set(tx.connection.execute(keys).scalars())
    urls = set(tx.connection.execute(select(m.url).where(m.id.in_(ids), m.url.is_not(None))).scalars())
    if urls:  # an address that others have as well is no one's own
        shared = select(m.url).where(m.url.in_(urls), m.id.not_in(ids)).distinct()
        urls -= set(tx.connection.execute(shared).scalars())
    return names | {address_key(tx.key, url) for url in urls}


def _take_out(tx: Transaction, ids: Sequence[int]) -> tuple[int, tuple[str, ...]]:
    """Take these mentions out; how many cases nothing was left of, and the mails that had been sent since."""
    tx.wiped = True
    connection, of_them = tx.connection, _finding.c.mention_id.in_(ids)
    first_seen = connection.execute(select(func.min(_mention.c.first_seen_at)).where(_mention.c.id.in_(ids)))
    mails = take_back_mails(connection, _delivery, _delivery.c.created_at >= first_seen.scalar_one())
    cases = list(connection.execute(select(_finding.c.case_id).where(of_them).distinct()).scalars())
    connection.execute(delete(_item).where(_item.c.finding_id.in_(select(_finding.c.id).where(of_them))))
    connection.execute(delete(_finding).where(of_them))
    for table in (_hidden, _occurrence, _sealed, _evidence):
        connection.execute(delete(table).where(table.c.mention_id.in_(ids)))
    connection.execute(delete(_mention).where(_mention.c.id.in_(ids)))
    return sum(_drop_empty(connection, chunk) for chunk in batched(cases, CHUNK)), mails


def _drop_empty(connection: Connection, cases: Sequence[int]) -> int:
    """Drop those of `cases` that have no finding left, and what was merged into them."""
    c = _case.c
    empty = or_(c.id.in_(cases), c.merged_into.in_(cases)) & ~exists().where(_finding.c.case_id == c.id)
    gone = list(connection.execute(select(c.id).where(empty)).scalars())
    for table in (_decision, _step, _hold, _notice, _alert):
        connection.execute(delete(table).where(table.c.case_id.in_(gone)))
    connection.execute(delete(_reminder).where(_reminder.c.about.in_([f"case:{number}" for number in gone])))
    connection.execute(delete(_case).where(c.id.in_(gone)))
    return len(gone)


# -- after a restore -----------------------------------------------------------------------------------


def catch_up(store: Store) -> int:
    """Make the database and the journal know of the same erasures; how many were done over again.

    After a restore the journal knows more: what the backup brought back goes again, and authorisations
    that had ended end again. Where the journal was lost, it is written again from the table.
    """
    if str(store.journal.size()) == (store.meta(JOURNALLED) or "0"):
        return 0
    with store.transaction() as tx:
        known = {row.key: row for row in tx.connection.execute(select(_erasure))}
        told = {entry.key: entry for entry in store.journal.entries()}
        new = [e for e in told.values() if e.key not in known or known[e.key].erased_at < e.erased_at]
        lost = [Barred(r.key, r.kind, r.reason, r.erased_at) for r in known.values() if r.key not in told]
        remember(tx, new)
        _again(tx, new)
        tx.erased[:] = lost
        if new:
            counts: dict[str, Any] = dict(Counter(entry.kind for entry in new))
            tx.audit(SERVICE, "erasures.reapplied", "erasures", datetime.now(UTC), **counts)
        tx.set_meta(JOURNALLED, str(store.journal.size()), replace=True)
    return len(new)


def _again(tx: Transaction, entries: Sequence[Barred]) -> None:
    """Erase what these say, item by item: what was kept then has no entry, and stays."""
    m, o = _mention.c, _occurrence.c
    for chunk in batched((e.key for e in entries if e.kind == ITEM), CHUNK):
        shown = select(o.mention_id).where(o.key.in_(chunk))
        ids = list(tx.connection.execute(union(select(m.id).where(m.key.in_(chunk)), shown)).scalars())
        if ids:
            _take_out(tx, ids)
    for entry in entries:
        if entry.kind == STAFF:
            _end_authorisations(tx, entry)


def _end_authorisations(tx: Transaction, entry: Barred) -> None:
    """End what the register still lets be read of somebody who was erased."""
    c = _authorisation.c
    theirs = (c.person == entry.key) & (c.added_at <= entry.erased_at)
    tx.connection.execute(_authorisation.update().where(theirs).values(account="", name=None, left_on=None))
    why = "objected" if entry.reason == "objected" else "withdrawn"
    ended = {"ended_at": entry.erased_at, "ended_by": SERVICE.name, "ended_for": why}
    tx.connection.execute(_authorisation.update().where(theirs, c.ended_at.is_(None)).values(**ended))
