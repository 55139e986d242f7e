"""Strangers' JSON, asked by path: what is missing, or of another type than expected, reads as nothing.

Only what an answer cannot do without raises: a list of items that is no list is a source that changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.parts import plain
from monitor.errors import SourceChanged

Item = dict[str, Any]


def find(value: Any, *path: str | int) -> Any:
    """What stands at `path`, None where there is nothing."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def text(value: Any, *path: str | int) -> str:
    """Plain text as it can be stored; empty where there is none."""
    found = find(value, *path)
    return plain.clean(found).strip() if isinstance(found, str) else ""


def name(value: Any, *path: str | int) -> str | None:
    """An id or a token: opaque text, whatever the platform makes of it. None where there is none."""
    found = find(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return None
    return plain.clean(str(found)).strip() or None


def address(value: Any, *path: str | int) -> str | None:
    """An absolute web address, None where there is none."""
    found = find(value, *path)
    return plain.web_address(found) if isinstance(found, str) else None


def number(value: Any, *path: str | int) -> int | None:
    """A whole number, also where it is written as text."""
    found = find(value, *path)
    if isinstance(found, bool):
        return None
    try:
        return int(found)
    except (TypeError, ValueError, OverflowError):
        return None


def flag(value: Any, *path: str | int) -> bool | None:
    """True or false, None where the platform says neither."""
    found = find(value, *path)
    return found if isinstance(found, bool) else None


def moment(value: Any, now: datetime, *path: str | int) -> datetime | None:
    """An instant as aware UTC: ISO 8601, RFC 822, or seconds or milliseconds since 1970.

    What has no zone is taken for UTC. None for nonsense, before 1990, and more than two days after `now`.
    """
    at = _instant(find(value, *path))
    return plain.believable(at, now) if at else None


def _instant(written: Any) -> datetime | None:
    try:
        if isinstance(written, int | float) and not isinstance(written, bool):
            return datetime.fromtimestamp(written / 1000 if abs(written) > 1e11 else written, UTC)
        if not isinstance(written, str):
            return None
        if written.isdecimal() and len(written) > 8:
            return _instant(int(written))
        at = datetime.fromisoformat(written) if written[:1].isdigit() else parsedate_to_datetime(written)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return None


def items(host: str, value: Any, *path: str | int) -> Iterator[Item]:
    """The objects of the list at `path`. Raises SourceChanged where there is no list.

    What is in it but is no object is left out.
    """
    found = find(value, *path)
    if not isinstance(found, list):
        raise SourceChanged(f"{host}: the answer has no list of items: its interface may have changed")
    return (each for each in found if isinstance(each, dict))


def some(value: Any, *path: str | int) -> Iterator[Item]:
    """The same where the platform may leave the list out."""
    found = find(value, *path)
    return (each for each in found if isinstance(each, dict)) if isinstance(found, list) else iter(())


def strings(value: Any, *path: str | int) -> Iterator[str]:
    """The texts of a list that may be left out."""
    found = find(value, *path)
    return (each for each in found if isinstance(each, str)) if isinstance(found, list) else iter(())
