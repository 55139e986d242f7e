"""What an error of the YouTube Data API means, by the reasons in its body.

Source: https://developers.google.com/youtube/v3/docs/errors and answers as they really come.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

from connectors.http import Response
from connectors.parts import shape
from connectors.parts.answers import WAIT_IF_UNTOLD
from monitor.errors import SourceRefused, SourceThrottled
from monitor.types import SourceState

_SPENT = {"quotaExceeded", "dailyLimitExceeded", "SERVICE_UNAVAILABLE"}
_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_KEY = {
    "keyInvalid",
    "keyExpired",
    "API_KEY_INVALID",
    "API_KEY_SERVICE_BLOCKED",
    "API_KEY_IP_ADDRESS_BLOCKED",
    "API_KEY_HTTP_REFERRER_BLOCKED",
    "accessNotConfigured",
    "ipRefererBlocked",
    "SERVICE_DISABLED",
}
_LOST = {"channelNotFound", "videoNotFound"}
_EMPTY = {"commentsDisabled", "playlistNotFound"}


class NothingThere(SourceRefused):
    """The channel takes no comments or has no videos: there is nothing to read, and nothing is wrong."""


def reasons(body: bytes) -> set[str]:
    """Every reason in the body of an error, of the older shape and of the newer one."""
    try:
        error = shape.find(json.loads(body), "error")
    except (ValueError, RecursionError):
        return set()
    found = [*shape.some(error, "errors"), *shape.some(error, "details")]
    return {reason for each in found if (reason := shape.name(each, "reason"))}


def explain(answer: Response, host: str, now: datetime) -> None:
    """Raise the SourceError that the body gives away, if any. `now` is Pacific time."""
    said = reasons(answer.body)
    if said & _SPENT and answer.status in (403, 429):
        raise SourceThrottled(f"{host}: the day's allowance is used up", until=_midnight(now))
    if said & _FAST:
        raise SourceThrottled(f"{host}: asked too fast", until=now.astimezone(UTC) + WAIT_IF_UNTOLD)
    if said & _KEY:
        raise SourceRefused(
            f"{host}: refuses the key: check api_key, and that its project may use the YouTube Data API",
            state=SourceState.MISCONFIGURED,
        )
    if said & _EMPTY:
        raise NothingThere(f"{host}: no comments are taken, or no video is public")
    if answer.status == 404 and said & _LOST:
        raise SourceRefused(f"{host}: the channel or video is gone", state=SourceState.GONE)


def _midnight(now: datetime) -> datetime:
    """When the allowance is renewed: at midnight of Pacific time."""
    tomorrow = now.date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), now.tzinfo).astimezone(UTC)
