"""The last week in numbers, beside the weeks before: what was seen, kept and found. Counts, of nobody.

The protected lane is in none of them. Each question is answered from an index, however much is stored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal, select, union_all

from monitor.store.casework.decisions import latest_verdicts
from monitor.store.tables import Delivery, Finding, Mention, table_of
from monitor.types import Lane, RuleWeek, Trend, Verdict

WEEK = timedelta(days=7)
WEEKS = 6
"""The week, the one before, and four that say what is usual."""
NEAR = timedelta(hours=12)
"""How far from a week's end a digest may have been made whose totals stand for it."""

FOUND = {
    Lane.CONFIDENTIAL: "findings of personal or confidential matters",
    Lane.CONDUCT: "findings on staff accounts",
    Lane.COMMS: "findings for communications",
}
"""What is counted, by lane, in the order of a digest."""

_delivery = table_of(Delivery)
_finding = table_of(Finding)
_mention = table_of(Mention)


@dataclass(frozen=True, slots=True)
class Span:
    """The weeks to count: until when, and since when there was anything to count. Aware UTC."""

    until: datetime
    installed: datetime | None = None

    @property
    def ends(self) -> list[datetime]:
        """The ends of the weeks and the beginning of the first, newest first."""
        return [self.until - n * WEEK for n in range(WEEKS + 1)]

    def covers(self, weeks: int) -> bool:
        """Whether this installation is at least so many weeks old."""
        return self.installed is None or self.installed <= self.until - weeks * WEEK


def trends(
    connection: Connection,
    span: Span,
    lanes: Collection[Lane],
    recipient: str,
    totals: Mapping[str, int],
) -> tuple[Trend, ...]:
    """What the sources gave, what was kept and, in these lanes, found; nothing in the first two weeks.

    `totals` are the sources' totals now; those of earlier weeks stand in the deliveries to `recipient`.
    """
    if not span.covers(2):
        return ()
    shown = [lane for lane in FOUND if lane in lanes]
    found = _findings(connection, span, shown)
    counted: list[tuple[str, Sequence[int | None]]] = [
        ("items seen", _seen(connection, span, recipient, totals["seen"])),
        ("mentions", _mentions(connection, span)),
        *((FOUND[lane], found[lane]) for lane in shown),
    ]
    return tuple(trend for words, weeks in counted if (trend := _trend(words, weeks, span)))


def _trend(words: str, weeks: Sequence[int | None], span: Span) -> Trend | None:
    now, before, *earlier = weeks
    if now is None or before is None:
        return None
    known = [number for number in earlier if number is not None]
    usual = (min(known), max(known)) if len(known) == len(earlier) and span.covers(WEEKS) else None
    return Trend(words=words, now=now, before=before, usual=usual)


def _seen(connection: Connection, span: Span, recipient: str, now: int) -> list[int | None]:
    """What the sources gave in each week, by the totals that digests noted; None where none was near."""
    c = _delivery.c
    mine = (c.recipient == recipient) & c.kind.in_(("digest", "weekly"))
    query = select(c.created_at, c.totals).where(mine, c.created_at >= span.ends[-1] - NEAR)
    noted = [
        (row.created_at, row.totals["seen"]) for row in connection.execute(query) if "seen" in row.totals
    ]
    ends = [now, *(_nearest(noted, end) for end in span.ends[1:])]
    return [
        later - earlier if later is not None and earlier is not None and later >= earlier else None
        for later, earlier in pairwise(ends)
    ]


def totals_by(connection: Connection, moment: datetime) -> dict[str, int]:
    """The sources' totals that the last digest before `moment` noted; empty where there was none."""
    c = _delivery.c
    query = select(c.totals).where(c.kind == "digest", c.created_at <= moment)
    return dict(connection.execute(query.order_by(c.id.desc()).limit(1)).scalar() or {})


def _nearest(noted: Sequence[tuple[datetime, int]], moment: datetime) -> int | None:
    near = [(abs(at - moment), total) for at, total in noted if abs(at - moment) <= NEAR]
    return min(near)[1] if near else None


def _mentions(connection: Connection, span: Span) -> list[int]:
    """Mentions first seen in each week, purged ones as well."""
    c = _mention.c
    weeks = (
        select(literal(n).label("week"), func.count()).select_from(_mention).where(within)
        for n, within in enumerate(_weeks(c.first_seen_at, span))
    )
    found = dict(connection.execute(union_all(*weeks)).all())
    return [int(found[n]) for n in range(WEEKS)]


def _findings(connection: Connection, span: Span, lanes: Collection[Lane]) -> dict[Lane, list[int]]:
    """Findings of each of these lanes made in each week."""
    c = _finding.c
    counts = (
        select(literal(lane.value).label("lane"), literal(n).label("week"), func.count())
        .select_from(_finding)
        .where(c.lane == lane.value, within)
        for lane in lanes
        for n, within in enumerate(_weeks(c.created_at, span))
    )
    found = {lane: [0] * WEEKS for lane in lanes}
    for lane, week, number in connection.execute(union_all(*counts)) if lanes else ():
        found[Lane(lane)][week] = int(number)
    return found


def _weeks(column: Any, span: Span) -> Iterator[ColumnElement[bool]]:
    for later, earlier in pairwise(span.ends):
        yield (column >= earlier) & (column < later)


def rule_weeks(connection: Connection, until: datetime, lanes: Collection[Lane]) -> tuple[RuleWeek, ...]:
    """What each rule found in the last seven days and the seven before, in these lanes, the most first.

    `decided` are the cases of these findings of which somebody said that the rule was right or wrong.
    """
    c, week = _finding.c, until - WEEK
    here = (c.created_at >= until - 2 * WEEK) & (c.created_at < until)
    here &= c.lane.in_(sorted(set(lanes) & set(FOUND)))
    now = func.sum(case((c.created_at >= week, 1), else_=0)).label("now")
    query = select(c.rule_id, now, func.count().label("all"), func.max(c.id).label("last"))
    rows = connection.execute(query.where(here).group_by(c.rule_id)).all()
    titled = select(c.rule_id, c.title).where(c.id.in_([row.last for row in rows]))
    titles = dict(connection.execute(titled).all())
    wrong = _verdicts(connection, here)
    found = (
        RuleWeek(
            rule_id=row.rule_id,
            title=titles[row.rule_id],
            now=int(row.now),
            before=int(row.all - row.now),
            decided=sum(wrong.get(row.rule_id, {}).values()),
            wrong=wrong.get(row.rule_id, {}).get(Verdict.WRONG, 0),
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda week: (-week.now, -week.before, week.rule_id)))


def _verdicts(connection: Connection, here: ColumnElement[bool]) -> dict[str, dict[str, int]]:
    """How many cases of each rule were decided, by verdict: a case is one decision, whatever is in it."""
    c, last = _finding.c, latest_verdicts().subquery()
    query = (
        select(c.rule_id, last.c.verdict, func.count(c.case_id.distinct()))
        .join(last, last.c.case_id == c.case_id)
        .where(here)
        .group_by(c.rule_id, last.c.verdict)
    )
    found: dict[str, dict[str, int]] = {}
    for rule_id, verdict, number in connection.execute(query):
        found.setdefault(rule_id, {})[verdict] = int(number)
    return found
