"""Picture evidence at rest: the crops that show what a rule found in a picture.

A crop is made so that nothing masked can be read in it, and goes with the words of its mention.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, select

from monitor.store.rows import pictures_from
from monitor.store.tables import Finding, Mention, PictureEvidence, table_of
from monitor.types import Crop, Picture

_evidence = table_of(PictureEvidence)
_finding = table_of(Finding)
_mention = table_of(Mention)


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
    """The crops of a case's findings, the oldest first; none of another rule's finding is among them.

    Where several rules have the same to show of a picture, it is shown once.
    """
    rows = connection.execute(_of_cases([case]).add_columns(*_evidence.c))
    return [_kept(row) for row in {_shown(row): row for row in rows}.values()]


def captions(connection: Connection, cases: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """What the crops of these cases show, in words, by case and in the order of `evidence_of`."""
    c = _evidence.c
    rows = connection.execute(_of_cases(cases).add_columns(c.mention_id, c.part, c.digest, c.caption))
    told: dict[int, dict[object, str]] = {}
    for row in rows:
        told.setdefault(row.case_id, {})[_shown(row)] = row.caption
    return {case: tuple(each.values()) for case, each in told.items()}


def _of_cases(cases: Iterable[int]) -> Select[Any]:
    """The crops of these cases' findings, with the case of each."""
    found = select(_finding.c.case_id, _finding.c.mention_id, _finding.c.rule_id)
    theirs = found.where(_finding.c.case_id.in_(list(cases))).distinct().subquery()
    of_case = (_evidence.c.mention_id == theirs.c.mention_id) & (_evidence.c.rule_id == theirs.c.rule_id)
    return select(theirs.c.case_id).join(_evidence, of_case).order_by(_evidence.c.id)


def _shown(row: Row[Any]) -> tuple[object, ...]:
    return row.mention_id, row.part, row.digest, row.caption


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


def pictures_seen(connection: Connection, case: int) -> list[tuple[str, Picture]]:
    """What was seen in the pictures of a case's mentions, under their names, the oldest mention first."""
    of_case = select(_finding.c.mention_id).where(_finding.c.case_id == case)
    query = select(_mention.c.pictures).where(_mention.c.id.in_(of_case)).order_by(_mention.c.id)
    return [seen for (stored,) in connection.execute(query) for seen in pictures_from(stored).items()]
