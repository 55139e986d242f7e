"""What a digest says in words: subject, first line, times, and the state of a source."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.edits import longest_edit
from alerts.numerals import number, spell
from alerts.text import safe
from monitor.roles import lanes_told
from monitor.types import (
    Briefing,
    Coverage,
    Due,
    Item,
    Lane,
    RuleWeek,
    Severity,
    SourceState,
    Trend,
)

SYMBOLS = {
    Severity.CRITICAL: "◆",
    Severity.HIGH: "▲",
    Severity.MEDIUM: "●",
    Severity.LOW: "○",
    Severity.INFO: "–",
}
"""Beside the word, so that severity never rests on colour."""

STATES = {
    SourceState.NEW: "not asked yet",
    SourceState.DEGRADED: "not answering properly",
    SourceState.THROTTLED: "asked us to wait",
    SourceState.BUDGET_STOPPED: "daily budget spent",
    SourceState.NEEDS_REAUTH: "needs a new sign-in",
    SourceState.MISCONFIGURED: "its settings are refused",
    SourceState.GONE: "gone",
}
"""What people read of a source that was not read."""

A_DAY = timedelta(hours=26)
"""From one morning to the next, with room for a change of the clocks and a late start."""

SURE = 0.75
"""From this confidence on a conduct finding reads "not in line"; below it "unclear"."""

PROTECTED_LEAD = (
    "Somebody who may work here has written in public of something that may need to be put right. Only your "
    "role is told: nobody else has a mail, a list or a number about it."
)
PROTECTED_STEPS = (
    ("monitor protected list", "what waits, by number"),
    ('monitor protected show 1 --reason "why you look"', "what was written, where, and why it is here"),
    ("monitor protected hand-over 1", "you have taken it over: it waits no more, and is deleted in its time"),
)
"""The Guardian's commands, and what each is for. They need the key that only the Guardian holds."""
PROTECTED_GUIDANCE = (
    "Meet the author kindly and thank them. Nothing here says whether the law protects the post.",
    "See to what it reports, and offer the routes that there are for speaking up.",
    "Make sure that nobody suffers for having written it, and tell nobody who it was unless they agree.",
    "The policy may read stricter than the law: a post can be protected all the same.",
)
"""What the Guardian's mail says of every item (Employment Rights Act 1996, ss.43G, 43J and 47B)."""

LANES = {
    Lane.CONFIDENTIAL: "confidential matters",
    Lane.COMMS: "communications",
    Lane.CONDUCT: "staff accounts",
}
"""What a recipient reads of the lanes that they are told of."""

PURGED = {
    "deleted": "It was deleted where it stood, so its words are not kept here either.",
    "withheld": "The platform withholds it now, so its words are not kept here either.",
    "hidden": "The platform hides it now, so its words are not kept here either.",
    "retention": "It was kept for as long as the organisation keeps such things, then purged here.",
    "expired": "Its words may not be kept for longer; the original may still be there.",
}
"""Why an item has no words any more."""

HIDDEN_SINCE = "Content since hidden by Wikipedia, so its words are not kept here either."

LINK_ONLY = "Not quoted here: the platform lets a mail show no more than a link."


def protected_subject(briefing: Briefing) -> str:
    """The subject of the Guardian's mail: how many, and nothing of what."""
    many = number(briefing.waiting, "item")
    return safe(f"[{briefing.organisation} monitor] {many} for you, {calendar(briefing.day)}")


def protected_waiting(briefing: Briefing) -> str:
    """How many items wait for the Guardian, and how many of them are new."""
    waits = "waits" if briefing.waiting == 1 else "wait"
    newly = f"{briefing.newly} of them new since the last such mail" if briefing.newly else "none of them new"
    return f"{number(briefing.waiting, 'item')} {waits} for you, {newly}."


def protected_foot(briefing: Briefing) -> str:
    """Where the Guardian's mail comes from, and why to this address."""
    return (
        f"{briefing.organisation} monitor, made {moment(briefing.made_at, briefing)}. "
        f"Times are {briefing.time_zone}. You get this because the settings name you for concerns. "
        "What was found is sealed: your key opens it, and nobody else's."
    )


def purged(item: Item) -> str:
    """Why an item has no words any more, as a sentence."""
    if item.category.startswith("wiki-") and item.purged_for in ("withheld", "hidden"):
        return HIDDEN_SINCE
    return PURGED.get(
        item.purged_for or "", f"Its words are not kept any more: {safe(item.purged_for or '')}."
    )


