"""The digest: a briefing put in order, capped, and summed up in counts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

from alerts import headlines, wording
from monitor.types import Briefing, Coverage, Digest, Item, Lane, LaneBlock, RuleWeek, Severity

DECISIONS = 5
"""More than five decisions a morning and none is taken."""

ITEMS = 25
"""Cases in one digest, decisions among them."""

MENTIONS = 15
"""Mentions without a finding. With ITEMS this keeps a mail to 40 entries, below the size Gmail clips at."""

RULES = 12
"""Rules in the table of the week, those that found most."""

CONFIDENTIAL, STAFF = "Personal and confidential", "Staff accounts"
LOOKALIKES, WIKIPEDIA, PUBLIC = "Lookalikes and logo", "Wikipedia", "Public mentions to answer"

HEADINGS = {
    CONFIDENTIAL: Lane.CONFIDENTIAL,
    STAFF: Lane.CONDUCT,
    LOOKALIKES: Lane.COMMS,
    WIKIPEDIA: Lane.COMMS,
    PUBLIC: Lane.COMMS,
}
"""The parts of a digest in its order, with their lanes. The protected lane is in none (ADR 0008)."""

BRANDING = frozenset(
    {
        "copyright",
        "logo-misuse",
        "lookalike-account",
        "official-branding",
        "official-vs-personal",
        "purporting",
    }
)
"""Categories of the comms lane that are about the organisation's name, logo or accounts."""

SHORT = frozenset({"patient_confidentiality", "information"})
"""Roles whose digest is a short one: the Caldicott Guardian and the Data Protection Officer."""


def compose(briefing: Briefing) -> Digest:
    """Put `briefing` in order: what to decide today, what is still open, what is new in each lane.

    The most severe cases come first and within them the oldest; what the caps leave out is counted
    (`more`), never dropped silently. Nothing of the protected lane is reachable from the result.
    """
    items = [item for item in briefing.items if item.lane is not Lane.PROTECTED]
    urgent = sorted((item for item in items if item.severity >= Severity.HIGH), key=_urgency)
    decide = tuple(urgent[:DECISIONS])
    decided = {id(item) for item in decide}
    rest = [item for item in items if id(item) not in decided]
    shown = sorted(rest, key=_newest_first)[: ITEMS - len(decide)]
    still_open = tuple(sorted((item for item in shown if not item.is_new), key=_age))
    cleared = _cleared(briefing, items)
    counts = _counts(cleared, decide, rest)
    return Digest(
        briefing=cleared,
        subject=headlines.subject(cleared, counts),
        first_line=headlines.first_line(cleared, counts),
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


def part_of(item: Item) -> str:
    """The heading under which a new item stands."""
    if item.lane is Lane.CONFIDENTIAL:
        return CONFIDENTIAL
    if item.lane is Lane.CONDUCT:
        return STAFF
    if item.category.startswith("wiki-") or item.page:
        return WIKIPEDIA
    return LOOKALIKES if item.category in BRANDING else PUBLIC


def by_part(items: Iterable[Item]) -> list[tuple[str, int, int]]:
    """How many items each heading has, new and still open; those without any are left out."""
    counted = Counter((part_of(item), item.is_new) for item in items)
    rows = ((heading, counted[heading, True], counted[heading, False]) for heading in HEADINGS)
    return [row for row in rows if any(row[1:])]


def _cleared(briefing: Briefing, items: Sequence[Item]) -> Briefing:
    total = max(briefing.mentions_total, len(briefing.mentions))
    cleared = replace(
        briefing, items=tuple(items), mentions=briefing.mentions[:MENTIONS], mentions_total=total
    )
    if briefing.recipient.role in SHORT and not total:
        return replace(cleared, trends=(), rules=())
    return replace(cleared, rules=tuple(sorted(briefing.rules, key=_busiest)[:RULES]))


def _busiest(rule: RuleWeek) -> tuple[object, ...]:
    return (-rule.now, -rule.before, rule.rule_id)


def _blocks(rest: Sequence[Item], shown: Sequence[Item]) -> Iterable[LaneBlock]:
    new = Counter(part_of(item) for item in rest if item.is_new)
    for heading, lane in HEADINGS.items():
        top = tuple(sorted((i for i in shown if i.is_new and part_of(i) == heading), key=_urgency))
        if new[heading]:
            yield LaneBlock(lane=lane, heading=heading, items=top, more=new[heading] - len(top))


def everything_shown(digest: Digest) -> list[Item]:
    """The items of `digest` in its order."""
    return [*digest.decide, *chain.from_iterable(block.items for block in digest.new), *digest.still_open]


def _counts(briefing: Briefing, decide: Sequence[Item], rest: Sequence[Item]) -> headlines.Counts:
    new = sum(item.is_new for item in rest)
    states = [source.state for source in briefing.coverage]
    return headlines.Counts(
        decide=len(decide),
        review=new,
        still_open=len(rest) - new,
        mentions=briefing.mentions_total,
        sources=len(states),
        not_read=sum(not state.answered for state in states),
        overdue=len(wording.overdue(briefing)),
        unseen=sum(source.unseen for source in briefing.pictures),
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
