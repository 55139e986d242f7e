"""Turns at a host: how many at once, how far apart, and how long it is left alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors.http import Http
from connectors.parts import politeness
from connectors.parts.politeness import AT_ONCE, JITTER, REMEMBERED, SPACING, SPACINGS, Politeness
from monitor.errors import SourceError, SourceThrottled

MOMENT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class Clockwork:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        return MOMENT + timedelta(seconds=self.seconds)


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


@pytest.fixture
def polite(clockwork: Clockwork) -> Politeness:
    return Politeness(clockwork.now, sleep=clockwork.sleep, clock=lambda: clockwork.seconds)


@pytest.mark.parametrize(("host", "spacing"), [("a.test", SPACING), *SPACINGS.items()])
def test_requests_to_one_host_keep_their_distance(
    polite: Politeness, clockwork: Clockwork, host: str, spacing: float
) -> None:
    for _ in range(20):
        with polite.turn(host):
            pass
    assert clockwork.naps[0] == 0
    assert all(spacing <= nap <= spacing * (1 + JITTER) for nap in clockwork.naps[1:])
    assert len(set(clockwork.naps)) > 10  # jitter: readers that began together part


def test_hosts_do_not_wait_for_each_other(polite: Politeness, clockwork: Clockwork) -> None:
    for number in range(20):
        with polite.turn(f"{number}.test"):
            pass
    assert clockwork.seconds == 0


def test_a_host_that_need_not_be_spared_is_not(polite: Politeness, clockwork: Clockwork) -> None:
    with ExitStack() as turns:
        for _ in range(AT_ONCE * 3):
            turns.enter_context(polite.turn("intranet.test", paced=False))
    assert clockwork.naps == []


def test_a_turn_that_does_not_come_is_a_throttled_source(
    polite: Politeness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(politeness, "PATIENCE", 0.01)
    with ExitStack() as turns:
        for _ in range(AT_ONCE):
            turns.enter_context(polite.turn("a.test"))
        with pytest.raises(SourceThrottled, match="have all its turns"), polite.turn("a.test"):
            pytest.fail("one too many")
    with polite.turn("a.test"):
        pass


def test_however_many_threads_ask_only_a_few_are_at_a_host_at_once(polite: Politeness) -> None:
    together, most, lock = 0, 0, threading.Lock()

    def ask(_: int) -> None:
        nonlocal together, most
        with polite.turn("a.test"):
            with lock:
                together += 1
                most = max(most, together)
            with lock:
                together -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(200)))
    assert 1 <= most <= AT_ONCE


def test_a_turn_is_given_back_when_its_request_fails(polite: Politeness) -> None:
    for _ in range(AT_ONCE + 1):
        with pytest.raises(RuntimeError), polite.turn("a.test"):
            raise RuntimeError


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [
        (429, {"retry-after": "120"}, 120),
        (429, {}, 900),
        (503, {"retry-after": "60"}, 60),
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, 30),
    ],
)
def test_a_host_is_left_alone_by_all_as_long_as_it_asked(
    polite: Politeness, clockwork: Clockwork, status: int, headers: dict[str, str], seconds: int
) -> None:
    polite.heed("a.test", status, headers)
    for paced in (True, False):
        with pytest.raises(SourceThrottled) as raised, polite.turn("a.test", paced=paced):
            pytest.fail("it was to be left alone")
        assert raised.value.until == MOMENT + timedelta(seconds=seconds)
    with polite.turn("b.test"):
        pass
    clockwork.seconds += seconds
    with polite.turn("a.test"):
        pass


def test_a_shorter_wait_does_not_undo_a_longer_one(polite: Politeness) -> None:
    polite.heed("a.test", 429, {"retry-after": "600"})
    polite.heed("a.test", 429, {"retry-after": "5"})
    with pytest.raises(SourceThrottled) as raised, polite.turn("a.test"):
        pytest.fail("it was to be left alone")
    assert raised.value.until == MOMENT + timedelta(seconds=600)


def test_who_waits_for_a_turn_hears_what_the_host_said_meanwhile(clockwork: Clockwork) -> None:
    def sleep(seconds: float) -> None:
        if seconds:
            polite.heed("a.test", 429, {"retry-after": "60"})

    polite = Politeness(clockwork.now, sleep=sleep, clock=lambda: clockwork.seconds)
    with polite.turn("a.test"):
        pass
    with pytest.raises(SourceThrottled), polite.turn("a.test"):
        pytest.fail("it was to be left alone")


def test_idle_hosts_are_forgotten_but_none_that_asked_for_quiet(
    polite: Politeness, clockwork: Clockwork
) -> None:
    polite.heed("quiet.test", 429, {"retry-after": "3600"})
    for number in range(REMEMBERED * 2):
        with polite.turn(f"{number}.test"):
            pass
        clockwork.seconds += 1
    assert len(polite._hosts) <= REMEMBERED
    with pytest.raises(SourceThrottled), polite.turn("quiet.test"):
        pytest.fail("it was to be left alone")


def answering(*answers: httpx.Response) -> tuple[httpx.MockTransport, list[str]]:
    """A transport that gives these answers in turn, the last for ever, and the addresses asked."""
    left, asked = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return left.pop(0) if len(left) > 1 else left[0]

    return httpx.MockTransport(answer), asked


def test_a_throttled_host_is_asked_by_no_source_again(now: Callable[[], datetime]) -> None:
    transport, asked = answering(httpx.Response(429, headers={"Retry-After": "60"}), httpx.Response(200))
    http = Http(now=now, transport=transport)
    sources = [http.behind(lambda: None), http.behind(lambda: None)]
    for source in (*sources, http):
        with pytest.raises(SourceThrottled) as raised:
            source.get("https://a.test/feed")
        assert raised.value.until == now() + timedelta(seconds=60)
    assert asked == ["https://a.test/feed"]
    assert http.get("https://b.test/feed").status == 200


def test_the_last_answer_of_an_allowance_is_read_and_then_waited_for(now: Callable[[], datetime]) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2026-11-21T09:31:00Z"}
    transport, asked = answering(httpx.Response(200, headers=headers, text="the last"))
    http = Http(now=now, transport=transport)
    assert http.get("https://a.test/1").body == b"the last"
    with pytest.raises(SourceThrottled):
        http.get("https://a.test/2")
    assert asked == ["https://a.test/1"]


def test_a_redirect_leads_to_no_host_that_is_to_be_left_alone(now: Callable[[], datetime]) -> None:
    away = httpx.Response(302, headers={"Location": "https://b.test/"})
    transport, asked = answering(httpx.Response(429), away)
    http = Http(now=now, transport=transport)
    for host in ("b.test", "a.test"):
        with pytest.raises(SourceThrottled, match=r"b\.test"):
            http.get(f"https://{host}/")
    assert asked == ["https://b.test/", "https://a.test/"]


def test_waiting_for_a_turn_takes_nothing_of_the_requests_time(now: Callable[[], datetime]) -> None:
    polite = Politeness(now, sleep=lambda seconds: time.sleep(0.4))
    transport, _ = answering(httpx.Response(200, text="in time"))
    http = Http(now=now, transport=transport, timeout=0.3, politeness=polite)
    assert http.get("https://a.test/").body == b"in time"


def test_the_gate_is_asked_after_the_wait(now: Callable[[], datetime]) -> None:
    order = []
    polite = Politeness(now, sleep=lambda seconds: order.append("waited"))
    transport, _ = answering(httpx.Response(200))
    http = Http(now=now, transport=transport, politeness=polite).behind(lambda: order.append("asked"))
    http.get("https://a.test/")
    assert order == ["waited", "asked"]


def test_a_host_on_the_internal_network_is_not_waited_for(server: Any, now: Callable[[], datetime]) -> None:
    naps: list[float] = []
    http = Http(now=now, private_hosts=(server.netloc,), politeness=Politeness(now, sleep=naps.append))
    for _ in range(AT_ONCE + 1):
        http.get(server.answer("/a"))
    assert naps == []


def test_a_hosts_failure_gives_its_turn_back(now: Callable[[], datetime]) -> None:
    transport, asked = answering(httpx.Response(500))
    http = Http(now=now, transport=transport)
    for _ in range(AT_ONCE + 2):
        with pytest.raises(SourceError, match="500"):
            http.get("https://a.test/")
    assert len(asked) == AT_ONCE + 2