def coverage_line(briefing: Briefing) -> str:
    """How much of the world was looked at: sources that answered, and the newest item they had."""
    sources = briefing.coverage
    if not sources:
        return "No source is set up, so nothing was read."
    answered = [source for source in sources if source.state.answered]
    newest = [source.newest_item_at for source in answered if source.newest_item_at]
    line = f"{len(answered)} of {number(len(sources), 'source')} answered"
    return f"{line}; newest item {moment(max(newest), briefing)}." if newest else f"{line}."


def late_line(briefing: Briefing) -> str:
    """Why this digest comes at an unusual hour."""
    since = f" and covers everything since {moment(briefing.since, briefing)}" if briefing.since else ""
    return f"This digest is late: it was made at {moment(briefing.made_at, briefing)}{since}."


def covers_line(briefing: Briefing) -> str:
    """Which time a digest covers, where that is more than a day: after a weekend, in a week's roll-up."""
    if briefing.since is None or briefing.made_at - briefing.since <= A_DAY:
        return ""
    return f"Covers {moment(briefing.since, briefing)} to now."


def source_line(source: Coverage, briefing: Briefing) -> str:
    """Why a source was not read, since when, and what it last gave."""
    last = _last_read(source, briefing)
    if source.may_mend and source.since:
        failed = "failed once at" if source.strikes == 1 else f"failed {_times(source.strikes)} since"
        return f"{failed} {moment(source.since, briefing)}, will be tried again (last read: {last})"
    since = f" since {moment(source.since, briefing)}" if source.since else ""
    strikes = f", {number(source.strikes, 'failed try', 'failed tries')}" if source.strikes > 1 else ""
    return f"{STATES.get(source.state, source.state.value)}{since} (last read: {last}{strikes})"


