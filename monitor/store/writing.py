"""What one writing transaction may do: a page's mentions, findings, cases and cursor, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from monitor.checkpoints import checkpoint
from monitor.store import evidence as pictures
from monitor.store.audit import AuditLog
from monitor.store.casework.opening import open_or_extend
from monitor.store.casework.undone import bring_down
from monitor.store.identity import content_hash, fold_keys
from monitor.store.keeping.erasures import Barred
from monitor.store.keeping.purging import Purging
from monitor.store.originals import sealed
from monitor.store.protected import ProtectedLane
from monitor.store.rows import (
    back_row,
    bearer,
    copy_row,
    edit_row,
    evidence,
    finding_row,
    mention_row,
)
from monitor.store.sitekey import SiteKey
from monitor.store.tables import (
    Delivery,
    DeliveryItem,
    Finding,
    HiddenFinding,
    Mention,
    Meta,
    Occurrence,
    PictureCount,
    Source,
    table_of,
)
from monitor.types import Actor, Crop, Filter, Lane, Post, Reference, SourceState
from monitor.types import Finding as FindingValue

KEPT_CURSORS = 10
COUNTED = timedelta(days=62)
"""How long it is known what came of a source's pictures: longer than from one digest to the next."""

_meta = table_of(Meta)
_source = table_of(Source)
_mention = table_of(Mention)
_occurrence = table_of(Occurrence)
_finding = table_of(Finding)
_hidden = table_of(HiddenFinding)
_item = table_of(DeliveryItem)
_delivery = table_of(Delivery)
_counted = table_of(PictureCount)


@dataclass(frozen=True, slots=True)
class Judged:
    """A post that was looked at: as it came, its masked copy, and what was found.

    `key` is the stored form of its identity; `post` only makes the other keyed hashes; what is stored
    is `masked`. `author` and `subject` are what may be shown and grouped by: a public handle, or a
    pseudonym for an authorised account. `hidden` are findings that a filter keeps from becoming cases.
    `locked` is what it said before it was masked, sealed; `crops` is the picture evidence of its findings.
    """

    key: str
    post: Post
    masked: Post
    references: tuple[Reference, ...]
    findings: tuple[FindingValue, ...]
    author: str = ""
    subject: str = ""
    hidden: tuple[tuple[Filter, FindingValue], ...] = ()
    locked: tuple[sealed.Locked, ...] = ()
    crops: tuple[Crop, ...] = ()

    @property
    def is_undone(self) -> bool:
        """True for an edit that another one has put right since."""
        return self.post.change is not None and self.post.change.reverted_by is not None

    @property
    def is_protected(self) -> bool:
        """True where it may be a protected disclosure."""
        return any(finding.lane is Lane.PROTECTED for finding in self.findings)


@dataclass(frozen=True, slots=True)
class NewCase:
    """Where a finding belongs: the case's key and what a case opened by it on local `day` would say."""

    key: str
    subject: str
    owner: str
    recipients: tuple[str, ...]
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """What one page added. `protected` are the keys of what the protected lane took: it counts nowhere."""

    mentions: int = 0
    folded: int = 0
    findings: int = 0
    protected: frozenset[str] = frozenset()
    hidden: int = 0


