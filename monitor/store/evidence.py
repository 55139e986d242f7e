"""Picture evidence at rest: the crops that show what a rule found in a picture.

A crop is made so that nothing masked can be read in it, and goes with the words of its mention.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select

from monitor.store.tables import Finding, PictureEvidence, table_of
from monitor.types import Crop

_evidence = table_of(PictureEvidence)
_finding = table_of(Finding)


@dataclass(frozen=True, slots=True)
class Kept:
    """A crop as it rests: its number, its mention, and when it was cut (aware UTC)."""

    number: int
    mention: int
    crop: Crop
    cut_at: datetime


def keep(
    connection: Connection, insert: Callable[..., Any], crops: Iterable[tuple[Crop, int]], now: datetime
) -> None:
    """Store crops with the mentions (by id) that they belong to; one that is there stays as it is."""
    rows = [
        {
            "mention_id": mention,
            "rule_id": crop.rule_id,
            "part": crop.where,
            "digest": crop.digest,
            "caption": crop.caption,
            "png": crop.png,
            "cut_at": now,
        }
        for crop, mention in crops
    ]
    if rows:
        connection.execute(insert(_evidence).on_conflict_do_nothing(), rows)


def evidence_of(connection: Connection, case: int) -> list[Kept]:
    """The crops of a case's findings, the oldest first; none of another rule's finding is among them."""
    found = select(_finding.c.mention_id, _finding.c.rule_id)
    theirs = found.where(_finding.c.case_id == case).subquery()
    of_case = (_evidence.c.mention_id == theirs.c.mention_id) & (_evidence.c.rule_id == theirs.c.rule_id)
    query = select(_evidence).join(theirs, of_case).distinct().order_by(_evidence.c.id)
    return [_kept(row) for row in connection.execute(query)]


def evidence_in(connection: Connection, mentions: Iterable[int]) -> list[Kept]:
    """The crops of these mentions, the oldest first."""
    return _found(connection, _evidence.c.mention_id.in_(list(mentions)))


def one(connection: Connection, number: int) -> Kept | None:
    """The crop of that number, None where there is none (any more)."""
    return next(iter(_found(connection, _evidence.c.id == number)), None)


def drop(connection: Connection, mentions: Iterable[int]) -> None:
    """Delete the crops of these mentions."""
    connection.execute(delete(_evidence).where(_evidence.c.mention_id.in_(list(mentions))))


def _found(connection: Connection, where: ColumnElement[bool]) -> list[Kept]:
    return [_kept(row) for row in connection.execute(select(_evidence).where(where).order_by(_evidence.c.id))]


def _kept(row: Any) -> Kept:
    crop = Crop(
        rule_id=row.rule_id, where=row.part, digest=row.digest, caption=row.caption, png=bytes(row.png)
    )
    return Kept(row.id, row.mention_id, crop, row.cut_at)
