"""Recorded answers in place of the network: what the demo and the contract tests run on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx

from monitor.ports import Clock

_TIME = re.compile(r"\{\{T-(?P<ago>(?:\d+[dhms])+)(?:\|(?P<form>rfc822))?\}\}")
_NUMBER = re.compile(r'"\{\{T-(?P<ago>(?:\d+[dhms])+)\|(?P<form>epoch|ms)\}\}"')
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class Replay(httpx.BaseTransport):
    """Answers from recordings instead of the network (`connectors/recordings` says what one is).

    Of the recordings with the request's method, host and path, the one with the most matching
    `params` and `sent` answers; none = status 599. An ETag sent back unchanged gets 304. Times written as
    `{{T-3h}}`, `{{T-1d2h|rfc822}}` and the others become that long before `now`.
    """

    def __init__(self, recordings: Iterable[Mapping[str, Any]], now: Clock) -> None:
        self._recordings = sorted(recordings, key=_conditions, reverse=True)
        self._now = now

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The recorded answer."""
        recording = next((r for r in self._recordings if _answers(r, request, self._now())), None)
        if recording is None:
            missing = f"no recording of {request.method} {request.url.host}{request.url.path}"
            return httpx.Response(599, text=missing, request=request)
        headers = {name: _dated(value, self._now()) for name, value in recording.get("headers", {}).items()}
        etag = next((value for name, value in headers.items() if name.lower() == "etag"), None)
        if etag is not None and request.headers.get("if-none-match") == etag:
            return httpx.Response(304, headers=headers, request=request)
        body = recording.get("content") or _dated(recording.get("body", ""), self._now()).encode()
        return httpx.Response(recording.get("status", 200), headers=headers, content=body, request=request)


def _conditions(recording: Mapping[str, Any]) -> int:
    return len(recording.get("params", ())) + len(recording.get("sent", ()))


def _answers(recording: Mapping[str, Any], request: httpx.Request, now: datetime) -> bool:
    wanted = (recording.get("method", "GET"), recording["host"], recording["path"])
    asked = (request.method, request.url.netloc.decode(), request.url.path)
    params = {name: _dated(value, now) for name, value in recording.get("params", {}).items()}
    if wanted != asked or not params.items() <= dict(request.url.params).items():
        return False
    return not recording.get("sent") or recording["sent"].items() <= json.loads(request.content).items()


def _dated(text: str, now: datetime) -> str:
    def at(match: re.Match[str]) -> datetime:
        ago = {_UNITS[unit]: int(count) for count, unit in re.findall(r"(\d+)([dhms])", match["ago"])}
        return now.replace(microsecond=0) - timedelta(**ago)

    def moment(match: re.Match[str]) -> str:
        return format_datetime(at(match), usegmt=True) if match["form"] else f"{at(match):%Y-%m-%dT%H:%M:%SZ}"

    def number(match: re.Match[str]) -> str:
        return str(int(at(match).timestamp()) * (1000 if match["form"] == "ms" else 1))

    return _TIME.sub(moment, _NUMBER.sub(number, text))
