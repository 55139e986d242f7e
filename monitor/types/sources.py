"""How sources stand, and what a reading of one did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SourceState(StrEnum):
    """What people read about a source. Only `ok` and `empty` were really read."""

    NEW = "new"
    OK = "ok"
    EMPTY = "empty"
    DEGRADED = "degraded"
    THROTTLED = "throttled"
    BUDGET_STOPPED = "budget_stopped"
    NEEDS_REAUTH = "needs_reauth"
    MISCONFIGURED = "misconfigured"
    GONE = "gone"

    @property
    def answered(self) -> bool:
        """True where "nothing found" may be said of the source."""
        return self in (SourceState.OK, SourceState.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How well one source was read. `since` is when `state` began.

    `alarmed_at` is when its alarm was told last, None where there is none: it may mend by itself.
    """

    source: str
    kind: str
    state: SourceState
    since: datetime | None = None
    note: str = ""
    last_ok_at: datetime | None = None
    newest_item_at: datetime | None = None
    covered_from: datetime | None = None
    strikes: int = 0
    alarmed_at: datetime | None = None

    @property
    def may_mend(self) -> bool:
        """True where it failed, but not so often or so badly that a person has to act."""
        return self.strikes > 0 and self.alarmed_at is None and not self.state.answered


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturesSeen:
    """How many pictures a source showed; `not_read` counts those not analysed as they should, by reason."""

    source: str
    pictures: int
    not_read: tuple[tuple[str, int], ...] = ()

    @property
    def unseen(self) -> int:
        """How many could not be analysed as they should."""
        return sum(number for _, number in self.not_read)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one poll of one source did. Of its `pictures`, `unseen` could not be analysed as they should."""

    source: str
    state: SourceState
    pages: int = 0
    seen: int = 0
    fresh: int = 0
    kept: int = 0
    folded: int = 0
    unrelated: int = 0
    findings: int = 0
    hidden: int = 0
    covered_from: datetime | None = None
    note: str = ""
    pictures: int = 0
    unseen: int = 0
