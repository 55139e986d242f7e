"""What Meta's three platforms have in common: errors, limits, pages and tokens."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest

from monitor.errors import SourceChanged, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.types import SourceState, State
from tests.connected import Clock, Site, connected, read

TOKEN = "EAAinventedinventedinvented"
FEED = "/v24.0/1063/feed"
REGAIN = "estimated_time_to_regain_access"


def facebook(site: httpx.BaseTransport, now: Clock, **options: Any) -> Any:
    return connected(
        "facebook", site, now, **{"page": "1063", "token": TOKEN, "base_url": "https://graph.test"} | options
    )


def error(code: int, subcode: int | None = None, **more: Any) -> dict[str, Any]:
    said = {"message": f"about {TOKEN}", "type": "OAuthException", "code": code, "error_subcode": subcode}
    return {"error": {key: value for key, value in said.items() if value is not None} | more}


def post(number: int, at: str = "2026-11-21T08:00:00+0000") -> dict[str, Any]:
    return {"id": f"1063_{number}", "created_time": at, "message": f"words {number}"}


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("code", "subcode", "raised", "state", "said"),
    [
        (190, 458, SourceRefused, SourceState.NEEDS_REAUTH, "removed from the account"),
        (190, 460, SourceRefused, SourceState.NEEDS_REAUTH, "changed the password"),
        (190, 463, SourceRefused, SourceState.NEEDS_REAUTH, "expired"),
        (190, 467, SourceRefused, SourceState.NEEDS_REAUTH, "sign-out"),
        (190, None, SourceRefused, SourceState.NEEDS_REAUTH, "not valid"),
        (102, None, SourceRefused, SourceState.NEEDS_REAUTH, "not valid"),
        (10, None, SourceRefused, SourceState.MISCONFIGURED, "permission was withdrawn"),
        (200, None, SourceRefused, SourceState.MISCONFIGURED, "permission was withdrawn"),
        (299, None, SourceRefused, SourceState.MISCONFIGURED, "permission was withdrawn"),
        (100, None, SourceRefused, SourceState.MISCONFIGURED, "field unknown"),
        (100, 33, SourceRefused, SourceState.MISCONFIGURED, "no such object"),
        (4, None, SourceThrottled, SourceState.THROTTLED, "too many"),
        (17, None, SourceThrottled, SourceState.THROTTLED, "too many"),
        (32, None, SourceThrottled, SourceState.THROTTLED, "too many"),
        (613, None, SourceThrottled, SourceState.THROTTLED, "too many"),
        (80001, None, SourceThrottled, SourceState.THROTTLED, "too many"),
        (1, None, SourceUnavailable, SourceState.DEGRADED, "fault of its own"),
        (2, None, SourceUnavailable, SourceState.DEGRADED, "fault of its own"),
        (99999, None, SourceChanged, SourceState.DEGRADED, "graph.test"),
    ],
)
def test_an_error_says_what_to_do_next_whatever_its_status(
    now: Clock,
    status: int,
    code: int,
    subcode: int | None,
    raised: type[Exception],
    state: SourceState,
    said: str,
) -> None:
    site = Site({FEED: httpx.Response(status, json=error(code, subcode))})
    with pytest.raises(raised, match=said) as caught:
        read(facebook(site, now), now)
    assert caught.value.state is state  # type: ignore[attr-defined]
    assert TOKEN not in str(caught.value)
    assert len(site.asked) == 1


def test_a_transient_error_is_tried_again_later(now: Clock) -> None:
    site = Site({FEED: httpx.Response(400, json=error(9999, is_transient=True))})
    with pytest.raises(SourceUnavailable):
        read(facebook(site, now), now)


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({}, 60),
        ({"X-App-Usage": '{"call_count": 100}'}, 60),
        (
            {"X-Business-Use-Case-Usage": json.dumps({"1": [{"call_count": 9, REGAIN: 1}]})},
            60,
        ),
        (
            {"X-Business-Use-Case-Usage": json.dumps({"1": [{"call_count": 99, REGAIN: 19}]})},
            19,
        ),
        ({"X-App-Usage": "not JSON", "X-Business-Use-Case-Usage": "[]"}, 60),
    ],
)
def test_a_throttled_source_waits_for_as_long_as_its_headers_say(
    now: Clock, headers: dict[str, str], minutes: int
) -> None:
    site = Site({FEED: httpx.Response(400, json=error(32), headers=headers)})
    with pytest.raises(SourceThrottled) as caught:
        read(facebook(site, now), now)
    assert caught.value.until == now() + timedelta(minutes=minutes)


@pytest.mark.parametrize(("spent", "requests"), [(94, 2), (95, 1)])
def test_before_a_limit_is_spent_it_stops_by_itself_and_keeps_what_it_read(
    now: Clock, spent: int, requests: int
) -> None:
    paging = {"cursors": {"after": "QVFI"}, "next": "https://graph.test/"}
    usage = {"X-App-Usage": json.dumps({"call_count": 3, "total_time": spent, "total_cputime": 1})}
    first = httpx.Response(200, json={"data": [post(1)], "paging": paging}, headers=usage)
    site = Site({FEED: [first, {"data": []}]})
    pages = facebook(site, now).pages(None, now() - timedelta(days=7))
    assert [each.external_id for each in next(pages).posts] == ["1063_1"]
    if requests == 1:
        with pytest.raises(SourceThrottled):
            next(pages)
    else:
        assert next(pages).cursor
    assert len(site.asked) == requests


def test_a_next_address_is_never_followed_stored_logged_or_shown(
    now: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    address = f"https://elsewhere.test/feed?access_token={TOKEN}&after=QVFI"
    paging = {"cursors": {"before": "b", "after": "QVFI"}, "next": address}
    site = Site(
        {FEED: [{"data": [post(1)], "paging": paging}, {"data": [post(2)], "paging": {"next": address}}]}
    )
    connects = facebook(site, now)
    pages = connects.pages(None, now() - timedelta(days=7))
    shown = [repr(next(pages))]
    with pytest.raises(SourceChanged, match="no cursor") as caught:
        next(pages)
    assert [request.url.host for request in site.asked] == ["graph.test"] * 2
    assert site.asked[1].url.params["after"] == "QVFI"
    for request in site.asked:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in str(request.url)
    assert TOKEN not in "".join([*shown, str(caught.value), caplog.text, repr(connects._options)])


def test_a_cursor_that_stays_the_same_is_an_error_after_what_was_read(now: Clock) -> None:
    paging = {"cursors": {"after": "QVFI"}, "next": "https://graph.test/"}
    site = Site({FEED: [{"data": [post(n)], "paging": paging} for n in (1, 2, 3)]})
    pages = facebook(site, now).pages(None, now() - timedelta(days=7))
    assert [next(pages).posts[0].external_id for _ in range(2)] == ["1063_1", "1063_2"]
    with pytest.raises(SourceChanged, match="again and again"):
        next(pages)


def test_what_is_gone_is_told_apart_from_a_withdrawn_permission(now: Clock) -> None:
    missing = httpx.Response(400, json=error(100, 33))
    answers = {"/v24.0/1": {"id": "1"}, "/v24.0/2": missing, "/v24.0/3": missing, FEED: {"data": []}}
    site = Site(dict(answers))
    assert list(facebook(site, now).gone(["1", "2", "3"])) == [("2", State.DELETED), ("3", State.DELETED)]
    assert site.paths().count(FEED) == 1

    site = Site(answers | {FEED: httpx.Response(400, json=error(10))})
    with pytest.raises(SourceRefused, match="permission was withdrawn"):
        list(facebook(site, now).gone(["1", "2", "3"]))


def threads(site: httpx.BaseTransport, now: Clock, memory: dict[str, str], token: str = TOKEN) -> Any:
    options = {"account": "wvftnhs", "reads": "posts", "token": token, "base_url": "https://graph.test"}
    return connected("threads", site, now, memory, **options)


def sent(site: Site) -> list[str]:
    """The token of each request but renewals."""
    return [r.headers["authorization"].split()[1] for r in site.asked if "refresh" not in r.url.path]


def test_a_long_lived_token_is_renewed_once_a_week_and_kept(now: Clock) -> None:
    memory: dict[str, str] = {}
    posts, renewal = "/v1.0/me/threads", "/refresh_access_token"
    site = Site(
        {posts: {"data": []}, renewal: [{"access_token": "renewed-1"}, {"access_token": "renewed-2"}]}
    )
    for day in (0, 3, 6, 8):
        later = now() + timedelta(days=day)
        read(threads(site, lambda later=later: later, memory), now)  # type: ignore[misc]
    assert sent(site) == ["renewed-1"] * 3 + ["renewed-2"]
    asked = [dict(r.url.params) for r in site.asked if r.url.path == renewal]
    assert asked == [
        {"grant_type": "th_refresh_token", "access_token": token} for token in (TOKEN, "renewed-1")
    ]


@pytest.mark.parametrize(
    "refusal", [httpx.Response(400, json=error(190)), httpx.Response(200, json={}), None]
)
def test_where_a_renewal_fails_what_works_goes_on_and_it_is_tried_the_next_day(
    now: Clock, refusal: httpx.Response | None
) -> None:
    memory: dict[str, str] = {}
    site = Site({"/v1.0/me/threads": {"data": []}, "/refresh_access_token": refusal})
    for hours in (0, 1, 25):
        later = now() + timedelta(hours=hours)
        read(threads(site, lambda later=later: later, memory), now)  # type: ignore[misc]
    assert sent(site) == [TOKEN] * 3
    assert site.paths().count("/refresh_access_token") == 2


@pytest.mark.parametrize("before", ["{", '{"of": 1}', "[]", '{"of": "another", "facts": {"token": "old"}}'])
def test_a_new_token_of_the_settings_replaces_what_was_kept(now: Clock, before: str) -> None:
    site = Site({"/v1.0/me/threads": {"data": []}, "/refresh_access_token": None})
    read(threads(site, now, {"tokens": before}), now)
    assert sent(site) == [TOKEN]
