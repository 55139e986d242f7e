"""Replay: what other rules or filters would have found in the mentions that are stored. Writes nothing.

Both sides judge the same masked copies, so that what differs is the rules' doing. A post that may be a
protected disclosure, on either side or by what is stored, is in no count and no list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.ports import Filters, Rules
from monitor.store import Store
from monitor.store.history import Found, Remembered, mentions_since
from monitor.types import Lane, Verdict

Answers = Callable[[Remembered], frozenset[str] | None]
"""The ids of the rules that a mention meets; None where it must not be spoken of."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding that is only on one side. `case` and `verdict` are there where it is stored today."""

    rule_id: str
    mention: int
    case: int | None
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it: the mentions judged, and each finding that would be new or gone."""

    mentions: int
    added: tuple[Difference, ...]
    dropped: tuple[Difference, ...]


def replay(
    store: Store, since: datetime, before: Answers, after: Answers, progress: Callable[[], object]
) -> Replay:
    """Compare `before` and `after` on every mention first seen since then."""
    mentions, added, dropped = 0, list[Difference](), list[Difference]()
    for mention in mentions_since(store, since):
        mentions += 1
        progress()
        old, new = before(mention), after(mention)
        if old is not None and new is not None:
            added += _differences(mention, new - old)
            dropped += _differences(mention, old - new)
    return Replay(mentions, tuple(added), tuple(dropped))


def judged_by(rules: Rules, filters: Filters | None, leaving_out: frozenset[str] = frozenset()) -> Answers:
    """What `rules` find in the stored copy and `filters` let through, without the rules left out."""

    def answer(mention: Remembered) -> frozenset[str] | None:
        findings = list(rules.evaluate(mention.post))
        if any(f.lane is Lane.PROTECTED for f in findings) or _sealed(mention.findings):
            return None
        return frozenset(
            f.rule_id
            for f in findings
            if f.rule_id not in leaving_out
            and not (filters and filters.hiding(mention.post, f, mention.author))
        )

    return answer


def as_stored(after: Answers, versions: dict[str, str], leaving_out: frozenset[str] = frozenset()) -> Answers:
    """What was found at the time, to compare with what `after` finds today.

    What it rests on may have been masked, and a rule whose version (by id) is still the same has not
    changed its mind: such findings count as found today, too, whatever the copy shows.
    """

    def answer(mention: Remembered) -> frozenset[str] | None:
        today = after(mention)
        if today is None:
            return None
        kept = {
            found.rule_id
            for found in mention.findings
            if found.rule_id not in leaving_out
            and (found.rule_id in today or not _still_stands(found, versions))
        }
        return frozenset(kept)

    return answer


def _still_stands(found: Found, versions: dict[str, str]) -> bool:
    return versions.get(found.rule_id) == found.rule_version or (found.masked and found.rule_id in versions)


def _sealed(findings: Iterable[Found]) -> bool:
    return any(found.lane is Lane.PROTECTED for found in findings)


def _differences(mention: Remembered, rule_ids: frozenset[str]) -> list[Difference]:
    stored = {found.rule_id: found for found in mention.findings}
    return [
        Difference(
            rule_id,
            mention.number,
            stored[rule_id].case if rule_id in stored else None,
            stored[rule_id].verdict if rule_id in stored else None,
        )
        for rule_id in sorted(rule_ids)
    ]
