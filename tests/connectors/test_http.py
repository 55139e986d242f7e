"""The way out: limits, redirects, waiting times and errors, against a real server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors.http import Http, Response
from connectors.parts.replay import Replay
from monitor.errors import (
    BudgetSpent,
    SourceChanged,
    SourceNotFound,
    SourceRefused,
    SourceThrottled,
    SourceUnavailable,
)
from monitor.types import SourceState

Clock = Callable[[], datetime]


@pytest.fixture
def http(server: Any, now: Clock) -> Http:
    return Http(now=now, private_hosts=(server.netloc,), contact="comms@wvft.nhs.test", attempts=1)


def test_an_answer_comes_back_whole(server: Any, http: Http) -> None:
    url = server.answer("/a", b'{"n": 1}', X_Thing="yes")
    response = http.get(url, params={"q": "a b"})
    assert (response.status, response.url) == (200, url + "?q=a+b")
    assert (response.headers["x-thing"], response.json()) == ("yes", {"n": 1})


def test_a_query_is_sent_as_it_was_given(server: Any, http: Http) -> None:
    http.get(server.answer("/a") + "?rss&q=a%20b")
    assert server.requests[0][0] == "/a?rss&q=a%20b"


def test_the_request_says_who_asks_and_asks_for_gzip_only(server: Any, http: Http) -> None:
    http.get(server.answer("/a"))
    _, sent = server.requests[0]
    assert sent["user-agent"].startswith("trustwatch/")
    assert sent["user-agent"].endswith("(+comms@wvft.nhs.test)")
    assert sent["accept-encoding"] == "gzip"
    assert "cookie" not in sent


def test_cookies_are_not_kept(server: Any, http: Http) -> None:
    url = server.answer("/a", Set_Cookie="id=1")
    http.get(url)
    http.get(url)
    assert "cookie" not in server.requests[1][1]


def test_the_environment_changes_nothing(server: Any, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert http.get(server.answer("/a", b"direct")).body == b"direct"


def test_validators_go_back_byte_for_byte_and_304_is_success(server: Any, http: Http) -> None:
    url = server.answer("/a", status=304)
    response = http.get(url, etag='W/"x y"', modified="Sat, 21 Nov 2026 09:00:00 GMT")
    _, sent = server.requests[0]
    assert response.not_modified
    assert sent["if-none-match"] == 'W/"x y"'
    assert sent["if-modified-since"] == "Sat, 21 Nov 2026 09:00:00 GMT"


def test_a_failed_connection_is_tried_again_within_the_request(now: Clock) -> None:
    calls = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        if len(calls) < 3:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, text="at last")

    http = Http(now=now, transport=httpx.MockTransport(answer))
    assert http.get("https://gazette.test/").body == b"at last"


def test_no_connection_is_an_unavailable_source(now: Clock) -> None:
    http = Http(now=now, private_hosts=("127.0.0.1:9",), attempts=1)
    with pytest.raises(SourceUnavailable, match="cannot connect"):
        http.get("http://127.0.0.1:9/?key=SECRET")


def test_redirects_are_followed_and_the_final_address_is_told(server: Any, http: Http) -> None:
    server.answer("/old", status=301, Location="/new")
    server.answer("/new", b"moved")
    response = http.get(server.url("/old"))
    assert (response.body, response.url) == (b"moved", server.url("/new"))


def test_a_redirect_loop_ends_after_five_hops(server: Any, http: Http) -> None:
    server.answer("/a", status=302, Location="/a")
    with pytest.raises(SourceChanged, match="more than 5 redirects"):
        http.get(server.url("/a"))
    assert len(server.requests) == 6


def test_headers_meant_for_one_host_do_not_follow_to_another(now: Clock) -> None:
    seen = {}

    def answer(request: httpx.Request) -> httpx.Response:
        seen[request.url.host] = request.headers
        if request.url.host == "a.test":
            return httpx.Response(302, headers={"Location": "https://b.test/"})
        return httpx.Response(200)

    Http(now=now, transport=httpx.MockTransport(answer)).get(
        "https://a.test/", headers={"Authorization": "Bearer k"}, etag='"e"'
    )
    assert "authorization" in seen["a.test"]
    assert "authorization" not in seen["b.test"]
    assert "if-none-match" not in seen["b.test"]


@pytest.mark.parametrize(
    "location",
    ["http://gazette.test/", "file:///etc/passwd", "gopher://gazette.test/", "https://other.test:22/"],
)
def test_a_redirect_to_a_worse_place_is_refused(now: Clock, location: str) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(302, headers={"Location": location}))
    with pytest.raises(SourceRefused) as refused:
        Http(now=now, transport=transport).get("https://gazette.test/")
    assert refused.value.state is SourceState.MISCONFIGURED


@pytest.mark.parametrize(
    "url",
    [
        "gazette.test/feed",
        "ftp://gazette.test/",
        "https://",
        "http://[::1",
        "http://u:p@gazette.test/",
        "http://xn--/",
    ],
)
def test_an_address_that_cannot_be_asked_is_refused_with_what_to_do(now: Clock, url: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        Http(now=now).get(url)
    assert refused.value.state is SourceState.MISCONFIGURED
    assert "u:p" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, SourceChanged),
        (401, SourceRefused),
        (402, BudgetSpent),
        (403, SourceRefused),
        (404, SourceNotFound),
        (410, SourceRefused),
        (429, SourceThrottled),
        (500, SourceUnavailable),
        (503, SourceUnavailable),
        (522, SourceUnavailable),
        (599, SourceUnavailable),
    ],
)
def test_a_status_is_an_error_that_says_what_to_do_next(now: Clock, status: int, error: type) -> None:
    http = Http(now=now, transport=httpx.MockTransport(lambda request: httpx.Response(status)))
    with pytest.raises(error, match=f"gazette.test answered {status}") as raised:
        http.get("https://gazette.test/feed?token=SECRET")
    assert "SECRET" not in str(raised.value)


def test_gone_is_not_the_same_as_refused(now: Clock) -> None:
    http = Http(now=now, transport=httpx.MockTransport(lambda request: httpx.Response(410)))
    with pytest.raises(SourceRefused) as raised:
        http.get("https://gazette.test/")
    assert raised.value.state is SourceState.GONE


def test_an_accepted_status_is_handed_over(now: Clock) -> None:
    http = Http(now=now, transport=httpx.MockTransport(lambda request: httpx.Response(404, text="end")))
    response = http.get("https://gazette.test/", accept=(404,))
    assert (response.status, response.body) == (404, b"end")


def test_a_throttled_source_rests_even_if_it_does_not_say_how_long(now: Clock) -> None:
    http = Http(now=now, transport=httpx.MockTransport(lambda request: httpx.Response(429)))
    with pytest.raises(SourceThrottled) as raised:
        http.get("https://gazette.test/")
    assert raised.value.until == now() + timedelta(minutes=15)


def test_an_unavailable_source_may_say_when_to_come_back(now: Clock) -> None:
    answer = httpx.Response(503, headers={"Retry-After": "30"})
    with pytest.raises(SourceUnavailable) as raised:
        Http(now=now, transport=httpx.MockTransport(lambda request: answer)).get("https://gazette.test/")
    assert raised.value.retry_after == 30


@pytest.mark.parametrize("body", ["<html>", '{"cut": ', "[" * 200_000, "1" * 5000])
def test_what_is_not_json_is_a_changed_source(now: Clock, body: str) -> None:
    http = Http(now=now, transport=httpx.MockTransport(lambda request: httpx.Response(200, text=body)))
    with pytest.raises(SourceChanged, match="the answer is not JSON"):
        http.get("https://gazette.test/").json()


def test_a_key_in_the_address_reaches_no_log(
    server: Any, http: Http, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        http.get(server.answer("/a") + "?key=SECRET")
    assert "SECRET" not in caplog.text


def test_the_loggers_that_print_whole_addresses_are_quiet() -> None:
    assert logging.getLogger("httpx").level == logging.WARNING
    assert logging.getLogger("httpcore").level == logging.WARNING


@pytest.mark.parametrize(
    ("given", "content", "kind"),
    [
        ({"json": {"a": [1, "é"]}}, b'{"a": [1, "\\u00e9"]}', "application/json"),
        ({"json": []}, b"[]", "application/json"),
        ({}, b"{}", "application/json"),
        ({"form": {"a": "1 &", "b": "é"}}, b"a=1+%26&b=%C3%A9", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_posted_arrives_as_it_was_given(
    server: Any, http: Http, given: dict[str, Any], content: bytes, kind: str
) -> None:
    url = server.answer("/a", b"{}")
    assert http.post(url, params={"q": "1"}, headers={"Authorization": "Bearer k"}, **given).status == 200
    path, sent = server.requests[0]
    assert (path, server.posted) == ("/a?q=1", [content])
    assert (sent["content-type"], sent["authorization"]) == (kind, "Bearer k")
    assert sent["user-agent"].startswith("trustwatch/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_is_posted_never_goes_on_after_a_redirect(server: Any, http: Http, status: int) -> None:
    server.answer("/new", b"{}")
    url = server.answer("/a", status=status, Location="/new")
    with pytest.raises(SourceChanged, match="leads elsewhere"):
        http.post(url, form={"password": "SECRET"})
    assert [path for path, _ in server.requests] == ["/a"]


def test_an_error_explains_itself_from_its_body(server: Any, http: Http) -> None:
    seen = []

    def explain(response: Response) -> None:
        seen.append((response.status, response.json()["code"]))
        raise SourceRefused("renew the token")

    url = server.answer("/a", b'{"code": 190}', status=400)
    for ask in (http.get, http.post):
        with pytest.raises(SourceRefused, match="renew the token"):
            ask(url, explain=explain)
    assert seen == [(400, 190)] * 2


def test_an_error_that_explains_nothing_is_what_its_status_says(server: Any, http: Http) -> None:
    url = server.answer("/a", b"{}", status=503)
    with pytest.raises(SourceUnavailable, match="answered 503"):
        http.post(url, explain=lambda response: None)


def test_an_answer_that_is_wanted_needs_no_explanation(server: Any, http: Http) -> None:
    url = server.answer("/a", b"{}", status=404)
    assert http.post(url, accept=(404,), explain=lambda response: pytest.fail("not asked")).status == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_gate_is_asked_before_each_request(server: Any, http: Http, method: str) -> None:
    server.answer("/b")
    url = server.answer("/a", status=302 if method == "get" else 200, Location="/b")
    asked: list[int] = []
    gated = http.behind(lambda: asked.append(len(server.requests)))
    getattr(gated, method)(url)
    assert asked == list(range(len(server.requests)))


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_leaves_through_a_closed_gate(server: Any, http: Http, method: str) -> None:
    def closed() -> None:
        raise SourceRefused("no live row")

    with pytest.raises(SourceRefused, match="no live row"):
        getattr(http.behind(closed), method)(server.answer("/a"))
    assert server.connections == 0


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_is_sent_twice(server: Any, now: Clock, method: str) -> None:
    server.routes["/a"] = lambda handler: handler.connection.close()
    http = Http(now=now, private_hosts=(server.netloc,), attempts=3)
    with pytest.raises(SourceUnavailable, match="broke off"):
        getattr(http, method)(server.url("/a"))
    assert len(server.requests) == 1


def test_more_than_the_cap_is_not_posted(server: Any, http: Http) -> None:
    with pytest.raises(SourceRefused, match="to send"):
        http.post(server.answer("/a"), form={"q": "x" * 2_000_001})
    assert server.connections == 0


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "value",
    ["SECRET\r\nX-Other: 1", "SECRET\n", "SECRET\x00", "SECRET\r", " SECRET", "SECRET é", "SECRET\u2028"],
)
def test_a_header_cannot_smuggle_in_another(server: Any, http: Http, method: str, value: str) -> None:
    with pytest.raises(SourceRefused, match="the header Authorization cannot be sent") as refused:
        getattr(http, method)(server.answer("/a"), headers={"Authorization": value})
    assert refused.value.state is SourceState.MISCONFIGURED
    assert "SECRET" not in str(refused.value)
    assert server.connections == 0


def test_a_validator_that_cannot_be_sent_is_left_out(server: Any, http: Http) -> None:
    http.get(server.answer("/a"), etag='"x"\r\nX-Other: 1', modified="é")
    assert not {"if-none-match", "if-modified-since", "x-other"} & server.requests[0][1].keys()


RECORDINGS = [
    {"host": "gazette.test", "path": "/feed", "body": "first {{T-3h}}", "headers": {"ETag": '"1"'}},
    {"host": "gazette.test", "path": "/feed", "params": {"paged": "2"}, "body": "{{T-1d2h|rfc822}}"},
]


def test_a_replay_answers_with_the_narrowest_recording_and_times_before_now(now: Clock) -> None:
    http = Http(now=now, transport=Replay(RECORDINGS, now))
    assert http.get("https://gazette.test/feed").body == b"first 2026-11-21T06:30:00Z"
    assert http.get("https://gazette.test/feed?paged=2&x=1").body == b"Fri, 20 Nov 2026 07:30:00 GMT"


def test_a_replay_honours_the_etag(now: Clock) -> None:
    http = Http(now=now, transport=Replay(RECORDINGS, now))
    assert http.get("https://gazette.test/feed", etag='"1"').not_modified
    assert not http.get("https://gazette.test/feed", etag='"0"').not_modified


def test_a_replay_says_what_it_has_no_recording_of(now: Clock) -> None:
    request = httpx.Request("GET", "https://gazette.test/other?key=SECRET")
    answer = Replay(RECORDINGS, now).handle_request(request)
    assert (answer.status_code, answer.text) == (599, "no recording of GET gazette.test/other")
