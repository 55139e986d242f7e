"""The protected lane at rest: its posts in a table of their own, and nothing of them in any other.

What may be a protected disclosure leaves no mention, sight, finding, case or debt that another role's
commands read. The same story by another way stays here too, and so does a post that is edited afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, delete, exists, func, or_, select

from monitor.store.excerpts import around
from monitor.store.identity import content_hash
from monitor.store.purging import take_back_mails
from monitor.store.sitekey import SiteKey
from monitor.store.tables import (
    Case,
    Decision,
    Delivery,
    DeliveryItem,
    Finding,
    HiddenFinding,
    Mention,
    Occurrence,
    ProtectedPost,
    table_of,
)
from monitor.types import Clause, Item, Lane, Severity

if TYPE_CHECKING:
    from monitor.store.writing import Judged

    Named = tuple[Judged, tuple[str, str | None, str | None]]
    """A judged post and what it answers to: its identity, its address, its words."""

_post = table_of(ProtectedPost)
_mention = table_of(Mention)
_occurrence = table_of(Occurrence)
_finding = table_of(Finding)
_hidden = table_of(HiddenFinding)
_decision = table_of(Decision)
_case = table_of(Case)
_item = table_of(DeliveryItem)
_delivery = table_of(Delivery)

NAMES = ("key", "address_key", "text_key")


class ProtectedLane:
    """What one writing transaction does about the protected lane."""

    def __init__(self, connection: Connection, key: SiteKey) -> None:
        self.connection = connection
        self.key = key

    def take(self, source: str, page: Sequence[Named], version: str, now: datetime) -> frozenset[str]:
        """Keep those of `page` that belong here, erase what was kept of them elsewhere; their keys."""
        found = {name for judged, names in page if judged.is_protected for name in names if name}
        known = self._known({name for _, names in page for name in names if name})
        mine = [each for each in page if each[0].is_protected or not (found | known).isdisjoint(each[1])]
        if not mine:
            return frozenset()
        self._erase({name for _, names in mine for name in names if name})
        for judged, names in sorted(mine, key=lambda each: not each[0].is_protected):
            self._keep(source, judged, names, again=not known.isdisjoint(names), version=version, now=now)
            known.update(name for name in names if name)
        return frozenset(judged.key for judged, _ in mine)

    def _known(self, names: set[str]) -> set[str]:
        """Those of `names` that something in the lane answers to."""
        columns = [_post.c[column] for column in NAMES]
        return {
            name
            for column in columns
            for name in self.connection.execute(select(column).where(column.in_(names))).scalars()
        }

    def _keep(
        self,
        source: str,
        judged: Judged,
        names: tuple[str, str | None, str | None],
        *,
        again: bool,
        version: str,
        now: datetime,
    ) -> None:
        c = _post.c
        seen = {"content_hash": content_hash(self.key, judged.post), "judged_by": version, "seen_at": now}
        seen |= {"recheck_id": judged.post.recheck_id, "checked_at": now}
        here = and_(c.source == source, c.key == judged.key)
        row = self.connection.execute(select(c.again, c.content_hash, c.changes).where(here)).first()
        if row is None:
            told = _words(judged, again=again) | {"again": again, "changes": 0, "first_seen_at": now}
            named = dict(zip(NAMES, names, strict=True))
            self.connection.execute(_post.insert().values(source=source, **named, **seen, **told))
            return
        changes = row.changes + (row.content_hash != seen["content_hash"])
        told = _words(judged, again=row.again) if judged.is_protected else {}
        self.connection.execute(_post.update().where(here).values(changes=changes, **seen, **told))

    def _erase(self, names: set[str]) -> None:
        """Take out of every other table what an earlier version, or the same story elsewhere, left there."""
        c = _mention.c
        query = select(c.id, c.first_seen_at).where(or_(*(c[column].in_(names) for column in NAMES)))
        mentions = dict(self.connection.execute(query).all())
        if not mentions:
            return
        of_them = _finding.c.mention_id.in_(mentions)
        cases = list(self.connection.execute(select(_finding.c.case_id).where(of_them)).scalars())
        take_back_mails(self.connection, _delivery, _delivery.c.created_at >= min(mentions.values()))
        empty = and_(_case.c.id.in_(cases), ~exists().where(_finding.c.case_id == _case.c.id))
        for statement in (
            delete(_hidden).where(_hidden.c.mention_id.in_(mentions)),
            delete(_item).where(_item.c.finding_id.in_(select(_finding.c.id).where(of_them))),
            delete(_finding).where(of_them),
            delete(_decision).where(_decision.c.case_id.in_(select(_case.c.id).where(empty))),
            delete(_case).where(empty),
            delete(_occurrence).where(_occurrence.c.mention_id.in_(mentions)),
            delete(_mention).where(c.id.in_(mentions)),
        ):
            self.connection.execute(statement)


def _words(judged: Judged, *, again: bool) -> dict[str, Any]:
    """What the Guardian is told: no author, and nothing at all where an earlier row tells the story."""
    empty = dict.fromkeys(("rule_id", "title", "reason", "platform", "excerpt"), "")
    usual = {"confidence": 0.0, "clauses": [], "counter_clauses": [], "url": None, "posted_at": None}
    usual["may_mail_excerpt"] = judged.masked.terms.may_mail_excerpt
    finding = next((f for f in judged.findings if f.lane is Lane.PROTECTED), None)
    if again or finding is None:
        return empty | usual
    span = next(iter(finding.spans), None)
    text = judged.masked.part(span.where) if span else judged.masked.text
    return {
        "rule_id": finding.rule_id,
        "title": finding.title,
        "reason": finding.reason,
        "confidence": finding.confidence,
        "clauses": list(finding.clauses),
        "counter_clauses": list(finding.counter_clauses),
        "platform": judged.masked.platform,
        "url": judged.masked.url,
        "excerpt": around(text, span.start if span else 0) if judged.masked.terms.may_store_text else "",
        "may_mail_excerpt": judged.masked.terms.may_mail_excerpt,
        "posted_at": judged.masked.created_at,
    }


def protected_items(
    connection: Connection, after: int, clauses: Mapping[str, Clause]
) -> tuple[list[Item], int]:
    """The items of the lane with an id above `after`, oldest first, and the highest id there is."""
    query = select(_post).where(_post.c.id > after, _post.c.again.is_(False)).order_by(_post.c.id)
    items = [_item_of(row, clauses) for row in connection.execute(query)]
    return items, connection.execute(select(func.max(_post.c.id))).scalar() or 0


def _item_of(row: Any, clauses: Mapping[str, Clause]) -> Item:
    def known(ids: Iterable[str]) -> tuple[Clause, ...]:
        return tuple(clauses[each] for each in ids if each in clauses)

    return Item(
        number=row.id,
        lane=Lane.PROTECTED,
        severity=Severity.INFO,
        title=row.title,
        reason=row.reason,
        rule_id=row.rule_id,
        platform=row.platform,
        author="",
        excerpt=row.excerpt,
        url=row.url,
        clauses=known(row.clauses),
        counter_clauses=known(row.counter_clauses),
        confidence=row.confidence,
        status="new",
        owner="concerns",
        opened_at=row.first_seen_at,
        seen_at=row.first_seen_at,
        posted_at=row.posted_at,
        mailable=row.may_mail_excerpt,
    )
