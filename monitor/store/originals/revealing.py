"""What of a case could be revealed: its findings, and the original that each was made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from monitor.store.originals.sealed import POST, Original, originals_of
from monitor.store.tables import Case, Finding, Mention, table_of
from monitor.types import Lane, Severity

_case = table_of(Case)
_finding = table_of(Finding)
_mention = table_of(Mention)


@dataclass(frozen=True, slots=True)
class Found:
    """A finding of a case, and of its mention what revealing it needs. `url` is the masked copy's."""

    id: int
    title: str
    rule_id: str
    severity: Severity
    created_at: datetime
    mention: int
    platform: str
    url: str | None
    purged_for: str | None
    may_store_text: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """What there is to open for a finding: its words (None where none are kept), pictures, other versions."""

    words: Original | None
    pictures: tuple[Original, ...]
    other_versions: int


def lane_of(connection: Connection, case: int) -> Lane | None:
    """The lane of a case, None where there is no such case."""
    lane = connection.execute(select(_case.c.lane).where(_case.c.id == case)).scalar()
    return None if lane is None else Lane(lane)


def findings_of(connection: Connection, case: int) -> list[Found]:
    """The findings of a case in the order they were made."""
    c = _finding.c
    query = (
        select(_finding, _mention.c.platform, _mention.c.url, _mention.c.purged_for, _mention.c.terms)
        .join(_mention, _mention.c.id == c.mention_id)
        .where(c.case_id == case)
        .order_by(c.id)
    )
    return [
        Found(
            id=row.id,
            title=row.title,
            rule_id=row.rule_id,
            severity=Severity(row.severity),
            created_at=row.created_at,
            mention=row.mention_id,
            platform=row.platform,
            url=row.url,
            purged_for=row.purged_for,
            may_store_text=bool((row.terms or {}).get("may_store_text", True)),
        )
        for row in connection.execute(query)
    ]


def opening(connection: Connection, found: Found) -> Opening:
    """What is sealed for a finding: the version that it was made of, or else the newest."""
    sealed = originals_of(connection, found.mention)
    versions = [each for each in sealed if each.part == POST]
    return Opening(
        words=_version(versions, found.created_at),
        pictures=tuple(each for each in sealed if each.part != POST),
        other_versions=max(len(versions) - 1, 0),
    )


def _version(versions: Sequence[Original], moment: datetime) -> Original | None:
    made_of = next((each for each in versions if each.sealed_at >= moment), None)
    return made_of or (versions[-1] if versions else None)
