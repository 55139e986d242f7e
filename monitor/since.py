"""The grammar of `--since`: what people in Britain type, to an instant. Never guesses silently."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AMOUNT = r"([0-9]+|an?(?= ))\s*(m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)(?![a-z])"
_CLOCK = r"(?:at )?(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?\s*(?P<half>[ap]m)?"
_DAY = f"(?P<day>today|yesterday|(?:last )?(?:{'|'.join(WEEKDAYS)}))"
_ISO = "P(?=.)(?:([0-9]+)W)?(?:([0-9]+)D)?(?:T(?=.)(?:([0-9]+)H)?(?:([0-9]+)M)?)?"
_DATES = (
    "(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})(?:/(?P<y>[0-9]{4}|[0-9]{2}))?",
    "(?P<d>[0-9]{1,2}) (?P<month>[a-z]{3,})(?: (?P<y>[0-9]{4}))?",
    "(?P<month>[a-z]{3,}) (?P<d>[0-9]{1,2})(?:,? (?P<y>[0-9]{4}))?",
)


def parse(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant (aware UTC) that `text` means, seen from `now` (aware) in `zone`.

    Hours and minutes are real time; days, weeks and months keep the wall clock, whatever the clocks
    did in between. Days come before months, and of an hour that comes twice the earlier one is meant,
    so that nothing is missed. Raises ValueError, with forms that work, for anything else.
    """
    asked = " ".join(text.split())
    try:
        found = _moment(asked.lower(), now.astimezone(zone))
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise ValueError(
            f"{asked[:40]!r} is not a time. Try 7d, 24h, yesterday, monday, 2026-11-01 or 01/11/2026"
        )
    if found > now:
        raise ValueError(f"{asked[:40]!r} is in the future")
    return found.astimezone(UTC)


def _moment(text: str, now: datetime) -> datetime | None:
    """The first reading that fits, or None. May raise ValueError or OverflowError."""
    if re.fullmatch("[0-9]{10}", text):
        return datetime.fromtimestamp(int(text), UTC)
    for reading in (_ago, _iso_ago, _month_ago, _named_day, _iso_date, _written_date):
        if (found := reading(text, now)) is not None:
            return found.astimezone(UTC)
    return now.astimezone(UTC) if text == "now" else None


def _ago(text: str, now: datetime) -> datetime | None:
    text = "1w" if text == "last week" else text.removesuffix(" ago")
    if not re.fullmatch(rf"{_AMOUNT}(?:(?:,| and)?\s*{_AMOUNT})*", text):
        return None
    total = dict.fromkeys(_UNITS.values(), 0)
    for amount, unit in re.findall(_AMOUNT, text):
        total[_UNITS[unit[0]]] += 1 if amount.startswith("a") else int(amount)
    return _before(now, **total)


def _iso_ago(text: str, now: datetime) -> datetime | None:
    found = re.fullmatch(_ISO, text.upper())
    names = ("weeks", "days", "hours", "minutes")
    return found and _before(now, **{n: int(g or 0) for n, g in zip(names, found.groups(), strict=True)})


def _before(now: datetime, *, weeks: int, days: int, hours: int, minutes: int) -> datetime:
    # Even subtracting nothing forgets which of the two 01:30s of an autumn night it is.
    wall = now - timedelta(weeks=weeks, days=days) if weeks or days else now
    return wall.astimezone(UTC) - timedelta(hours=hours, minutes=minutes)


def _month_ago(text: str, now: datetime) -> datetime | None:
    if text not in ("last month", "a month ago", "1 month ago", "p1m"):
        return None
    year, month = (now.year, now.month - 1) if now.month > 1 else (now.year - 1, 12)
    return now.replace(year=year, month=month, day=min(now.day, calendar.monthrange(year, month)[1]))


def _named_day(text: str, now: datetime) -> datetime | None:
    found = re.fullmatch(rf"{_DAY}(?:,? {_CLOCK})?", text) or re.fullmatch(rf"{_CLOCK} (?:on )?{_DAY}", text)
    if found is None:
        return None
    day = found["day"].removeprefix("last ")
    back = {"today": 0, "yesterday": 1}.get(day)
    if back is None:
        back = (now.weekday() - WEEKDAYS.index(day) - 1) % 7 + 1
    return datetime.combine(now.date() - timedelta(days=back), _clock(found), now.tzinfo)


def _clock(found: re.Match[str]) -> time:
    """The time of day in a match, midnight where it names none. Raises ValueError for 13pm and 25:00."""
    if found["hour"] is None:
        return time()
    hour, half = int(found["hour"]), found["half"]
    if half is None and found["minute"] is None:
        raise ValueError("a bare number is no time of day")
    if half and not 1 <= hour <= 12:
        raise ValueError("no such hour on a twelve-hour clock")
    return time(hour % 12 + 12 * (half == "pm") if half else hour, int(found["minute"] or 0))


def _iso_date(text: str, now: datetime) -> datetime | None:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[t ][0-9:.]+(?:z|[+-][0-9:]+)?)?", text):
        return None
    found = datetime.fromisoformat(text.upper())
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)


def _written_date(text: str, now: datetime) -> datetime | None:
    found = next(filter(None, (re.fullmatch(form, text) for form in _DATES)), None)
    if found is None:
        return None
    parts = found.groupdict()
    month = int(parts["m"]) if "m" in parts else _month(parts["month"])
    day, year = int(parts["d"]), parts["y"]
    if year is not None:
        on = date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    else:
        on = max(d for d in _each_year(now, month, day) if d <= now.date())
    return datetime.combine(on, time(), now.tzinfo)


def _month(word: str) -> int:
    """1 to 12 for a month or its first letters, three at least: sep, sept. Raises ValueError."""
    return [name.startswith(word) for name in MONTHS].index(True) + 1


def _each_year(now: datetime, month: int, day: int) -> list[date]:
    """That day in this and the last eight years, where it exists: 29 February may be long ago."""
    years = (year for year in range(now.year - 8, now.year + 1))
    return [date(year, month, day) for year in years if day <= calendar.monthrange(year, month)[1]]