class Transaction:
    """One writing transaction on an open connection; the store commits or rolls it back.

    Whoever erases in it sets `wiped`: the store then leaves no earlier page of the database behind, either.
    """

    def __init__(self, connection: Connection, key: SiteKey) -> None:
        self.connection = connection
        self.key = key
        self.wiped = False
        self.insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        self.erased: list[Barred] = []
        """What was erased: the store writes it into the journal before it commits."""
        self.besides: dict[str, Any] = {}
        """What every entry of the audit log made here says besides, such as by which way somebody came."""

    def purging(self, today: date) -> Purging:
        """What this transaction does about words that must go."""
        return Purging(self.connection, today, self.key)

    def audit(
        self,
        actor: Actor,
        action: str,
        object: str,
        now: datetime,
        reason: str = "",
        *,
        protected: bool = False,
        **details: Any,
    ) -> None:
        """Write down in the audit log what this transaction does. Ids only, never content.

        What the protected lane does is told in its own log, and there only.
        """
        log = AuditLog(self.connection, protected=protected)
        log.append(actor, action, object, now, reason, **details | self.besides)

    # -- a page -----------------------------------------------------------------------------------

    def save_page(
        self,
        source: str,
        judged: Sequence[Judged],
        version: str,
        now: datetime,
        place: Callable[[Judged, FindingValue], NewCase],
    ) -> Saved:
        """Store what was kept of a page: mentions folded, findings new to their mention, cases extended.

        What the protected lane takes is stored there and nowhere else.
        """
        if not judged:
            return Saved()
        named = [(j, (j.key, *fold_keys(self.key, j.post))) for j in judged]
        lane = ProtectedLane(self.connection, self.key)
        protected = lane.take(source, named, version, now)
        self.wiped |= lane.erased
        named = [(j, names) for j, names in named if j.key not in protected]
        if not named:
            return Saved(protected=protected)
        judged = [j for j, _ in named]
        keys = [j.key for j in judged]
        folds = [names[1:] for _, names in named]
        known = self._known_mentions(keys, folds)
        new = [
            mention_row(j, key, fold, now)
            for j, key, fold in zip(judged, keys, folds, strict=True)
            if _match(known, key, fold) is None
        ]
        fresh = self._insert_mentions(new)
        checkpoint("page.mentions")
        self._refresh(source, {j.key: (j, known[j.key]) for j in judged if j.key in known}, now)
        ids = [_match(known, key, fold) or fresh[key] for key, fold in zip(keys, folds, strict=True)]
        self._save_occurrences(source, judged, keys, ids, version, now)
        parts = ((part, id_) for j, id_ in zip(judged, ids, strict=True) for part in j.locked)
        sealed.keep(self.connection, self.insert, parts, now)
        crops = ((crop, id_) for j, id_ in zip(judged, ids, strict=True) for crop in j.crops)
        pictures.keep(self.connection, self.insert, crops, now)
        found = self._save_findings(judged, ids, now, place)
        hidden = self._save_hidden(judged, ids, now)
        added = len(set(fresh.values()))
        folded = sum(k not in known for k in keys) - added
        return Saved(mentions=added, folded=folded, findings=found, hidden=hidden, protected=protected)

    def _known_mentions(
        self, keys: Sequence[str], folds: Sequence[tuple[str | None, str | None]]
    ) -> dict[str, int]:
        """Mention ids by every key they answer to: identity, address, words."""
        c = _mention.c
        known: dict[str, int] = {}
        for column, wanted in (
            (c.text_key, [w for _, w in folds if w]),
            (c.address_key, [a for a, _ in folds if a]),
            (c.key, list(keys)),
        ):
            if wanted:
                known |= {
                    k: i for k, i in self.connection.execute(select(column, c.id).where(column.in_(wanted)))
                }
        return known

    def _insert_mentions(self, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
        """Insert, folding within the page as well: the first of several equals stands for them."""
        fresh: dict[str, int] = {}
        unique: dict[str, dict[str, Any]] = {}
        alias: dict[str, str] = {}
        for row in rows:
            twin = next((alias[k] for k in (row["address_key"], row["text_key"]) if k in alias), None)
            if twin is None:
                unique[row["key"]] = row
                twin = row["key"]
            for name in (row["key"], row["address_key"], row["text_key"]):
                if name:
                    alias.setdefault(name, twin)
        if unique:
            # Asking for the ids afterwards is twice as fast as RETURNING, which SQLAlchemy makes of
            # statements with a thousand rows of values each.
            self.connection.execute(self.insert(_mention), list(unique.values()))
            c = _mention.c
            fresh = dict(self.connection.execute(select(c.key, c.id).where(c.key.in_(unique))).all())
        return fresh | {row["key"]: fresh[alias[row["key"]]] for row in rows}

    def _refresh(self, source: str, known: Mapping[str, tuple[Judged, int]], now: datetime) -> None:
        """Replace the copies of what `source` has shown before: edited, or only masked by newer rules.

        The same item by another source leaves the copy alone: an excerpt is no edit.
        """
        c = _occurrence.c
        query = select(c.key, c.content_hash).where(c.source == source, c.key.in_(known))
        shown = dict(self.connection.execute(query).all()) if known else {}
        here = {key: known[key] for key in shown}
        edited = {
            key: (j, id_)
            for key, (j, id_) in here.items()
            # To be put right by somebody else's edit is not to be edited.
            if not j.is_undone and shown[key] != content_hash(self.key, j.post)
        }
        self._update_mentions([copy_row(j, id_) for j, id_ in here.values()])
        self._update_mentions([edit_row(j, id_, now) for key, (j, id_) in edited.items() if shown[key]])
        # What was lost and is shown again has no hash: it is back, not edited.
        back = [here[key] for key, known_as in shown.items() if not known_as]
        self._update_mentions([back_row(j, id_, fold_keys(self.key, j.post)) for j, id_ in back])

    def _update_mentions(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            self.connection.execute(_mention.update().where(_mention.c.id == bindparam("b_id")), rows)

    def _save_occurrences(
        self,
        source: str,
        judged: Sequence[Judged],
        keys: Sequence[str],
        ids: Sequence[int],
        version: str,
        now: datetime,
    ) -> None:
        rows = [
            {
                "source": source,
                "key": key,
                "mention_id": id_,
                "url": j.masked.url,
                "content_hash": content_hash(self.key, j.post),
                "judged_by": version,
                "changes": 0,
                "seen_at": now,
                "recheck_id": j.post.recheck_id,
                "checked_at": now,
            }
            for j, key, id_ in zip(judged, keys, ids, strict=True)
        ]
        statement = self.insert(_occurrence)
        new = statement.excluded
        self.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["source", "key"],
                set_={
                    "changes": _occurrence.c.changes
                    + (_occurrence.c.content_hash != new.content_hash).cast(_occurrence.c.changes.type),
                    "content_hash": new.content_hash,
                    "judged_by": new.judged_by,
                    "seen_at": new.seen_at,
                    "url": new.url,
                    "recheck_id": new.recheck_id,
                    "checked_at": new.checked_at,
                },
            ),
            rows,
        )

    # -- findings and cases -----------------------------------------------------------------------

    def _save_findings(
        self,
        judged: Sequence[Judged],
        ids: Sequence[int],
        now: datetime,
        place: Callable[[Judged, FindingValue], NewCase],
    ) -> int:
        """Findings new to their mention. The same evidence again (an edit there and back) is no news."""
        pairs = list(zip(judged, ids, strict=True))
        told = bring_down(self, {id_: j.findings for j, id_ in pairs if j.is_undone}, now)
        candidates = {
            self._finding_key(j, id_, f): (j, f, id_)
            for j, id_ in pairs
            for f in j.findings
            if (id_, f.rule_id) not in told
        }
        if not candidates:
            return 0
        c = _finding.c
        seen = set(self.connection.execute(select(c.key).where(c.key.in_(candidates))).scalars())
        new = {key: value for key, value in candidates.items() if key not in seen}
        if not new:
            return 0
        cases = {key: place(j, finding) for key, (j, finding, _) in new.items()}
        case_ids = open_or_extend(self, [(cases[key], f) for key, (_, f, _) in new.items()], now)
        checkpoint("page.cases")
        rows = [
            finding_row(key, finding, mention_id, case_ids[cases[key].key], now)
            for key, (_, finding, mention_id) in new.items()
        ]
        inserted = self.connection.execute(self.insert(_finding).returning(c.key, c.id), rows)
        owed = [
            {"recipient": to, "finding_id": id_, "status": "owed"}
            for key, id_ in inserted
            for to in cases[key].recipients
        ]
        if owed:
            self.connection.execute(self.insert(_item), owed)
        return len(new)

    def _save_hidden(self, judged: Sequence[Judged], ids: Sequence[int], now: datetime) -> int:
        """Count what filters hide, once; what was a case before its filter stays one."""
        rows = {
            self._finding_key(j, id_, f): {
                "filter_id": by.number,
                "mention_id": id_,
                "rule_id": f.rule_id,
                "lane": f.lane,
            }
            for j, id_ in zip(judged, ids, strict=True)
            for by, f in j.hidden
        }
        if not rows:
            return 0
        known: set[str] = set()
        for table in (_finding, _hidden):
            query = select(table.c.key).where(table.c.key.in_(rows))
            known.update(self.connection.execute(query).scalars())
        new = [row | {"key": key, "hidden_at": now} for key, row in rows.items() if key not in known]
        if new:
            self.connection.execute(self.insert(_hidden), new)
        return len(new)

    def _finding_key(self, judged: Judged, mention_id: int, finding: FindingValue) -> str:
        return self.key.hash(
            "finding", bearer(judged, mention_id, finding), finding.rule_id, evidence(finding)
        )

    # -- sources ----------------------------------------------------------------------------------

    def save_cursor(self, source: str, cursor: str) -> None:
        """Remember how far `source` was read; the last KEPT_CURSORS stay for a way back."""
        row = self.connection.execute(
            select(_source.c.cursor, _source.c.earlier_cursors).where(_source.c.name == source)
        ).one()
        if row.cursor == cursor:
            return
        earlier = [*row.earlier_cursors, row.cursor][-KEPT_CURSORS:] if row.cursor else row.earlier_cursors
        self.connection.execute(
            _source.update().where(_source.c.name == source).values(cursor=cursor, earlier_cursors=earlier)
        )

    def register(self, source: str, kind: str) -> None:
        """Make sure `source` has a row."""
        row = {"name": source, "kind": kind, "state": "new", "note": "", "earlier_cursors": []}
        counters = dict.fromkeys(("strikes", "missing", "seen", "kept", "unrelated", "folded", "found"), 0)
        self.connection.execute(self.insert(_source).on_conflict_do_nothing(), row | counters)

    def count(self, source: str, **added: int) -> None:
        """Add to the counters of `source`: seen, kept, unrelated, folded, found."""
        values = {name: _source.c[name] + number for name, number in added.items() if number}
        if values:
            self.connection.execute(_source.update().where(_source.c.name == source).values(**values))

    def count_pictures(self, source: str, outcomes: Mapping[str, int], now: datetime) -> None:
        """Note how many pictures could not be analysed, by the reason; those under "" were."""
        rows = [
            {"source": source, "at": now, "not_read": why, "pictures": number}
            for why, number in outcomes.items()
        ]
        if rows:
            old = (_counted.c.source == source) & (_counted.c.at < now - COUNTED)
            self.connection.execute(_counted.delete().where(old))
            self.connection.execute(self.insert(_counted), rows)

    def save_state(self, source: str, state: SourceState, now: datetime, **values: Any) -> SourceState:
        """Set how `source` stands; returns how it stood before, so that a change is told once."""
        row = self.connection.execute(
            select(_source.c.state, _source.c.state_since).where(_source.c.name == source)
        ).one()
        before = SourceState(row.state)
        since = row.state_since if before is state and row.state_since else now
        self.connection.execute(
            _source.update().where(_source.c.name == source).values(state=state, state_since=since, **values)
        )
        return before

    def ask_refused_again(self) -> None:
        """Sources that wait for a person are due at once: somebody has just started the service."""
        waiting = (
            SourceState.NEEDS_REAUTH,
            SourceState.MISCONFIGURED,
            SourceState.GONE,
            SourceState.BUDGET_STOPPED,
        )
        self.connection.execute(_source.update().where(_source.c.state.in_(waiting)).values(next_due_at=None))

    def strike(self, source: str, *, missing: bool = False) -> tuple[int, int]:
        """One more failure in a row, `missing` where it was a 404; returns how many of each there are."""
        c = _source.c
        counted = {"strikes": c.strikes + 1, "missing": c.missing + 1 if missing else 0}
        self.connection.execute(_source.update().where(c.name == source).values(**counted))
        row = self.connection.execute(select(c.strikes, c.missing).where(c.name == source)).one()
        return row.strikes, row.missing

    def set_meta(self, name: str, value: str, *, replace: bool = False) -> None:
        """Record a fact about this database; the first value stays unless `replace`."""
        statement = self.insert(_meta)
        self.connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"value": value})
            if replace
            else statement.on_conflict_do_nothing(),
            {"name": name, "value": value},
        )


def _match(known: Mapping[str, int], key: str, fold: tuple[str | None, str | None]) -> int | None:
    return next((known[k] for k in (key, *fold) if k is not None and k in known), None)
