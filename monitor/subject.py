"""What an organisation holds of one person, put together for that person (UK GDPR, Article 15).

Masked as it is stored; other people in it are masked, too. What may be a protected disclosure is never part
of it: that is for its Guardian alone, and nothing here says whether there is any.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection

from monitor.config import Retention as Periods
from monitor.smallcounts import few
from monitor.store import Store
from monitor.store.keeping.erasures import account_key
from monitor.store.keeping.retaining import class_of
from monitor.store.people import export as held
from monitor.store.people.subjects import account_subjects, of_account, of_staff
from monitor.store.sitekey import SiteKey
from monitor.types import Clause, Terms

SOMEBODY = "[somebody else]"

_HANDLE = re.compile(r"(?<![\w@./])@[\w][\w.-]*(?:@[\w.-]+)?(?<![.-])")


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a request is about: a reference such as S-014, or an account on a platform."""

    name: str
    platform: str | None = None

    @classmethod
    def parse(cls, text: str) -> Who:
        """`S-014` or `PLATFORM:HANDLE`. Raises ValueError for neither."""
        platform, colon, handle = text.strip().partition(":")
        name = handle.strip() if colon else platform
        if not name or (colon and not platform.strip()):
            raise ValueError("neither a reference such as S-014 nor PLATFORM:HANDLE")
        return cls(name, platform.strip().casefold() if colon else None)

    @property
    def shown(self) -> str:
        """As it was typed."""
        return self.name if self.platform is None else f"{self.platform}:{self.name}"

    def object(self, key: SiteKey) -> str:
        """As the audit log names them: it holds no handles."""
        if self.platform is None:
            return f"account:{self.name}"
        return f"account:{account_key(key, self.platform, self.name)[:16]}"

    def mentions(self, connection: Connection, key: SiteKey) -> ColumnElement[bool]:
        """Their mentions."""
        if self.platform is None:
            return of_staff(self.name)
        subjects = account_subjects(connection, key, self.platform, self.name)
        return of_account(self.platform, self.name, subjects)


