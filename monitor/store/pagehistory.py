"""Stored edits of watched pages: what was done to a page, newest first, and counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from monitor.store.batches import batched
from monitor.store.rows import change_from
from monitor.store.tables import Case, Finding, Mention, table_of
from monitor.types import Change, EditorKind, Kind, Lane, Severity, State

Place = tuple[str, str]
"""A page: the source that watches it, and how its cases call it."""

_AT_ONCE = 100  # edits in memory: each may hold a whole page

_mention = table_of(Mention)
_finding = table_of(Finding)
_case = table_of(Case)
_EDITS = _mention.c.kind == Kind.PAGE_EDIT
_AT = func.coalesce(_mention.c.created_at, _mention.c.first_seen_at)


@dataclass(frozen=True, slots=True)
class EditFinding:
    """What was found in an edit, and the case that it is in."""

    rule_id: str
    title: str
    severity: Severity
    lane: Lane
    reason: str
    case: int


@dataclass(frozen=True, slots=True)
class StoredEdit:
    """An edit as it is stored, masked. `change` is None once its words are purged, `purged_for` says why."""

    number: int
    subject: str
    source: str
    title: str
    url: str | None
    author: str
    summary: str
    state: State
    at: datetime
    change: Change | None
    purged_for: str | None
    findings: tuple[EditFinding, ...] = ()


def titles(connection: Connection, source: str) -> dict[str, str]:
    """Every title that a stored edit of a source has a page under -> its subject: pages are moved."""
    query = select(_mention.c.title, func.max(_mention.c.subject)).where(_EDITS, _mention.c.source == source)
    rows = connection.execute(query.where(_mention.c.change.is_not(None)).group_by(_mention.c.title))
    return {title: subject for title, subject in rows}


def edits(connection: Connection, source: str, subject: str, since: datetime) -> Iterator[StoredEdit]:
    """The stored edits of a page made since then, newest first; a hundred in memory at a time."""
    of_page = (_EDITS, _mention.c.source == source, _mention.c.subject == subject, since <= _AT)
    query = select(_mention.c.id).where(*of_page).order_by(_AT.desc(), _mention.c.id.desc())
    for some in batched(list(connection.execute(query).scalars()), _AT_ONCE):
        rows = {row.id: row for row in connection.execute(select(_mention).where(_mention.c.id.in_(some)))}
        found = _findings(connection, some)
        yield from (_edit(rows[number], found[number]) for number in some if number in rows)


def editors(connection: Connection, since: datetime) -> dict[Place, Counter[EditorKind | None]]:
    """How many edits each kind of editor made since then, by page, None = not known; no entries of logs."""
    c = _mention.c
    kind, event = c.change["editor"]["kind"].as_string(), c.change["event"].as_string()
    query = select(c.source, c.subject, kind).where(_EDITS, since <= _AT, event.is_(None))
    found: dict[Place, Counter[EditorKind | None]] = defaultdict(Counter)
    for source, page, by in connection.execute(query):
        found[source, page][by and EditorKind(by)] += 1
    return found


def open_cases(connection: Connection, subjects: Sequence[str]) -> dict[str, list[tuple[int, Lane]]]:
    """The open cases about pages, by their subject, each with its lane; never of the protected one."""
    query = select(_case.c.subject, _case.c.id, _case.c.lane).where(
        _case.c.subject.in_(subjects), _case.c.status == "open", _case.c.lane != Lane.PROTECTED
    )
    found: dict[str, list[tuple[int, Lane]]] = defaultdict(list)
    for subject, number, lane in connection.execute(query.order_by(_case.c.id)):
        found[subject].append((number, Lane(lane)))
    return found


def _findings(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[EditFinding, ...]]:
    query = select(_finding).where(_finding.c.mention_id.in_(numbers), _finding.c.lane != Lane.PROTECTED)
    found: dict[int, list[EditFinding]] = defaultdict(list)
    for row in connection.execute(query.order_by(_finding.c.id)):
        severity, lane = Severity(row.severity), Lane(row.lane)
        found[row.mention_id].append(
            EditFinding(row.rule_id, row.title, severity, lane, row.reason, row.case_id)
        )
    return defaultdict(tuple, {number: tuple(each) for number, each in found.items()})


def _edit(row: Row[Any], findings: tuple[EditFinding, ...]) -> StoredEdit:
    return StoredEdit(
        number=row.id,
        subject=row.subject,
        source=row.source,
        title=_title(row),
        url=row.url,
        author=row.author,
        summary=row.text,
        state=State(row.state),
        at=row.created_at or row.first_seen_at,
        change=change_from(row.change) if row.change else None,
        purged_for=row.purged_for,
        findings=findings,
    )


def _title(row: Row[Any]) -> str:
    return str(row.title or (row.change or {}).get("page", ""))