def _last_read(source: Coverage, briefing: Briefing) -> str:
    """When a source was read last, and how wide the gap is by now."""
    if source.last_ok_at is None:
        return "never"
    hours = int((briefing.made_at - source.last_ok_at).total_seconds() // 3600)
    gap = f", {number(hours, 'hour')} ago" if hours > 0 else ""
    newest = f", newest item {moment(source.newest_item_at, briefing)}" if source.newest_item_at else ""
    return moment(source.last_ok_at, briefing) + gap + newest


def _times(number: int) -> str:
    return "twice" if number == 2 else f"{spell(number)} times"


def read_in_part(briefing: Briefing) -> list[tuple[str, str]]:
    """Sources that answered but do not reach back to the last digest, with where they begin."""
    return [
        (source.source, moment(source.covered_from, briefing))
        for source in briefing.coverage
        if source.state.answered and source.covered_from and briefing.since
        if source.covered_from > briefing.since
    ]


def pictures_not_read(briefing: Briefing) -> list[tuple[str, str]]:
    """Sources of whose pictures some could not be analysed, with how many and why."""
    return [
        (source.source, pictures_line(source.pictures, source.not_read))
        for source in briefing.pictures
        if source.unseen
    ]


def pictures_line(pictures: int, not_read: Iterable[tuple[str, int]]) -> str:
    """How many of some pictures could not be analysed, and why, each reason with its count."""
    reasons = [*not_read]
    unseen = sum(count for _, count in reasons)
    why = "; ".join(f"{reason} ({count})" if len(reasons) > 1 else reason for reason, count in reasons)
    return f"{unseen} of {number(pictures, 'picture')} could not be analysed: {why}"


def quiet_sources(briefing: Briefing) -> list[str]:
    """Sources of which "nothing found" is true: they answered and had nothing, unseen pictures neither."""
    unseen = {source.source for source in briefing.pictures if source.unseen}
    return [
        source.source
        for source in briefing.coverage
        if source.state is SourceState.EMPTY and source.source not in unseen
    ]


def standing(item: Item) -> str:
    """How a post stands to a clause; only conduct is measured, and only ever as an appearance."""
    if item.lane is not Lane.CONDUCT:
        return "Policy"
    return "Appears not in line with" if item.confidence >= SURE else "Unclear whether in line with"


def age(item: Item, briefing: Briefing) -> str:
    """How long a case has been open, in whole days of the organisation's calendar."""
    if item.is_new:
        return "new"
    days = (briefing.day - item.opened_at.astimezone(ZoneInfo(briefing.time_zone)).date()).days
    return f"open for {number(days, 'day')}" if days > 0 else "open since today"


def excerpts(longest: int, *, edits: bool = False) -> str:
    """How much of a post is quoted, and of an edit of a page, for the footer."""
    if not longest:
        return "this mail was too full for excerpts"
    of_edits = f", of edits about {longest_edit(longest)}" if edits else ""
    return f"excerpts are at most {longest} characters{of_edits}"


def overdue(briefing: Briefing) -> list[tuple[str, str]]:
    """What waits for too long: since when, and what. Cases whose clock ended, dues of earlier days."""
    ended = sorted(
        (item for item in briefing.items if item.clock_ends and item.clock_ends <= briefing.made_at),
        key=lambda item: item.clock_ends or briefing.made_at,
    )
    late = [due for due in briefing.due if due.on < briefing.day]
    return [
        *((f"Case {item.number}", item.clock or item.title) for item in ended),
        *((due_on(due, briefing), due.words) for due in late),
    ]


def told(item: Item, briefing: Briefing) -> str:
    """That an urgent message went out before this mail, and whether somebody answered it."""
    if item.told_at is None:
        return ""
    answer = f"acknowledged by {item.acknowledged_by}" if item.acknowledged_by else "not acknowledged"
    return f"Told by urgent message at {moment(item.told_at, briefing)}, {answer}"


def trend(trend: Trend) -> str:
    """A week beside the one before, and what is usual: "213 mentions in 7 days, 190 the week before"."""
    line = f"{trend.now} {trend.words} in 7 days, {trend.before} the week before"
    return line if trend.usual is None else f"{line}, usual {trend.usual[0]} to {trend.usual[1]}"


def false_alarms(rule: RuleWeek) -> str:
    """How many of a rule's decided cases were false alarms; nothing where none was decided."""
    if not rule.decided:
        return "none decided"
    return f"{rule.wrong} of {rule.decided} ({100 * rule.wrong / rule.decided:.0f} %)"


def why_you(briefing: Briefing) -> str:
    """Why this mail comes to this address: role and lanes, and where both are set."""
    role = briefing.recipient.role
    lanes = [name for lane, name in LANES.items() if lane in lanes_told({role})]
    listed = " and ".join(filter(None, (", ".join(lanes[:-1]), *lanes[-1:])))
    about = f", who is told of {listed}" if lanes else ""
    return (
        f"You get this as {role.replace('_', ' ')}{about}; who gets what is set under [[recipients]], "
        "when it comes under [digest] in the settings file."
    )


def due_on(due: Due, briefing: Briefing) -> str:
    """When something falls due, as people say it: overdue ones first of all."""
    days = (due.on - briefing.day).days
    if days < 0:
        return f"Overdue since {calendar(due.on)}"
    return {0: "Today", 1: "Tomorrow"}.get(days, calendar(due.on))


def times(item: Item, briefing: Briefing) -> str:
    """When a post was published, where the platform says so, and when it was seen first."""
    seen = f"seen {moment(item.seen_at, briefing)}"
    if item.posted_at is None:
        return seen
    posted = moment(item.posted_at, briefing)
    day = posted.rpartition(" ")[0]
    return f"posted {posted}, " + (seen.replace(f"{day} ", "", 1) if day else seen)


def moment(at: datetime, briefing: Briefing) -> str:
    """`at` by the organisation's wall clock: 19:42, with the date if it isn't the digest's."""
    local = at.astimezone(ZoneInfo(briefing.time_zone))
    if local.date() == briefing.day:
        return f"{local:%H:%M}"
    year = f" {local.year}" if local.year != briefing.day.year else ""
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def local_day(at: datetime, briefing: Briefing) -> str:
    """The day of `at` by the organisation's wall clock, as 21 Nov 2026."""
    return calendar(at.astimezone(ZoneInfo(briefing.time_zone)).date())


def calendar(day: date) -> str:
    """`day` as 21 Nov 2026."""
    return f"{day.day} {day:%b} {day.year}"


def day(value: object) -> object:
    """A moment or a date as its day; anything else as it is."""
    return calendar(value) if isinstance(value, date) else value


def command(*words: str) -> str:
    """A command line that a shell reads as these words, whatever they contain."""
    return shlex.join(words)
