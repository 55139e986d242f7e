"""What a failure means for its source: the state, when it is asked again, whether somebody is told."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from monitor.config import SourceSettings
from monitor.errors import (
    BudgetSpent,
    DiskLow,
    SourceError,
    SourceNotFound,
    SourceRefused,
    SourceThrottled,
    SourceUnavailable,
)
from monitor.types import Coverage, SourceState

STRIKES_BEFORE_REST = 5
"""Failures in a row after which a source is asked less and less often."""
LONGEST_REST = timedelta(hours=24)
JITTER = 0.1
"""Share of a source's interval by which polls are spread, so that they do not all start at once."""
GONE_AFTER = 3
"""Answers 404 in a row, at least, before a source is taken for gone."""
REMINDER = timedelta(days=1)
TOLD_AT_ONCE = (
    SourceState.NEEDS_REAUTH,
    SourceState.MISCONFIGURED,
    SourceState.GONE,
    SourceState.BUDGET_STOPPED,
)
"""What a person must mend: waiting for more failures would only lose time."""


@dataclass(frozen=True, slots=True)
class Setback:
    """A failed poll: `strikes` failures in a row and `missing` answers 404 in a row, this one among them.

    `before` is how the source stood when it was asked.
    """

    source: SourceSettings
    error: SourceError
    before: Coverage
    strikes: int
    missing: int

    @property
    def state(self) -> SourceState:
        """How the source stands now."""
        if isinstance(self.error, SourceNotFound) and self.missing >= max(
            GONE_AFTER, self.source.alarm_after
        ):
            return SourceState.GONE
        return self.error.state

    @property
    def is_alarm(self) -> bool:
        """True where somebody has to know: it keeps failing, or cannot mend itself."""
        return self._is_ours or self.state in TOLD_AT_ONCE or self.strikes >= self.source.alarm_after

    @property
    def _is_ours(self) -> bool:
        return isinstance(self.error, DiskLow)

    @property
    def is_reminder(self) -> bool:
        """True where the same alarm was told before."""
        return self.before.alarmed_at is not None and not self._has_new_cause

    @property
    def _has_new_cause(self) -> bool:
        return self.state in TOLD_AT_ONCE and self.before.state is not self.state

    def is_told(self, now: datetime) -> bool:
        """True where the alarm is to be told now: when it begins, when it gets another cause, once a day."""
        last = self.before.alarmed_at
        is_due = last is None or now - last >= REMINDER
        return self.is_alarm and (is_due or self._has_new_cause)

    def next_try(self, now: datetime) -> datetime:
        """When to ask again: as the source said, else as usual, and rarer after several failures in a row."""
        longest, usual = now + LONGEST_REST, now + self.source.every
        if self._is_ours:
            return usual
        if isinstance(self.error, SourceRefused) or self.state is SourceState.GONE:
            return longest
        if isinstance(self.error, BudgetSpent):  # our own meter stops a poll before anything is asked
            return usual if self.error.day else _tomorrow(now) + self._spread()
        if isinstance(self.error, SourceThrottled):
            return min(max(self.error.until + self._spread(), usual), longest)
        return min(now + self._rest(), longest)

    def _rest(self) -> timedelta:
        again = max(0, min(self.strikes - STRIKES_BEFORE_REST, 10))
        rest: timedelta = self.source.every * 2**again
        if again:
            rest += self._spread() * 2**again
        if isinstance(self.error, SourceUnavailable) and self.error.retry_after:
            said = timedelta(seconds=min(self.error.retry_after, LONGEST_REST.total_seconds()))
            rest = max(rest, said + self._spread())
        return rest

    def _spread(self) -> timedelta:
        """Up to twice JITTER of the interval, at least once: polls may come early by that much.

        From the source's name and strikes, so that sources of one host do not come back all at once.
        """
        share = zlib.crc32(f"{self.source.name} {self.strikes}".encode()) / 2**32
        return timedelta(seconds=self.source.every.total_seconds() * JITTER * (1 + share))


def _tomorrow(now: datetime) -> datetime:
    return datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
