"""Editions: on which day which digest is due, under which window, and from when on it is late.

A window is a local date (2026-11-23), a week (2026-W48) or a month (2026-11): that in which it is made.
The week's and the month's edition are due on the first digest day of their week or month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from monitor.config.fields import DAYS
from monitor.types import Edition

KINDS = {Edition.DAILY: "digest", Edition.WEEKLY: "weekly", Edition.MONTHLY: "monthly"}
"""What a delivery of an edition is called in the ledger."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When digests are due: at which local time, on which days of the week (`mon-fri`)."""

    at: time
    days: str
    zone: ZoneInfo

    def works_on(self, day: date) -> bool:
        """Whether `day` is a digest day."""
        return day.weekday() in weekdays(self.days)

    def first(self, edition: Edition, day: date) -> date:
        """The digest day on which the edition of the week or month of `day` is due; `day` for a daily one."""
        begins = begin(edition, day)
        if edition is Edition.DAILY:
            return day
        return next(d for n in count() if self.works_on(d := begins + n * _DAY))

    def due_at(self, edition: Edition, day: date) -> datetime:
        """The moment from which the edition of the day, week or month of `day` is due."""
        return datetime.combine(self.first(edition, day), self.at, self.zone)


def begin(edition: Edition, day: date) -> date:
    """The first day of the day, week (from Monday) or month that `day` is in."""
    if edition is Edition.WEEKLY:
        return day - day.weekday() * _DAY
    return day.replace(day=1) if edition is Edition.MONTHLY else day


def window(edition: Edition, day: date) -> str:
    """What the ledger calls the day, the week by ISO 8601, or the month that `day` is in."""
    return day.strftime({Edition.WEEKLY: "%G-W%V", Edition.MONTHLY: "%Y-%m"}.get(edition, "%Y-%m-%d"))


def month_before(day: date) -> tuple[date, date]:
    """The first days of the month before that of `day`, and of the month of `day`."""
    this = day.replace(day=1)
    return (this - _DAY).replace(day=1), this


def weekdays(days: str) -> frozenset[int]:
    """The days that `mon-fri` or `mon,wed` names, Monday = 0."""
    ends = (part.partition("-")[::2] for part in days.split(","))
    spans = (range(DAYS.index(first), DAYS.index(last or first) + 1) for first, last in ends)
    return frozenset(day for span in spans for day in span)
