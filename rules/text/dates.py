"""Dates as people write them, read from folded text."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTH = rf"(?:{_MONTHS})[a-z]{{0,6}}\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:\d{4}|'?\d{2})"

DATE = (
    rf"(?:\d{{4}}[./\-]\d{{1,2}}[./\-]\d{{1,2}}|\d{{1,2}} ?[./\- ] ?\d{{1,2}} ?[./\- ] ?{_YEAR}"
    rf"|{_DAY}(?: of)?[ \-]?{_MONTH},?[ \-]?{_YEAR}|{_MONTH} {_DAY},? {_YEAR}|\d{{8}}|\d{{6}})\b"
)
"""A date with day, month and year: 12/03/1951, 12.3.51, 12th Mar '51, March 12 1951, 1951-03-12, 12031951."""

_PART = re.compile(rf"\d+|(?:{_MONTHS})")


def read_date(text: str, today: date) -> date | None:
    """The day that a text matched by DATE stands for, None where the calendar has no such day.

    Day before month, as in Britain, unless only the other order is a date. Of a year of two digits the
    last one up to `today` is meant.
    """
    parts = _PART.findall(text)
    if len(parts) == 1:
        parts = [parts[0][:2], parts[0][2:4], parts[0][4:]]
    if len(parts) != 3:
        return None
    if len(parts[0]) == 4:
        parts.reverse()
    if not parts[0].isdigit():
        parts[:2] = parts[1], parts[0]
    day, month, year = int(parts[0]), _month(parts[1]), int(parts[2])
    if year < 100:
        year += 2000 if year <= today.year % 100 else 1900
    return real_date(day, month, year) or real_date(month, day, year)


def real_date(day: int, month: int, year: int) -> date | None:
    """That day; None where there is none. A year of two digits is one of this century."""
    try:
        return date(year if year >= 100 else 2000 + year, month, day)
    except ValueError:
        return None


def _month(part: str) -> int:
    return int(part) if part.isdigit() else _MONTHS.split("|").index(part) + 1