@dataclass(frozen=True, slots=True)
class Exporter:
    """Puts an export together. `terms` are those of each source, `contact` is whom to ask about it."""

    store: Store
    periods: Periods
    clauses: Mapping[str, Clause]
    organisation: str
    terms: Mapping[str, Terms] = field(default_factory=dict)
    contact: str = ""

    def export(self, who: Who, now: datetime) -> dict[str, Any]:
        """Everything that is held of `who`, as plain values for JSON and for the page. Raises StoreError."""
        with self.store.reading() as connection:
            rows = list(held.items(connection, who.mentions(connection, self.store.key)))
            ids = [row.id for row in rows]
            findings, sights = held.findings(connection, ids), held.sights(connection, ids)
            hidden = held.hidden(connection, ids)
            cases = self._cases(connection, findings, now.date())
            register = held.authorisations(connection, who.name) if who.platform is None else []
        items = [self._item(row, findings[row.id], sights[row.id], hidden[row.id], cases) for row in rows]
        told = {
            "organisation": self.organisation, "contact": self.contact, "about": who.shown, "made_at": now,
            "register": [_plain(row) for row in register], "items": items, "cases": list(cases.values()),
        }  # fmt: skip
        masked: dict[str, Any] = _without_others(told, who)
        return masked

    def _item(
        self,
        row: Any,
        findings: Sequence[Any],
        sights: Sequence[Any],
        hidden: Sequence[Any],
        cases: Mapping[int, Any],
    ) -> dict[str, Any]:
        of_it = [cases[f.case_id] for f in findings if f.case_id in cases]
        return {
            "number": row.id,
            "platform": row.platform,
            "kind": row.kind,
            "came_from": sorted({sight.source for sight in sights} | {row.source}),
            "author": row.author,
            "address": row.url,
            "title": row.title,
            "text": row.text,
            "change": row.change,
            "pictures": [_picture(where, seen) for where, seen in row.pictures or ()],
            "published_at": row.created_at,
            "first_seen_at": row.first_seen_at,
            "last_seen_at": max((sight.seen_at for sight in sights), default=None),
            "refers_by": [alias for alias, *_ in row.references],
            "purged_at": row.purged_at,
            "purged_for": row.purged_for,
            "kept_until": self._kept_until(row, of_it),
            "terms": asdict(self.terms.get(row.source) or Terms(**(row.terms or {}))),
            "findings": [self._finding(each) for each in findings],
            "set_aside_by_a_filter": [each.rule_id for each in hidden],
        }

    def _finding(self, row: Any) -> dict[str, Any]:
        return {
            "rule": row.rule_id,
            "title": row.title,
            "lane": row.lane,
            "severity": row.severity,
            "reason": row.reason,
            "found_at": row.created_at,
            "case": row.case_id,
            "clauses": [self._clause(each) for each in row.clauses],
            "clauses_that_protect": [self._clause(each) for each in row.counter_clauses],
        }

    def _clause(self, number: str) -> str:
        clause = self.clauses.get(number)
        return f"{number}: {clause.paraphrase}" if clause else number

    def _kept_until(self, row: Any, cases: Sequence[Mapping[str, Any]]) -> date | None:
        """The last day of its words here; None where they went, or a legal hold keeps them."""
        if row.purged_at is not None or any(each["held_until"] for each in cases):
            return None
        ends = [each["kept_until"] for each in cases]
        end = max(ends) if ends else (row.first_seen_at + self.periods.mentions).date()
        return end if isinstance(end, date) else None

    # -- cases ------------------------------------------------------------------------------------

    def _cases(self, connection: Connection, findings: held.Rows, today: date) -> dict[int, Any]:
        mine = {f.case_id: set[int]() for of_it in findings.values() for f in of_it}
        for mention, of_it in findings.items():
            for each in of_it:
                mine[each.case_id].add(mention)
        rows, decided = held.cases(connection, mine), held.decisions(connection, mine)
        steps, holds = held.steps(connection, mine), held.holds(connection, mine)
        looks, told = held.looks(connection, mine), held.told(connection, mine)
        sizes = held.sizes(connection, mine)
        return {
            number: {
                "number": number,
                **self._case(row, decided[number], holds[number], today),
                "items_by_others": few(sizes[number] - len(mine[number])),
                "decisions": [
                    {"verdict": d.verdict, "reason": d.reason, "made_at": d.made_at} for d in decided[number]
                ],
                "steps": [
                    {"step": s.step, "answer": s.answer, "note": s.note, "made_at": s.made_at}
                    for s in steps[number]
                ],
                "who_looked": [
                    {"at": e.at, "role": e.role, "action": e.action, "reason": e.reason}
                    for e in looks[number]
                ],
                "mailed_to": [{"role": t.role, "at": t.at} for t in told[number]],
            }
            for number, (row,) in rows.items()
        }

    def _case(self, row: Any, decided: Sequence[Any], holds: Sequence[Any], today: date) -> dict[str, Any]:
        kind = class_of(row.outcome, decided[-1].verdict if decided else None)
        ended = row.closed_at or (decided[-1].made_at if decided else row.opened_at)
        since = row.opened_at if kind == "unreviewed" else ended
        in_force = [hold.expires_on for hold in holds if hold.released_at is None and hold.expires_on > today]
        return {
            "lane": row.lane,
            "severity": row.severity,
            "status": row.status,
            "opened_at": row.opened_at,
            "closed_at": row.closed_at,
            "outcome": row.outcome,
            "kept_until": (since + getattr(self.periods, kind)).date(),
            "held_until": max(in_force, default=None),
        }


def _picture(where: str, seen: Mapping[str, Any]) -> dict[str, Any]:
    """What is held of a picture, for its person."""
    told = ("text", "faces", "has_location", "not_read")
    marks = [mark["owner"] or mark["reference"] for mark in seen["marks"]]
    return {"picture": where, "logos": marks, **{name: seen[name] for name in told}}


def _plain(row: Any) -> dict[str, Any]:
    """A row of the register for its person: everything but who wrote it."""
    return {key: value for key, value in row._mapping.items() if key not in ("id", "added_by", "ended_by")}


def _without_others(value: Any, who: Who) -> Any:
    """The same with the names by which others are addressed masked, wherever they stand."""
    if isinstance(value, str):
        return _HANDLE.sub(lambda match: match[0] if _is_own(match[0], who) else SOMEBODY, value)
    if isinstance(value, Mapping):
        return {key: _without_others(each, who) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_others(each, who) for each in value]
    return value


def _is_own(handle: str, who: Who) -> bool:
    return handle.lstrip("@").casefold() == who.name.lstrip("@").casefold()
