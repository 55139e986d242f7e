"""What an HTTP status means: which error it is, and until when to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.errors import (
    BudgetSpent,
    SourceChanged,
    SourceNotFound,
    SourceRefused,
    SourceThrottled,
    SourceUnavailable,
)
from monitor.types import SourceState

LONGEST_WAIT = timedelta(hours=24)
WAIT_IF_UNTOLD = timedelta(minutes=15)


_RESETS = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
_REMAINING = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")


def waiting_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a source wants to be asked again, at most 24 hours ahead; None where it does not say.

    Reads Retry-After (seconds or HTTP date, RFC 9110 10.2.3), RateLimit (IETF draft, in the forms of its
    versions 7 and 10), RateLimit-Reset (seconds or epoch) and X-RateLimit-Reset (epoch on X, where it is
    X-Rate-Limit-Reset; ISO 8601 on Mastodon; seconds on Reddit).
    """
    after = _moment(headers.get("retry-after", ""), now, epoch=False)
    windows = _windows(headers.get("ratelimit", ""))
    told = [after or _next_window(windows, now), *(_moment(headers.get(n, ""), now) for n in _RESETS)]
    moment = next((moment for moment in told if moment is not None), None)
    return None if moment is None else min(max(moment, now), now + LONGEST_WAIT)


def exhausted_until(status: int, headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when the whole host is to be left alone after this answer; None where it may be asked on.

    That is after a 429, a 503 that says how long, and an answer that was the last of its allowance.
    """
    if status == 429:
        return waiting_until(headers, now) or now + WAIT_IF_UNTOLD
    spent = any(_number(headers.get(name, "")) == 0 for name in _REMAINING)
    spent = spent or any(left == 0 for left, _ in _windows(headers.get("ratelimit", "")))
    return waiting_until(headers, now) if spent or (status == 503 and "retry-after" in headers) else None


def _moment(text: str, now: datetime, *, epoch: bool = True) -> datetime | None:
    if (number := _number(text)) is not None:
        seconds = number / 1000 if number > 1e11 else number
        since = datetime(1970, 1, 1, tzinfo=UTC) if epoch and seconds > 1e9 else now
        return min(since + timedelta(seconds=seconds), now + LONGEST_WAIT)
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _number(text: str) -> float | None:
    """A number of at most 13 digits, the first where a header came twice; None for anything else."""
    match = re.fullmatch(r"\s*(\d{1,13}(?:\.\d*)?)\s*(?:[,;].*)?", text)
    return float(match[1]) if match else None


def _windows(field: str) -> list[tuple[int | None, int | None]]:
    """(requests left, seconds to the reset) of each allowance in a RateLimit field."""
    bare = re.sub(r'"[^"]*"', "", field)
    # Version 7 parts the members of its one allowance by commas, later ones part allowances by them.
    allowances = bare.split(",") if ";" in bare else [bare]
    return [(_member("remaining|r", each), _member("reset|t", each)) for each in allowances if each.strip()]


def _member(names: str, allowance: str) -> int | None:
    match = re.search(rf"\b(?:{names})\s*=\s*(\d{{1,10}})\b", allowance)
    return int(match[1]) if match else None


def _next_window(windows: list[tuple[int | None, int | None]], now: datetime) -> datetime | None:
    """When everything that is used up is there again, or else the first reset that is told."""
    used_up = [reset for left, reset in windows if left == 0 and reset is not None]
    told = [reset for _, reset in windows if reset is not None]
    seconds = max(used_up) if used_up else min(told, default=None)
    return None if seconds is None else now + timedelta(seconds=min(seconds, 1e7))


def raise_for_status(status: int, headers: Mapping[str, str], host: str, now: datetime) -> None:
    """Do nothing for 2xx and 304, else raise the SourceError that says what to do next.

    A 404 is tried again: sites give one while they are being renewed (a feed that is gone for good says 410,
    and one that stays so is taken for gone by the core).
    """
    if 200 <= status < 300 or status == 304:
        return
    until = waiting_until(headers, now)
    said = f"{host} answered {status}"
    match status:
        case 401 | 403:
            raise SourceRefused(f"{said}: check the source's access")
        case 402:
            raise BudgetSpent(said)
        case 410:
            raise SourceRefused(f"{said}: it is gone for good", state=SourceState.GONE)
        case 429:
            raise SourceThrottled(said, until=until or now + WAIT_IF_UNTOLD)
    if status >= 500 or status in (404, 408, 425):
        kind = SourceNotFound if status == 404 else SourceUnavailable
        raise kind(said, retry_after=(until - now).total_seconds() if until else None)
    raise SourceChanged(said)
