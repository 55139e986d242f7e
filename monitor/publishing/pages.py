"""Published files: templates become text, and a file is there whole or not at all."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alerts.text import harmless
from monitor.errors import MonitorError
from monitor.files import replace

PUBLIC = 0o644
"""Pages are to be read by everybody."""


def rendered(template: str, **words: Any) -> str:
    """The template with these words; in HTML all of them are escaped."""
    return _environment().get_template(template).render(words)


def written(folder: Path, files: dict[str, str]) -> list[Path]:
    """Write the files into `folder`, which is made where it is missing. Raises MonitorError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [replace(folder / name, text.encode(), PUBLIC) for name, text in files.items()]
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise MonitorError(f"{folder}: cannot be written to ({why}); name another folder") from None


def calendar(day: date) -> str:
    """A day as people write it: 1 November 2026."""
    return f"{day.day} {day:%B %Y}"


def lasting(length: timedelta) -> str:
    """A period as people say it: years where it is whole years, else days."""
    days = length.days
    if days and days % 365 == 0:
        return "1 year" if days == 365 else f"{days // 365} years"
    if days:
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{int(length.total_seconds() // 60)} minutes"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.publishing"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        finalize=lambda value: harmless(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(calendar=calendar, lasting=lasting)
    return environment
