"""The day on which something that a person set ends, as it is typed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from monitor.config import Settings

LONGEST = timedelta(days=366)
_SPAN = re.compile(r"([0-9]{1,3})([dw])")


def ending(text: str, settings: Settings) -> date:
    """The day that `90d`, `12w` or a date mean, in the organisation's zone. Raises a usage error.

    It is after today and within a year: what should hold longer is looked at again.
    """
    from monitor.service import utc_now

    today = settings.organisation.day(utc_now())
    try:
        span = _SPAN.fullmatch(text.strip().lower())
        days = int(span[1]) * (7 if span[2] == "w" else 1) if span else None
        end = date.fromisoformat(text.strip()) if days is None else today + timedelta(days=days)
    except ValueError:
        hint = f"{text[:40]!r} is not an end: try 90d, 12w or a date like {today + timedelta(days=90)}"
        raise typer.BadParameter(hint, param_hint="--expires") from None
    if not today < end <= today + LONGEST:
        raise typer.BadParameter("must be after today and within a year", param_hint="--expires")
    return end
