"""What a digest says first: its subject and its first line."""

from __future__ import annotations

from typing import NamedTuple

from alerts.numerals import number, plural, spell
from alerts.text import safe
from alerts.wording import calendar
from monitor.types import Briefing, Edition


class Counts(NamedTuple):
    """What a digest holds, shown or not. `review` is new, `still_open` is not; neither is `decide`.

    `unseen` are pictures that could not be analysed.
    """

    decide: int
    review: int
    still_open: int
    mentions: int
    sources: int
    not_read: int
    overdue: int = 0
    unseen: int = 0


def subject(briefing: Briefing, counts: Counts) -> str:
    """The subject: counts and a date only, since it reaches lock screens and server logs."""
    parts = {Edition.DAILY: _daily, Edition.WEEKLY: _weekly, Edition.MONTHLY: _monthly}[briefing.edition](
        counts
    )
    parts.append(f"{number(counts.not_read, 'source')} not read" if counts.not_read else "")
    parts.append(calendar(briefing.day))
    return safe(f"[{briefing.organisation} monitor] " + ", ".join(part for part in parts if part))


def _daily(counts: Counts) -> list[str]:
    parts = [
        f"{counts.decide} to decide today" if counts.decide else "",
        f"{counts.review} to review" if counts.review else "",
        number(counts.mentions, "mention") if counts.mentions else "",
    ]
    if not any(parts):
        parts = ["Nothing new", f"{counts.still_open} still open" if counts.still_open else ""]
    return parts


def _weekly(counts: Counts) -> list[str]:
    to_look_at = counts.decide + counts.review + counts.still_open
    return [
        "The week",
        f"{number(to_look_at, 'case')} open" if to_look_at else "no case open",
        f"{counts.overdue} overdue" if counts.overdue else "",
    ]


def _monthly(counts: Counts) -> list[str]:
    return ["The month in figures"]


def counts_of(subject: str) -> str:
    """The counts of a subject, without whose monitor it is."""
    return subject.partition("] ")[2]


def first_line(briefing: Briefing, counts: Counts) -> str:
    """One sentence with what needs somebody; before it one on mails that got lost, after it one on dues."""
    first = (*_unanswered(briefing), *(f"{said.rstrip('.')}." for said in briefing.failed_deliveries[:1]))
    more = len(briefing.failed_deliveries) - 1
    others = (
        [f"{spell(more).capitalize()} more earlier {plural(more, 'mail')} failed too."] if more > 0 else []
    )
    # The week's sentence counts what is overdue already.
    daily = briefing.edition is Edition.DAILY
    falls = [due for due in briefing.due if daily and due.on <= briefing.day]
    if not falls:
        return safe(" ".join([*first, *others, _summary(briefing, counts)]))
    summary = _summary(briefing, counts).replace("Nothing needs you", "No post needs you")
    dues = f"{spell(len(falls)).capitalize()} {plural(len(falls), 'thing')} fell due."
    return safe(" ".join([*first, *others, summary, dues]))


def _unanswered(briefing: Briefing) -> tuple[str, ...]:
    """Alerts that nobody acknowledged: one as its sentence, several as their number."""
    waiting = len(briefing.unanswered)
    if waiting > 1:
        return (f"Nobody has acknowledged {spell(waiting)} urgent cases.",)
    return briefing.unanswered


def _summary(briefing: Briefing, counts: Counts) -> str:
    """The sentence of that edition."""
    if briefing.edition is Edition.MONTHLY:
        return monthly_line(briefing)
    return weekly_line(counts) if briefing.edition is Edition.WEEKLY else daily_line(counts)


def weekly_line(counts: Counts) -> str:
    """The week in one sentence: what is open, and what of it waits for too long."""
    cases = counts.decide + counts.review + counts.still_open
    if not cases and not counts.overdue:
        return "No case is open."
    verb = "is" if cases == 1 else "are"
    late = f", {spell(counts.overdue)} overdue" if counts.overdue else ", nothing is overdue"
    return f"{spell(cases).capitalize()} {plural(cases, 'case')} {verb} open{late}."


def monthly_line(briefing: Briefing) -> str:
    """The month in one sentence: how many of the policy's figures are measured."""
    missing = sum(not value for _, value in briefing.figures)
    if not briefing.figures:
        return "No policy in force asks for figures."
    measured = len(briefing.figures) - missing
    which = f"{spell(measured)} {'is' if measured == 1 else 'are'} measured, {spell(missing)} not"
    return f"The policy's key figures of {briefing.period or 'the month'}: {which}."


def daily_line(counts: Counts) -> str:
    """The day in one sentence: what needs a decision, else why nothing does."""
    if counts.decide:
        verb = "needs" if counts.decide == 1 else "need"
        lead = f"{spell(counts.decide).capitalize()} {plural(counts.decide, 'thing')} {verb} a decision today"
        return f"{lead}; {_rest(counts)}."
    if counts.review or counts.still_open:
        return f"Nothing needs a decision today; {_rest(counts)}."
    if counts.sources == 0:
        return "Nothing was checked: no source is set up."
    if counts.not_read == counts.sources:
        return "Nothing could be checked: no source answered."
    if counts.mentions:
        return (
            f"Nothing needs you; {spell(counts.mentions)} {plural(counts.mentions, 'mention')} met no rule."
        )
    if counts.not_read or counts.unseen:
        return "Nothing needs you in what could be read."
    return "Nothing needs you."


def _rest(counts: Counts) -> str:
    parts = [
        f"{spell(counts.review)} to review" if counts.review else "",
        f"{spell(counts.still_open)} still open" if counts.still_open else "",
    ]
    return " and ".join(part for part in parts if part) or "nothing else changed"
