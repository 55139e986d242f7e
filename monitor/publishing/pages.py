"""Published files: templates become text, and a file is there whole or not at all."""

from __future__ import annotations

import os
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alerts.text import harmless
from monitor.errors import MonitorError

SMALL = 5
"""Numbers of people under this are not published: who is meant might be worked out."""


def rendered(template: str, **words: Any) -> str:
    """The template with these words; in HTML all of them are escaped."""
    return _environment().get_template(template).render(words)


def written(folder: Path, files: dict[str, str]) -> list[Path]:
    """Write the files into `folder`, which is made where it is missing. Raises MonitorError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_replaced(folder / name, text) for name, text in files.items()]
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise MonitorError(f"{folder}: cannot be written to ({why}); name another folder") from None


def few(number: int) -> str:
    """How many people, with small numbers blurred."""
    if number == 0:
        return "none"
    return f"fewer than {SMALL}" if number < SMALL else str(number)


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


def _replaced(path: Path, text: str) -> Path:
    with NamedTemporaryFile("w", encoding="utf-8", newline="\n", dir=path.parent, delete=False) as file:
        file.write(text)
    Path(file.name).chmod(0o644)  # it is to be read by everybody
    os.replace(file.name, path)
    return path


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
