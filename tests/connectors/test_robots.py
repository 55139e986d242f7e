"""robots.txt is obeyed, as RFC 9309 has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import httpx
import pytest

from connectors.http import Http
from connectors.parts.web.robots import Robots
from monitor.errors import SourceRefused, SourceThrottled, SourceUnavailable
from monitor.types import SourceState

Clock = Callable[[], datetime]
PAGE = "https://riverside.test/news/parking?day=1"


def robots(now: Clock, *answers: httpx.Response) -> tuple[Robots, list[str]]:
    """The rules of hosts that give these answers in turn, and the addresses that were asked for."""
    asked, given = list[str](), iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return next(given)

    return Robots(Http(now=now, transport=httpx.MockTransport(answer), attempts=1)), asked


@pytest.mark.parametrize(
    "rules",
    [
        "",
        "User-agent: *\nDisallow:",
        "User-agent: *\nDisallow: /private/",
        "User-agent: *\nDisallow: /\nAllow: /news/",
        "User-agent: *\nDisallow: /\n\nUser-agent: Trustwatch\nAllow: /",
        "<!doctype html><p>Not what was asked for</p>",
        "\ufeffUser-agent: other\nDisallow: /",
    ],
)
def test_what_is_not_forbidden_may_be_read(now: Clock, rules: str) -> None:
    allowed, asked = robots(now, httpx.Response(200, text=rules))
    allowed.check(PAGE)
    assert asked == ["https://riverside.test/robots.txt"]


@pytest.mark.parametrize(
    "rules",
    [
        "User-agent: *\nDisallow: /",
        "User-agent: *\nAllow: /\n\nUser-agent: trustwatch\nDisallow: /news",
        "user-agent: TRUSTWATCH\ndisallow: /*?day=",
        "\ufeffUser-agent: *\nDisallow: /news/parking",
    ],
)
def test_a_refusal_is_said_plainly(now: Clock, rules: str) -> None:
    forbidden, _ = robots(now, httpx.Response(200, text=rules))
    with pytest.raises(SourceRefused, match=r"does not let trustwatch read /news/parking: ask") as refused:
        forbidden.check(PAGE)
    assert refused.value.state is SourceState.MISCONFIGURED


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_rules_that_are_not_there_forbid_nothing(now: Clock, status: int) -> None:
    absent, _ = robots(now, httpx.Response(status, text="User-agent: *\nDisallow: /"))
    absent.check(PAGE)


@pytest.mark.parametrize("status", [500, 503, 522])
def test_rules_that_cannot_be_read_now_forbid_everything_now(now: Clock, status: int) -> None:
    unknown, _ = robots(now, httpx.Response(status, headers={"Retry-After": "60"}))
    with pytest.raises(SourceUnavailable, match=r"robots\.txt cannot be read now") as raised:
        unknown.check(PAGE)
    assert raised.value.retry_after == 60


def test_a_host_that_wants_us_to_wait_is_waited_for(now: Clock) -> None:
    busy, _ = robots(now, httpx.Response(429))
    with pytest.raises(SourceThrottled):
        busy.check(PAGE)


def test_each_host_is_asked_once(now: Clock) -> None:
    rules = "User-agent: *\nDisallow: /private/\nCrawl-delay: 20"
    each, asked = robots(now, httpx.Response(200, text=rules), httpx.Response(404))
    for page in (PAGE, "https://riverside.test/", "https://other.test/private/", "https://riverside.test/a"):
        each.check(page)
    assert asked == ["https://riverside.test/robots.txt", "https://other.test/robots.txt"]
    assert each.delay == 20
