"""Dates as exports write them: 09/05/2014 is in May or in September, and only the whole file can tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from connectors.parts import plain

HALF = r"(?P<half>[ap])\.?\s?m\.?"
CLOCK = rf"(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})(?:[:.](?P<second>\d{{2}}))?(?:\s?{HALF})?"
DAY = r"(?P<one>\d{1,4})(?P<mark>[./-])\s?(?P<two>\d{1,2})(?P=mark)\s?(?P<three>\d{1,4})"
_WRITTEN = re.compile(rf"{DAY}\.?(?:,?\s+{CLOCK})?", re.IGNORECASE)


@dataclass(slots=True)
class Order:
    """Whether the day comes first, by all dates of a file: see them all, then ask.

    A part above 12 is no month. Where that decides nothing, files run forwards or backwards in time, so the
    reading that turns round less often is right; where both do as well, the British one.
    """

    day_first: bool = True
    month_first: bool = True
    _turns: tuple[int, int] = (0, 0)
    _last: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    _ways: tuple[int, int] = (0, 0)

    def see(self, found: re.Match[str]) -> None:
        """Take a date into account; `found` has the groups of DAY."""
        one, two, year = int(found["one"]), int(found["two"]), int(found["three"])
        if len(found["one"]) > 2:
            return
        self.month_first &= one <= 12
        self.day_first &= two <= 12
        now = ((year, two, one), (year, one, two))
        if self._last is not None:
            ways = tuple((n > o) - (n < o) for n, o in zip(now, self._last, strict=True))
            turned = (
                way != 0 and before != 0 and way != before
                for way, before in zip(ways, self._ways, strict=True)
            )
            of_days, of_months = (count + turn for count, turn in zip(self._turns, turned, strict=True))
            self._turns = (of_days, of_months)
            self._ways = (ways[0] or self._ways[0], ways[1] or self._ways[1])
        self._last = now

    @property
    def months_lead(self) -> bool:
        """True where 09/05 is the fifth of September."""
        if self.day_first != self.month_first:
            return self.month_first
        return self._turns[1] < self._turns[0]


def match(written: str) -> re.Match[str] | None:
    """A date of three numbers, with or without a time."""
    return _WRITTEN.fullmatch(written.strip())


def moment(found: re.Match[str], order: Order, zone: ZoneInfo) -> datetime | None:
    """The instant as aware UTC, None where there is no such date. `found` has the groups of DAY and CLOCK."""
    one, two, three = found["one"], int(found["two"]), found["three"]
    if len(one) > 2:
        year, month, day = int(one), two, int(three)
    else:
        year = int(three) + (2000 if len(three) == 2 else 0)
        month, day = (int(one), two) if order.months_lead else (two, int(one))
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    try:
        local = datetime(
            year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0), tzinfo=zone
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse(written: str, order: Order, zone: ZoneInfo, now: datetime) -> datetime | None:
    """A date in any of the forms that programs export, as aware UTC; None for nonsense and the far future.

    What names no zone is by the clocks of `zone`.
    """
    found = match(written)
    at = moment(found, order, zone) if found else _standard(written.strip(), zone)
    return plain.believable(at, now) if at else None


def _standard(written: str, zone: ZoneInfo) -> datetime | None:
    try:
        if written.isdecimal() and len(written) in (10, 13):
            return datetime.fromtimestamp(int(written[:10]), UTC)
        at = _iso(written) or parsedate_to_datetime(written)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _iso(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None
