"""The time limits of a case: 72 hours to tell the regulator of a breach, 30 days to acknowledge a complaint.

Sources: UK GDPR Art. 33 (72 hours from becoming aware, which is taken to be when a person said "confirmed");
Data Protection Act 2018 s.164A, in force on 19 June 2026 (30 days beginning with the day of receipt).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

COMPLAINTS: Collection[str] = frozenset({"data-protection"})
"""The categories of findings that may be complaints about the use of the author's own data (DPC-001).

They are to be acknowledged within 30 days (Data Protection Act 2018, s. 164A)."""

PROGRESS = timedelta(days=14)
"""So often whoever answers for a complaint is reminded of it until its case is closed."""

TO_TELL = timedelta(hours=72)
TO_ACKNOWLEDGE = 30
"""Days; the day of the post is day 1, the earliest that the law can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What the clocks of one case run from. `answered` are the ids of the steps with an answer.

    `is_complaint`: it may be a data-protection complaint, and nobody has said that it is none.
    """

    confirmed_at: datetime | None
    first_seen_at: datetime
    posted_at: datetime
    answered: Collection[str] = ()
    is_complaint: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """One time limit: when it ends (aware UTC), and how people are told."""

    ends: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """Reads the clocks of cases at one moment, by the organisation's wall clock."""

    zone: ZoneInfo
    now: datetime

    def running(self, timing: Timing) -> list[Clock]:
        """The time limits that run, the nearest first."""
        return sorted((*self._breach(timing), *self._complaint(timing)), key=lambda clock: clock.ends)

    def _breach(self, timing: Timing) -> Iterator[Clock]:
        if timing.confirmed_at is None or "regulator" in timing.answered:
            return
        ends = timing.confirmed_at + TO_TELL
        since = _hours(self.now - timing.first_seen_at)
        yield Clock(ends, f"72 hours to tell the ICO {self._end(ends)}; {since} since it was first detected")

    def _complaint(self, timing: Timing) -> Iterator[Clock]:
        if not timing.is_complaint or "complaint_acknowledged" in timing.answered:
            return
        posted = timing.posted_at.astimezone(self.zone)
        last = posted.date() + timedelta(days=TO_ACKNOWLEDGE - 1)
        ends = datetime.combine(last + timedelta(days=1), datetime.min.time(), self.zone)
        days = (last - self.now.astimezone(self.zone).date()).days
        left = f"end {last:%a %d %b}, {_days(days)} left" if days >= 0 else f"ended {last:%a %d %b}"
        seen = timing.first_seen_at.astimezone(self.zone)
        yield Clock(
            ends.astimezone(UTC),
            f"30 days to acknowledge a complaint {left}; posted {posted:%d %b}, first seen {seen:%d %b}",
        )

    def _end(self, ends: datetime) -> str:
        at = f"{ends.astimezone(self.zone):%a %d %b %H:%M}"
        left = ends - self.now
        return f"end {at}, {_hours(left)} left" if left > timedelta(0) else f"ended {at}"


def _hours(span: timedelta) -> str:
    number = int(span.total_seconds() // 3600)
    return f"{number} hour{'' if number == 1 else 's'}"


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"
