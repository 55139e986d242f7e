"""Erasing: everything that is held of somebody goes, and does not come back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Select, and_, delete, exists, func, select

from monitor.store.purging import take_back_mails
from monitor.store.tables import (
    Case,
    CaseStep,
    Decision,
    Delivery,
    DeliveryItem,
    Finding,
    HiddenFinding,
    Mention,
    Occurrence,
    SealedOriginal,
    table_of,
)

if TYPE_CHECKING:
    from monitor.store.writing import Transaction

_mention = table_of(Mention)
_finding = table_of(Finding)
_case = table_of(Case)
_delivery = table_of(Delivery)
_item = table_of(DeliveryItem)
_hidden = table_of(HiddenFinding)
_occurrence = table_of(Occurrence)
_sealed = table_of(SealedOriginal)
_decision = table_of(Decision)
_step = table_of(CaseStep)


@dataclass(frozen=True, slots=True)
class Erased:
    """What one erasure took out: mentions, and cases that nothing was left of.

    `mails` are the Message-IDs of what had been sent since, `kept` says in words what stays, and why.
    """

    mentions: int = 0
    cases: int = 0
    mails: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def erase_staff(tx: Transaction, person: str, now: datetime) -> Erased:
    """Erase what is held of the authorised account of `person` (a pseudonym such as S-014)."""
    c = _mention.c
    return _erase(tx, select(c.id).where(c.subject == f"staff:{person}"), now)


def _erase(tx: Transaction, mentions: Select[tuple[int]], now: datetime) -> Erased:
    """Take the rows of these mentions out of every table; cases go with their last finding."""
    connection = tx.connection
    ids = list(connection.execute(mentions).scalars())
    if not ids:
        return Erased()
    first_seen = connection.execute(
        select(func.min(_mention.c.first_seen_at)).where(_mention.c.id.in_(ids))
    ).scalar_one()
    mails = take_back_mails(connection, _delivery, _delivery.c.created_at >= first_seen)
    of_them = _finding.c.mention_id.in_(ids)
    found = select(_finding.c.id).where(of_them)
    cases = list(connection.execute(select(_finding.c.case_id).where(of_them).distinct()).scalars())
    connection.execute(delete(_item).where(_item.c.finding_id.in_(found)))
    connection.execute(delete(_finding).where(of_them))
    for table in (_hidden, _occurrence, _sealed):
        connection.execute(delete(table).where(table.c.mention_id.in_(ids)))
    connection.execute(delete(_mention).where(_mention.c.id.in_(ids)))
    empty = and_(_case.c.id.in_(cases), ~exists().where(_finding.c.case_id == _case.c.id))
    gone = list(connection.execute(select(_case.c.id).where(empty)).scalars())
    for table in (_decision, _step):
        connection.execute(delete(table).where(table.c.case_id.in_(gone)))
    connection.execute(delete(_case).where(_case.c.id.in_(gone)))
    return Erased(len(ids), len(gone), mails)
