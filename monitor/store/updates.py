"""What changed since somebody was last told: of the cases that are owed to them, of filters. No content.

Each question is bounded: what happened after one row of the audit log, what is open for one recipient.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select

from monitor.store.casework.casefiles import OPEN
from monitor.store.routing import REFUSED, SUPERSEDED
from monitor.store.tables import (
    AuditEntry,
    Case,
    DeliveryItem,
    Finding,
    Mention,
    Occurrence,
    SiteFilter,
    table_of,
)
from monitor.types import SERVICE, Kind, Lane, State, Update

AT_MOST = 500
"""Changes that are looked at for one digest, the latest: nobody reads more in a mail."""
ENDING = timedelta(days=7)
"""So many days before a filter ends a digest says so."""
OLD_EDIT = timedelta(days=7)
"""An older edit is not told, even where the post was looked at just now: newer rules look at all again."""

LEFT, STAFF = "ex-employee", "staff:"
"""The category of cases about leavers' profiles, and how the subject of a case about staff begins."""

CHANGES = ("case.closed", "case.escalated", "case.lowered", "case.merged", "case.reopened")
PURGED = {
    "deleted": "deleted from the platform",
    "withheld": "withheld by the platform",
    "hidden": "hidden by the platform",
    "retention": "purged here, having been kept for long enough",
    "expired": "purged here, as the platform's terms ask",
}
"""What became of a post, by why its words went."""
WIKI_HIDES = frozenset({"withheld", "hidden"})
"""What is said here of an edit whose words the wiki took from public view."""

