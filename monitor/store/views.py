"""Cases as people see them: masked, with the finding that speaks for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, or_, select
from sqlalchemy import case as sql_case

from monitor.clocks import COMPLAINTS, Clock, Clocks, Timing
from monitor.passages import passages
from monitor.roles import ROLES, TOLD, lanes_told
from monitor.store.casework.alerts import heard_of
from monitor.store.casework.casefiles import HELD_FOR, OPEN, answers_of
from monitor.store.evidence import captions
from monitor.store.excerpts import around, shorten
from monitor.store.routing import REFUSED, SUPERSEDED
from monitor.store.rows import change_from, pictures_from
from monitor.store.store import Store
from monitor.store.tables import Case, DeliveryItem, Finding, Mention, Occurrence, table_of
from monitor.types import IMAGE, Clause, Item, Lane, MentionLine, Pace, Recipient, Severity, Span

_item = table_of(DeliveryItem)
_finding = table_of(Finding)
_case = table_of(Case)
_mention = table_of(Mention)
_occurrence = table_of(Occurrence)

EDIT, PLACES = 320, 3
"""Characters of an edit that are shown, and places of the page."""
FINGERPRINT = 8
"""Characters of a hash that tell one version of an item from another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What one digest may hold: whose, under which roles, as they asked for it.

    Cases that only weekly rules found are in it where it is `weekly`; what was found `since` then counts as
    new, told before or not.
    """

    address: str
    rows: tuple[Recipient, ...]
    weekly: bool = True
    since: datetime | None = None

    @property
    def roles(self) -> frozenset[str]:
        """The roles that it is for."""
        return frozenset(row.role for row in self.rows)

    @property
    def lanes(self) -> frozenset[Lane]:
        """The lanes that it may tell of."""
        return lanes_told(self.roles) - {Lane.PROTECTED}

    def holds(self, case: Sequence[Row[Any]]) -> bool:
        """Whether it is time for the case of these findings."""
        return self.weekly or any(row.pace != Pace.WEEKLY for row in case)

    def asked(self, lane: Lane, severity: Severity, category: str) -> bool:
        """Whether the recipient asked to hear of such a case, in any role that is told of its lane."""
        return any(_asks(row, lane, severity, category) for row in self.rows if row.role in TOLD[lane])


def _asks(row: Recipient, lane: Lane, severity: Severity, category: str) -> bool:
    if lane is Lane.CONFIDENTIAL and row.role == TOLD[lane][0]:
        return True  # whoever is asked about patients first hears of all of it
    return severity >= row.min_severity and (not row.categories or category in row.categories)


@dataclass(frozen=True, slots=True)
class Selected:
    """The cases of a digest, the ledger ids that it accounts for, how many new cases were not asked for."""

    items: tuple[Item, ...]
    item_ids: tuple[int, ...]
    below: int


def items_for(
    store: Store, wanted: Selection, clauses: Mapping[str, Clause], clocks: Clocks | None = None
) -> Selected:
    """New and still open cases, most severe first; never outside the lanes of the recipient's roles.

    All of it is read in one look: what arrives later is not in it, and not accounted for.
    """
    owed = and_(_item.c.status == "owed", _item.c.delivery_id.is_(None))
    fresh = owed if wanted.since is None else or_(owed, _finding.c.created_at >= wanted.since)
    query = (
        _findings(clocks)
        .add_columns(owed.label("owed"), fresh.label("fresh"), _item.c.id.label("item_id"))
        .join(_item, _item.c.finding_id == _finding.c.id)
        .where(_item.c.recipient == wanted.address)
        .where(or_(fresh, _case.c.status == "open"))
        .where(_item.c.status.not_in((SUPERSEDED, REFUSED)))
        .where(_case.c.lane.in_(sorted(wanted.lanes)))
    )
    with store.reading() as connection:
        rows = list(connection.execute(query.order_by(_case.c.id, _finding.c.id)))
        timely = [row for case in _by_case(rows) if wanted.holds(case) for row in case]
        shown = [row for row in timely if wanted.asked(*_kind(row))]
        items = _items(connection, shown, clauses, wanted.roles, clocks)
        items = _alerted(connection, items, wanted.address)
    below = {row.case_id for row in timely if row.fresh and not wanted.asked(*_kind(row))}
    return Selected(tuple(items), tuple(row.item_id for row in timely if row.owed), len(below))


def _kind(row: Row[Any]) -> tuple[Lane, Severity, str]:
    return Lane(row.lane), Severity(row.case_severity), row.case_category


def _by_case(rows: Iterable[Row[Any]]) -> list[list[Row[Any]]]:
    return [list(group) for _, group in groupby(rows, key=lambda row: row.case_id)]


def items_found_since(
    store: Store, moment: datetime, clauses: Mapping[str, Clause], source: str | None = None
) -> list[Item]:
    """The cases with a finding made since `moment`, most severe first; for the terminal, not for mail.

    With `source`, only those of mentions that it was the first to show.
    """
    query = _findings().where(_finding.c.created_at >= moment, _case.c.lane != Lane.PROTECTED)
    if source is not None:
        query = query.where(_mention.c.source == source)
    with store.reading() as connection:
        rows = list(connection.execute(query.order_by(_case.c.id, _finding.c.id)))
        return _items(connection, rows, clauses, frozenset(), None)


def items_of(
    store: Store,
    numbers: Iterable[int],
    clauses: Mapping[str, Clause],
    clocks: Clocks,
    found_by: datetime | None = None,
) -> dict[int, Item]:
    """These cases by number; one whose findings went into another, or are gone, is not there.

    `found_by` leaves out what was found later.
    """
    query = _findings(clocks).where(_case.c.id.in_(numbers), _case.c.lane != Lane.PROTECTED)
    if found_by is not None:
        query = query.where(_finding.c.created_at <= found_by)
    with store.reading() as connection:
        rows = list(connection.execute(query.order_by(_case.c.id, _finding.c.id)))
        items = _items(connection, rows, clauses, frozenset(), clocks)
    return {item.number: item for item in items}


def mentions_of(store: Store, source: str, since: datetime) -> list[tuple[MentionLine, tuple[int, ...]]]:
    """What `source` was the first to show since then, newest first, and the cases that it is in.

    Of what is in a case of the confidential lane the headline is left to those who are told of the case.
    """
    c = _mention.c
    query = select(_mention, literal(1).label("places")).where(c.source == source, c.first_seen_at >= since)
    with store.reading() as connection:
        rows = list(connection.execute(query.order_by(c.id.desc())))
        found = select(_finding.c.mention_id, _finding.c.case_id, _finding.c.lane).distinct()
        cases = list(connection.execute(found.where(_finding.c.mention_id.in_([row.id for row in rows]))))
    sealed = {case.mention_id for case in cases if case.lane == Lane.CONFIDENTIAL}
    lines = ((row.id, mention_line(row)) for row in rows)
    return [
        (
            replace(line, headline="(confidential)") if number in sealed else line,
            tuple(sorted({case.case_id for case in cases if case.mention_id == number})),
        )
        for number, line in lines
    ]


def mention_line(row: Row[Any]) -> MentionLine:
    """A mention without a finding, for a list."""
    return MentionLine(
        platform=row.platform,
        source=row.source,
        headline=shorten(_headline(row), 120) if _may_mail(row) else "",
        url=row.url,
        seen_at=row.first_seen_at,
        places=row.places,
    )


def _headline(row: Row[Any]) -> str:
    if row.change:
        return f"{row.title}, edited: {row.text or 'no summary'}"
    return str(row.title or row.text)


def _findings(clocks: Clocks | None = None) -> Select[Any]:
    places = (
        select(func.count(_occurrence.c.id))
        .where(_occurrence.c.mention_id == _mention.c.id)
        .scalar_subquery()
        .label("places")
    )
    seen_as = (
        select(func.max(_occurrence.c.content_hash))
        .where(_occurrence.c.mention_id == _mention.c.id, _occurrence.c.source == _mention.c.source)
        .scalar_subquery()
        .label("seen_as")
    )
    return (
        select(
            _case.c.id.label("case_id"),
            _case.c.lane,
            _case.c.severity.label("case_severity"),
            _case.c.category.label("case_category"),
            _case.c.status,
            _case.c.owner,
            _case.c.route,
            _case.c.opened_at,
            _holder(clocks).label("held_by"),
            _case.c.confirmed_at,
            _finding,
            _mention.c.platform,
            _mention.c.author,
            _mention.c.title.label("headline"),
            _mention.c.text,
            _mention.c.url,
            _mention.c.change,
            _mention.c.pictures,
            _mention.c.terms,
            _mention.c.purged_for,
            _mention.c.created_at.label("posted_at"),
            _mention.c.first_seen_at,
            seen_as,
            places,
        )
        .join(_case, _case.c.id == _finding.c.case_id)
        .join(_mention, _mention.c.id == _finding.c.mention_id)
    )


def _holder(clocks: Clocks | None) -> ColumnElement[str | None]:
    """Who is at work on a case: whoever claimed it, while that is fresh."""
    fresh = _case.c.held_at >= clocks.now - HELD_FOR if clocks else _case.c.held_at.is_not(None)
    return sql_case((fresh, _case.c.held_by))


def _items(
    connection: Connection,
    rows: Sequence[Row[Any]],
    clauses: Mapping[str, Clause],
    roles: frozenset[str],
    clocks: Clocks | None,
) -> list[Item]:
    cases, running = _by_case(rows), _running(connection, rows, clocks)
    shown = captions(connection, [case[0].case_id for case in cases])
    items = (_case_item(case, clauses, roles, running.get(case[0].case_id, ())) for case in cases)
    return sorted((replace(item, pictures=shown.get(item.number, ())) for item in items), key=_urgency)


def _alerted(connection: Connection, items: Sequence[Item], address: str) -> list[Item]:
    """The items with when an urgent message told `address` of them, and who acknowledged the alert."""
    heard = heard_of(connection, [item.number for item in items], address)
    return [
        replace(item, told_at=heard[item.number][0], acknowledged_by=heard[item.number][1])
        if item.number in heard
        else item
        for item in items
    ]


def _urgency(item: Item) -> tuple[object, ...]:
    last = datetime.max.replace(tzinfo=UTC)
    return (-item.severity.rank, item.clock_ends or last, item.opened_at, item.number)


def _running(
    connection: Connection, rows: Iterable[Row[Any]], clocks: Clocks | None
) -> dict[int, list[Clock]]:
    """The clocks of the open cases among these, by case."""
    grouped = {int(case[0].case_id): case for case in _by_case(rows)}
    timed = {case: group for case, group in grouped.items() if _is_timed(group)}
    if clocks is None or not timed:
        return {}
    answers = answers_of(connection, timed)
    return {case: clocks.running(_timing(group, answers[case])) for case, group in timed.items()}


def _is_timed(rows: Sequence[Row[Any]]) -> bool:
    of_interest = rows[0].confirmed_at is not None or any(row.category in COMPLAINTS for row in rows)
    return rows[0].status == OPEN and of_interest


def _timing(rows: Sequence[Row[Any]], answers: Mapping[str, str]) -> Timing:
    complaint = any(row.category in COMPLAINTS for row in rows)
    return Timing(
        confirmed_at=rows[0].confirmed_at,
        first_seen_at=min(row.first_seen_at for row in rows),
        posted_at=min(row.posted_at or row.first_seen_at for row in rows),
        answered=answers.keys(),
        is_complaint=complaint and answers.get("complaint") != "is-none",
    )


def _case_item(
    rows: list[Row[Any]],
    clauses: Mapping[str, Clause],
    roles: frozenset[str],
    running: Sequence[Clock],
) -> Item:
    lead = max(rows, key=lambda row: Severity(row.severity).rank)
    return Item(
        number=lead.case_id,
        lane=Lane(lead.lane),
        severity=Severity(lead.case_severity),
        title=lead.title,
        reason=lead.reason,
        rule_id=lead.rule_id,
        platform=lead.platform,
        author=lead.author,
        excerpt=excerpt(lead),
        url=lead.url,
        clauses=tuple(clauses[c] for c in lead.clauses if c in clauses),
        counter_clauses=tuple(clauses[c] for c in lead.counter_clauses if c in clauses),
        confidence=lead.confidence,
        status=lead.status,
        owner=lead.owner,
        opened_at=lead.opened_at,
        seen_at=lead.first_seen_at,
        posted_at=lead.posted_at,
        findings=len(rows),
        places=max(row.places for row in rows),
        page=lead.change["page"] if lead.change else None,
        mailable=_may_mail(lead),
        is_new=any(getattr(row, "fresh", True) for row in rows),
        purged_for=lead.purged_for,
        misrouted=_missing(lead.route) if roles and roles.isdisjoint(lead.route) else None,
        clock="; also ".join(clock.words for clock in running) or None,
        clock_ends=running[0].ends if running else None,
        held_by=lead.held_by,
        told=tuple(lead.route),
        fingerprint=(lead.seen_as or "")[:FINGERPRINT],
        category=lead.category,
        **_edit(lead),
    )


def _edit(lead: Row[Any]) -> dict[str, Any]:
    """What an item shows of an edit: the places that its finding is about first."""
    if not lead.change:
        return {}
    change = change_from(lead.change)
    about = [Span(start, end, label, where) for where, start, end, label in lead.spans]
    return {"passages": passages(change, EDIT, PLACES, about), "editor": change.editor}


def _missing(route: Sequence[str]) -> str | None:
    """The role that something was for and that nobody holds; None where nobody need hold it."""
    return None if ROLES[route[0]].optional else str(route[0])


def _may_mail(row: Row[Any]) -> bool:
    return bool((row.terms or {}).get("may_mail_excerpt", True))


def excerpt(row: Row[Any]) -> str:
    """The masked words from the first span on, with a little before it: at most EXCERPT characters."""
    where, start, _end, _label = row.spans[0] if row.spans else ("text", 0, 0, "")
    whole = _part(row, where)
    return around(whole, start, wikitext=where in ("added", "removed"))


def _part(row: Row[Any], where: str) -> str:
    if where in ("added", "removed") and row.change:
        side = "new" if where == "added" else "old"
        return "\n\n".join(hunk[side] for hunk in row.change["hunks"])
    if where == "title":
        return str(row.headline)
    if where.startswith(IMAGE):
        seen = pictures_from(row.pictures).get(where)
        return (seen.text if seen else "") or str(row.text or row.headline)
    if where == "bio":
        return ""  # profiles are judged, not kept
    return str(row.text or row.headline)
