"""Signing in by the AT Protocol: a session is kept, renewed, and made anew only when that fails."""

from __future__ import annotations

import json
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from connectors import Context
from connectors.http import Http
from connectors.parts.bluesky.atproto import Session, written_at
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.types import SourceState

Clock = Callable[[], datetime]
DID = "did:plc:nurseaaaaaaaaaaaaaaaaaaa"
PASSWORD = "abcd-efgh-ijkl-mnop"


def search(
    now: Clock,
    answer: Callable[[httpx.Request], httpx.Response],
    memory: MutableMapping[str, str] | None = None,
) -> Any:
    """Ask once, signed in."""
    http = Http(now=now, transport=httpx.MockTransport(answer), attempts=1)
    context = Context(source="sky", http=http, now=now, memory={} if memory is None else memory)
    session = Session(context, "https://sky.test", "wvft.sky.test", SecretStr(PASSWORD))
    return session.get("app.bsky.feed.searchPosts", {"q": "Wearside Vale"})


class Pds:
    """A server that signs in, renews and searches; `over` are the tokens it does not take (any more)."""

    def __init__(self, error: str = "ExpiredToken", status: int = 400) -> None:
        self.over: set[str] = set()
        self.renews, self.takes_any = True, True
        self.asked: list[str] = []
        self.sent: list[tuple[str, str]] = []
        self._error, self._status = error, status

    def __call__(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition(".")[2]
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.asked.append(method)
        self.sent.append((request.url.host, token))
        if method == "refreshSession" and request.content:
            told = "A request body was provided when none was expected"
            return httpx.Response(400, json={"error": "InvalidRequest", "message": told})
        if method == "refreshSession" and not self.renews:
            return httpx.Response(400, json={"error": "ExpiredToken", "message": "Token has been revoked"})
        if method in ("createSession", "refreshSession"):
            return self._session()
        if token in self.over or not self.takes_any:
            return httpx.Response(self._status, json={"error": self._error, "message": "no"})
        return httpx.Response(200, json={"posts": []})

    def _session(self) -> httpx.Response:
        number = len(self.asked)
        home = {"id": "#atproto_pds", "serviceEndpoint": "https://pds.sky.test/"}
        tokens = {"accessJwt": f"access-{number}", "refreshJwt": f"refresh-{number}"}
        return httpx.Response(200, json={**tokens, "did": DID, "didDoc": {"service": [home]}})


def test_a_session_outlives_the_process_and_is_not_begun_anew(now: Clock) -> None:
    server, memory = Pds(), dict[str, str]()
    for _ in range(3):
        search(now, server, memory)
    assert server.asked == ["createSession", "searchPosts", "searchPosts", "searchPosts"]
    assert PASSWORD not in json.dumps(memory)


def test_a_search_goes_to_the_accounts_own_server(now: Clock) -> None:
    server = Pds()
    search(now, server)
    assert server.sent == [("sky.test", ""), ("pds.sky.test", "access-1")]


def test_a_token_never_leaves_for_a_server_without_encryption(now: Clock) -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.scheme)
        home = {"id": "#atproto_pds", "serviceEndpoint": "http://pds.sky.test"}
        tokens = {"accessJwt": "access", "refreshJwt": "refresh"}
        return httpx.Response(200, json={"posts": [], **tokens, "didDoc": {"service": [home]}})

    search(now, answer)
    assert set(sent) == {"https"}


@pytest.mark.parametrize(
    ("error", "status"), [("ExpiredToken", 400), ("InvalidToken", 400), ("AuthMissing", 401)]
)
def test_a_session_that_is_over_is_renewed_once(now: Clock, error: str, status: int) -> None:
    server, memory = Pds(error, status), dict[str, str]()
    search(now, server, memory)
    server.over.add("access-1")
    search(now, server, memory)
    assert server.asked[2:] == ["searchPosts", "refreshSession", "searchPosts"]
    search(now, server, memory)
    assert server.asked[5:] == ["searchPosts"]


def test_what_cannot_be_renewed_is_signed_in_once_more(now: Clock) -> None:
    server, memory = Pds(), dict[str, str]()
    search(now, server, memory)
    server.over.add("access-1")
    server.renews = False
    search(now, server, memory)
    assert server.asked[2:] == ["searchPosts", "refreshSession", "createSession", "searchPosts"]


def test_a_renewal_that_fails_for_now_costs_no_sign_in(now: Clock) -> None:
    server, memory = Pds(), dict[str, str]()
    search(now, server, memory)
    server.over.add("access-1")

    def busy(request: httpx.Request) -> httpx.Response:
        return httpx.Response(503) if request.url.path.endswith("refreshSession") else server(request)

    with pytest.raises(SourceUnavailable):
        search(now, busy, memory)
    search(now, server, memory)
    assert server.asked.count("createSession") == 1


def test_a_server_that_takes_no_token_is_not_asked_for_ever(now: Clock) -> None:
    server, memory = Pds(), dict[str, str]()
    server.takes_any = False
    with pytest.raises(SourceRefused, match="app password") as raised:
        search(now, server, memory)
    assert raised.value.state is SourceState.NEEDS_REAUTH
    assert server.asked == ["createSession", "searchPosts"]
    assert not memory


def test_a_spoilt_memory_is_a_new_sign_in(now: Clock) -> None:
    server, memory = Pds(), {"https://sky.test wvft.sky.test": '{"access": 1'}
    search(now, server, memory)
    assert server.asked == ["createSession", "searchPosts"]


@pytest.mark.parametrize(
    ("status", "body", "error", "told"),
    [
        (401, {"error": "AuthenticationRequired", "message": "Invalid"}, SourceRefused, "app password"),
        (401, {"error": "AuthFactorTokenRequired"}, SourceRefused, "second factor"),
        (400, {"error": "InvalidRequest"}, SourceRefused, "identifier"),
        (403, {}, SourceRefused, "403"),
        (200, {"accessJwt": "only one"}, SourceChanged, "no session"),
        (500, {}, SourceUnavailable, "500"),
    ],
)
def test_a_failed_sign_in_says_what_to_do(
    now: Clock, status: int, body: dict[str, str], error: type[SourceError], told: str
) -> None:
    with pytest.raises(error, match=told) as raised:
        search(now, lambda request: httpx.Response(status, json=body))
    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "289"},
        {"RateLimit-Reset": str(int(datetime(2026, 11, 21, 9, 34, 49, tzinfo=UTC).timestamp()))},
    ],
)
def test_too_many_sign_ins_are_waited_out(now: Clock, headers: dict[str, str]) -> None:
    body = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
    with pytest.raises(SourceThrottled) as raised:
        search(now, lambda request: httpx.Response(429, json=body, headers=headers))
    assert raised.value.until == now() + timedelta(seconds=289)


@pytest.mark.parametrize(
    ("key", "at"),
    [
        ("3n2snujjmc22b", datetime(2026, 11, 21, 8, 15, tzinfo=UTC)),
        ("self", None),
        ("2222222222222", None),
        ("jzzzzzzzzzzzz", None),
        ("", None),
    ],
)
def test_a_key_is_the_moment_it_was_made_or_nothing(key: str, at: datetime | None) -> None:
    assert written_at(f"at://{DID}/app.bsky.feed.post/{key}", datetime(2026, 11, 22, tzinfo=UTC)) == at