_audit = table_of(AuditEntry)
_case = table_of(Case)
_filter = table_of(SiteFilter)
_finding = table_of(Finding)
_item = table_of(DeliveryItem)
_mention = table_of(Mention)
_occurrence = table_of(Occurrence)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom the changes are for: an address, the lanes it may be told of, what each role is called."""

    address: str
    lanes: frozenset[Lane]
    titles: Mapping[str, str]

    def title(self, role: str) -> str:
        """What a role is called."""
        return self.titles.get(role, role.replace("_", " "))

    def owed(self) -> ColumnElement[bool]:
        """True for an item of theirs that neither went to somebody else nor was refused."""
        mine = _item.c.recipient == self.address
        return and_(mine, _item.c.status.not_in((SUPERSEDED, REFUSED)))


def case_changes(connection: Connection, reader: Reader, after: int) -> list[Update]:
    """The cases of the reader that were closed, escalated, merged or reopened after that audit row.

    Of several changes to one case the last is told.
    """
    c = _audit.c
    query = select(_audit).where(c.id > after, c.action.in_(CHANGES)).order_by(c.id.desc()).limit(AT_MOST)
    last: dict[int, Row[Any]] = {}
    for row in connection.execute(query):
        last.setdefault(int(row.object.partition(":")[2]), row)
    into = {case: int(row.details.get("into", case)) for case, row in last.items()}
    known = _cases_of(connection, reader, into.values())
    return [_changed(case, row, reader) for case, row in last.items() if into[case] in known]


def _cases_of(connection: Connection, reader: Reader, cases: Iterable[int]) -> frozenset[int]:
    """Those of `cases` that are owed to the reader or were told to them."""
    query = (
        select(_finding.c.case_id)
        .join(_item, _item.c.finding_id == _finding.c.id)
        .join(_case, _case.c.id == _finding.c.case_id)
        .where(_finding.c.case_id.in_(set(cases)), reader.owed(), _case.c.lane.in_(sorted(reader.lanes)))
    )
    return frozenset(connection.execute(query.distinct()).scalars())


def _changed(case: int, row: Row[Any], reader: Reader) -> Update:
    details = row.details
    words = {
        "case.closed": f"closed: {_plain(details.get('outcome'))}",
        "case.escalated": f"escalated to {reader.title(details.get('to', ''))}",
        "case.lowered": f"lowered to {details.get('severity')}: another edit has put the page right",
        "case.merged": f"merged into case {details.get('into')}",
        "case.reopened": "opened again" + (", for a new finding" if row.role == SERVICE.role else ""),
    }[row.action]
    return Update(at=row.at, words=f"Case {case} was {words}.", case=case)


def _plain(outcome: object) -> str:
    return str(outcome).replace("-", " ").replace("_", " ")


def post_changes(connection: Connection, reader: Reader, since: datetime) -> list[Update]:
    """The open cases of the reader behind which a post was purged or edited since then."""
    c = _mention.c
    gone = c.purged_at > since
    judged = exists().where(_occurrence.c.mention_id == c.id, _occurrence.c.seen_at > since)
    fresh = and_(c.first_seen_at <= since, c.edited_at > since - OLD_EDIT)
    query = (
        select(_case.c.id, c.id.label("mention"), c.kind, c.purged_for, c.purged_at, c.edited_at)
        .join(_finding, _finding.c.case_id == _case.c.id)
        .join(_item, _item.c.finding_id == _finding.c.id)
        .join(_mention, c.id == _finding.c.mention_id)
        .where(reader.owed(), _case.c.status == OPEN, _case.c.lane.in_(sorted(reader.lanes)))
        .where(or_(gone, and_(c.state == State.EDITED.value, fresh, judged)))
        .distinct()
        .order_by(_case.c.id)
        .limit(AT_MOST)
    )
    return list(_told(connection.execute(query)))


def _told(rows: Iterable[Row[Any]]) -> Iterator[Update]:
    """One sentence for each case and thing that happened, however many posts it happened to."""
    found: dict[tuple[int, str, str], list[datetime]] = {}
    for row in rows:
        what = PURGED.get(row.purged_for, "purged here") if row.purged_for else "edited since"
        thing = "edit" if row.kind == Kind.PAGE_EDIT else "post"
        if thing == "edit" and row.purged_for in WIKI_HIDES:
            what = "hidden by the wiki since"
        found.setdefault((row.id, thing, what), []).append(row.purged_at or row.edited_at)
    for (case, thing, what), moments in found.items():
        one = f"An {thing}" if thing == "edit" else f"A {thing}"
        posts = f"{len(moments)} {thing}s" if len(moments) > 1 else one
        was = "were" if len(moments) > 1 else "was"
        yield Update(at=max(moments), words=f"{posts} behind case {case} {was} {what}.", case=case)


def leavers_named(connection: Connection, reader: Reader) -> list[Update]:
    """The leavers, by the register's reference, whose profile names the organisation: one open case each."""
    c = _case.c
    query = (
        select(c.id, c.subject)
        .join(_finding, _finding.c.case_id == c.id)
        .join(_item, _item.c.finding_id == _finding.c.id)
        .where(reader.owed(), c.status == OPEN, c.category == LEFT, c.lane.in_(sorted(reader.lanes)))
        .where(c.subject.startswith(STAFF))
        .distinct()
        .order_by(c.id)
    )
    return [
        Update(words=f"{_person(row.subject)} has left, and a profile still names us.", case=row.id)
        for row in connection.execute(query.limit(AT_MOST))
    ]


def _person(subject: str) -> str:
    return subject.removeprefix(STAFF)


def filters_ending(connection: Connection, told: date | None, today: date) -> list[Update]:
    """The filters that end within ENDING, each said once: `told` is the day of the digest before."""
    c = _filter.c
    ending = and_(c.removed_at.is_(None), c.expires_on > today, c.expires_on <= today + ENDING)
    query = select(c.id, c.rule_id, c.expires_on, c.created_at).where(ending).order_by(c.expires_on, c.id)
    return [
        Update(words=f"Filter {row.id} ({_rules(row.rule_id)}) ends on {row.expires_on:%d %b %Y}.")
        for row in connection.execute(query.limit(AT_MOST))
        if told is None or row.expires_on > told + ENDING or row.created_at.date() >= told
    ]


def _rules(rule_id: str) -> str:
    return "any rule" if rule_id == "*" else rule_id
