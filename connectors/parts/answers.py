"""What an HTTP status means: which error it is, and until when to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.errors import BudgetSpent, SourceChanged, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.types import SourceState

LONGEST_WAIT = timedelta(hours=24)
WAIT_IF_UNTOLD = timedelta(minutes=15)


def waiting_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When a source wants to be asked again, at most 24 hours ahead; None where it does not say.

    Reads Retry-After (seconds or HTTP date, RFC 9110 10.2.3), RateLimit-Reset (seconds or epoch),
    X-RateLimit-Reset (ISO 8601 on Mastodon) and X-Rate-Limit-Reset (epoch, on X).
    """
    for name in ("retry-after", "ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"):
        moment = _moment(headers.get(name, "").strip(), now, epoch=name != "retry-after")
        if moment is not None:
            return min(max(moment, now), now + LONGEST_WAIT)
    return None


def _moment(text: str, now: datetime, *, epoch: bool) -> datetime | None:
    if re.fullmatch(r"\d{1,12}(\.\d*)?", text):
        number = float(text)
        since = datetime(1970, 1, 1, tzinfo=UTC) if epoch and number > 1e9 else now
        return min(since + timedelta(seconds=min(number, 1e11)), now + LONGEST_WAIT)
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError):
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def raise_for_status(status: int, headers: Mapping[str, str], host: str, now: datetime) -> None:
    """Do nothing for 2xx and 304, else raise the SourceError that says what to do next.

    A 404 is tried again: sites give one while they are being renewed (a feed that is gone for good says 410).
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
        raise SourceUnavailable(said, retry_after=(until - now).total_seconds() if until else None)
    raise SourceChanged(said)
