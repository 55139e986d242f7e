"""The digest: a briefing put in order, capped, and summed up in counts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from alerts import wording
from monitor.types import Briefing, Coverage, Digest, Item, Lane, LaneBlock, Severity

DECISIONS = 5
"""More than five decisions a morning and none is taken."""

ITEMS = 25
"""Cases in one digest, decisions among them."""

MENTIONS = 15
"""Mentions without a finding. With ITEMS this keeps a mail to 40 entries, below the size Gmail clips at."""

HEADINGS = {
    Lane.CONFIDENTIAL: "Personal and confidential",
    Lane.CONDUCT: "Staff accounts",
    Lane.COMMS: "Communications",
}
"""The lanes a digest may show, in its order. The protected lane is never in one (ARCHITECTURE, "Lanes")."""


def compose(briefing: Briefing) -> Digest:
    """Put `briefing` in order: what to decide today, what is still open, what is new in each lane.

    The most severe cases come first and within them the oldest; what the caps leave out is counted
    (`more`), never dropped silently. Nothing of the protected lane is reachable from the result.
    """
    items = [item for item in briefing.items if item.lane in HEADINGS]
    urgent = sorted((item for item in items if item.severity >= Severity.HIGH), key=_urgency)
    decide = tuple(urgent[:DECISIONS])
    decided = frozenset(decide)
    rest = [item for item in items if item not in decided]
    shown = sorted(rest, key=_newest_first)[: ITEMS - len(decide)]
    still_open = tuple(sorted((item for item in shown if not item.is_new), key=_age))
    cleared = _cleared(briefing, items)
    counts = _counts(cleared, decide, rest)
    return Digest(
        briefing=cleared,
        subject=wording.subject(cleared, counts),
        first_line=wording.first_line(cleared, counts),
        not_read=_not_read(briefing),
        decide=decide,
        new=tuple(_blocks(rest, shown)),
        still_open=still_open,
        still_open_more=counts.still_open - len(still_open),
        mentions_more=cleared.mentions_total - len(cleared.mentions),
    )


def _not_read(briefing: Briefing) -> tuple[Coverage, ...]:
    """What was not read, that which somebody has to mend first."""
    unread = (source for source in briefing.coverage if not source.state.answered)
    return tuple(sorted(unread, key=lambda source: source.may_mend))


def _cleared(briefing: Briefing, items: Sequence[Item]) -> Briefing:
    total = max(briefing.mentions_total, len(briefing.mentions))
    return replace(briefing, items=tuple(items), mentions=briefing.mentions[:MENTIONS], mentions_total=total)


def _blocks(rest: Sequence[Item], shown: Sequence[Item]) -> Iterable[LaneBlock]:
    new = Counter(item.lane for item in rest if item.is_new)
    for lane, heading in HEADINGS.items():
        top = tuple(sorted((i for i in shown if i.is_new and i.lane is lane), key=_urgency))
        if new[lane]:
            yield LaneBlock(lane=lane, heading=heading, items=top, more=new[lane] - len(top))


def _counts(briefing: Briefing, decide: Sequence[Item], rest: Sequence[Item]) -> wording.Counts:
    new = sum(item.is_new for item in rest)
    states = [source.state for source in briefing.coverage]
    return wording.Counts(
        decide=len(decide),
        review=new,
        still_open=len(rest) - new,
        mentions=briefing.mentions_total,
        sources=len(states),
        not_read=sum(not state.answered for state in states),
    )


def _urgency(item: Item) -> tuple[object, ...]:
    # Patients before brand, then the clock that ends first, then whoever has waited longest.
    patients = item.lane is not Lane.CONFIDENTIAL
    ends = item.clock_ends or datetime.max.replace(tzinfo=UTC)
    return (-item.severity.rank, patients, ends, item.opened_at, item.number)


def _newest_first(item: Item) -> tuple[object, ...]:
    # What was mailed before gives way to what was not, among equals in severity.
    return (-item.severity.rank, not item.is_new, *_urgency(item))


def _age(item: Item) -> tuple[object, ...]:
    return (item.opened_at, item.number)
