"""What the headers of an answer say about waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.parts.answers import LONGEST_WAIT, exhausted_until, waiting_until

MOMENT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120),
        ({"retry-after": "Sat, 21 Nov 2026 09:35:00 GMT"}, 300),
        ({"retry-after": "Sat, 21 Nov 2026 09:00:00 GMT"}, 0),
        ({"retry-after": "1000000000"}, 86400),
        ({"ratelimit-reset": "60"}, 60),
        ({"ratelimit-reset": str(int(MOMENT.timestamp()) + 90)}, 90),
        ({"x-ratelimit-reset": str(int(MOMENT.timestamp()) + 900)}, 900),
        ({"x-ratelimit-reset": "2026-11-21T09:31:00.000Z"}, 60),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": " 120 "}, 120),
        ({"retry-after": "120, 120"}, 120),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "Saturday, 21-Nov-26 09:31:00 GMT"}, 60),
        ({"retry-after": "Sat Nov 21 09:31:00 2026"}, 60),
        ({"retry-after": "Fri, 31 Dec 9999 23:59:59 GMT"}, 86400),
        ({"retry-after": "60", "x-ratelimit-reset": "900"}, 60),
        ({"retry-after": "soon", "x-ratelimit-reset": "900"}, 900),
        ({"x-ratelimit-reset": "337.0"}, 337),
        ({"x-ratelimit-reset": str(int(MOMENT.timestamp()) - 5)}, 0),
        ({"x-ratelimit-reset": str((int(MOMENT.timestamp()) + 90) * 1000)}, 90),
        ({"x-ratelimit-reset": "2026-11-21T10:31:00+01:00"}, 60),
        ({"x-ratelimit-reset": "99999999999"}, 86400),
        ({"x-rate-limit-reset": str(int(MOMENT.timestamp()) + 900)}, 900),
        ({"ratelimit": "limit=100, remaining=0, reset=50"}, 50),
        ({"ratelimit": "limit=100,remaining=0,reset=50"}, 50),
        ({"ratelimit": '"default";r=0;t=30'}, 30),
        ({"ratelimit": '"burst";r=5;t=2, "day, t=7";r=0;t=3600, "hour";r=0;t=60'}, 3600),
        ({"ratelimit": '"burst";r=5;t=2, "day";r=9;t=3600'}, 2),
        ({"ratelimit": "t=9999999999"}, 86400),
        ({"ratelimit": '"default";r=0'}, None),
        ({"ratelimit": "limit=100"}, None),
        ({"ratelimit": '"'}, None),
        ({"retry-after": "-5"}, None),
        ({"x-ratelimit-reset": "-1"}, None),
        ({"x-ratelimit-reset": "NaN"}, None),
        ({"x-ratelimit-reset": "1e9"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_every_way_of_saying_wait_is_understood(headers: dict[str, str], seconds: float | None) -> None:
    until = waiting_until(headers, MOMENT)
    assert until == (None if seconds is None else MOMENT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {}, 900),
        (429, {"retry-after": "-5"}, 900),
        (429, {"retry-after": "60"}, 60),
        (503, {"retry-after": "60"}, 60),
        (503, {"retry-after": "soon"}, None),
        (503, {"x-ratelimit-reset": "60"}, None),
        (503, {}, None),
        (500, {"retry-after": "60"}, None),
        (200, {"retry-after": "60"}, None),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "60"}, 60),
        (200, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "60"}, 60),
        (200, {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "60"}, 60),
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": "60"}, 60),
        (200, {"ratelimit": "limit=9, remaining=0, reset=60"}, 60),
        (200, {"ratelimit": '"default";r=0;t=60'}, 60),
        (200, {"ratelimit": '"default";r=1;t=60'}, None),
        (200, {"x-ratelimit-remaining": "1", "x-ratelimit-reset": "60"}, None),
        (200, {"x-ratelimit-remaining": "0"}, None),
        (200, {"x-ratelimit-reset": "60"}, None),
        (200, {}, None),
        (304, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "60"}, 60),
    ],
)
def test_a_host_is_left_alone_where_it_asks_for_it(
    status: int, headers: dict[str, str], seconds: int | None
) -> None:
    until = exhausted_until(status, headers, MOMENT)
    assert until == (None if seconds is None else MOMENT + timedelta(seconds=seconds))


NAMES = ["retry-after", "ratelimit", "ratelimit-reset", "ratelimit-remaining", "x-ratelimit-reset"]


@given(st.dictionaries(st.sampled_from(NAMES), st.text('0123456789-+.,;=:"rt GMTZSatNov²', max_size=40)))
def test_no_header_breaks_the_reading_or_waits_more_than_a_day(headers: dict[str, str]) -> None:
    for until in (waiting_until(headers, MOMENT), exhausted_until(429, headers, MOMENT)):
        assert until is None or MOMENT <= until <= MOMENT + LONGEST_WAIT
