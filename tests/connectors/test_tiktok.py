"""What TikTok does that other sources don't."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import ValidationError

from connectors import load
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.types import SourceState, State
from tests.connected import Clock, Site, connected, read

LIST, QUERY, TOKEN = "/v2/video/list/", "/v2/video/query/", "/v2/oauth/token/"
RENEWABLE = {"client_key": "key-invented", "client_secret": "secret-invented", "refresh_token": "refresh-0"}
OK = {"error": {"code": "ok", "message": "", "log_id": "1"}}


def tiktok(site: httpx.BaseTransport, now: Clock, memory: Any = None, **options: Any) -> Any:
    given = {"account": "wvftnhs"} | (options or {"token": "invented-token"})
    return connected("tiktok", site, now, memory, **given | {"base_url": "https://tiktok.test"})


def videos(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"data": {"videos": list(items), "cursor": 1643332803000, "has_more": False} | more} | OK


def failing(code: str, status: int) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "", "log_id": "1"}})


def tokens(number: int, lasts: int = 7200) -> dict[str, Any]:
    return {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires_in": lasts}


def sent(site: Site) -> list[str]:
    """The access token of each question about videos."""
    return [r.headers["authorization"].split()[1] for r in site.asked if r.url.path != TOKEN]


def refreshed(site: Site) -> list[str]:
    """The refresh token of each renewal."""
    return [parse_qs(r.content.decode())["refresh_token"][0] for r in site.asked if r.url.path == TOKEN]


@pytest.mark.parametrize("given", [200, None])
@pytest.mark.parametrize(
    ("code", "status", "raised", "state"),
    [
        ("access_token_invalid", 401, SourceRefused, SourceState.NEEDS_REAUTH),
        ("scope_not_authorized", 401, SourceRefused, SourceState.MISCONFIGURED),
        ("scope_permission_missed", 401, SourceRefused, SourceState.MISCONFIGURED),
        ("rate_limit_exceeded", 429, SourceThrottled, SourceState.THROTTLED),
        ("internal_error", 500, SourceUnavailable, SourceState.DEGRADED),
        ("invalid_params", 400, SourceChanged, SourceState.DEGRADED),
        ("something_new", 400, SourceChanged, SourceState.DEGRADED),
    ],
)
def test_an_error_says_what_to_do_next_also_with_status_200(
    now: Clock, given: int | None, code: str, status: int, raised: type[SourceError], state: SourceState
) -> None:
    with pytest.raises(raised) as caught:
        read(tiktok(Site({LIST: failing(code, given or status)}), now), now)
    assert caught.value.state is state


def test_an_error_that_is_not_known_is_what_its_status_says(now: Clock) -> None:
    with pytest.raises(SourceUnavailable):
        read(tiktok(Site({LIST: failing("something_new", 503)}), now), now)


def test_the_cursor_goes_into_the_body(now: Clock) -> None:
    item = {"id": "1", "create_time": int(now().timestamp())}
    site = Site({LIST: [videos(item, has_more=True), videos()]})
    read(tiktok(site, now), now)
    assert [json.loads(request.content).get("cursor") for request in site.asked] == [None, 1643332803000]


def test_more_without_a_cursor_is_a_changed_source(now: Clock) -> None:
    with pytest.raises(SourceChanged, match="no cursor"):
        read(tiktok(Site({LIST: videos(has_more=True, cursor=None)}), now), now)


def test_a_cover_is_not_asked_for_and_a_title_not_said_twice(now: Clock) -> None:
    item = {
        "id": "1",
        "title": "Hands",
        "video_description": "Hands",
        "cover_image_url": "https://p.test/x?sig=1",
    }
    site = Site({LIST: videos(item)})
    (post,) = read(tiktok(site, now), now)
    assert (post.title, post.text, post.media[0].url) == ("", "Hands", "")
    assert "cover" not in site.asked[0].url.params["fields"]


def test_ids_are_asked_about_in_lots_of_twenty(now: Clock) -> None:
    ids = [str(number) for number in range(45)]
    shown = videos(*({"id": name} for name in ids if name != "30"))
    site = Site({QUERY: shown})
    assert list(tiktok(site, now).gone(ids)) == [("30", State.DELETED)]
    asked = [json.loads(request.content)["filters"]["video_ids"] for request in site.asked]
    assert [len(lot) for lot in asked] == [20, 20, 5]


def test_access_is_fetched_when_it_has_ended_with_the_newest_refresh_token(now: Clock) -> None:
    memory: dict[str, str] = {}
    site = Site({LIST: videos(), TOKEN: [tokens(1), tokens(2), tokens(3)]})
    for minutes in (0, 60, 116, 300):
        later = now() + timedelta(minutes=minutes)
        read(tiktok(site, lambda later=later: later, memory, **RENEWABLE), now)  # type: ignore[misc]
    assert sent(site) == ["access-1", "access-1", "access-2", "access-3"]
    assert refreshed(site) == ["refresh-0", "refresh-1", "refresh-2"]


def test_the_new_refresh_token_is_kept_before_anything_is_asked_with_it(now: Clock) -> None:
    memory: dict[str, str] = {}
    site = Site({LIST: httpx.Response(503), TOKEN: tokens(1)})
    with pytest.raises(SourceUnavailable):
        read(tiktok(site, now, memory, **RENEWABLE), now)
    assert "refresh-1" in memory["tokens"]


def test_a_token_refused_before_its_time_is_renewed_once(now: Clock) -> None:
    stale = failing("access_token_invalid", 401)
    site = Site({LIST: [stale, videos()], TOKEN: [tokens(1), tokens(2)]})
    read(tiktok(site, now, **RENEWABLE), now)
    assert sent(site) == ["access-1", "access-2"]

    site = Site({LIST: stale, TOKEN: [tokens(1), tokens(2)]})
    with pytest.raises(SourceRefused):
        read(tiktok(site, now, **RENEWABLE), now)
    assert len(sent(site)) == 2


def test_another_sign_in_of_the_settings_replaces_what_was_kept(now: Clock) -> None:
    memory: dict[str, str] = {}
    site = Site({LIST: videos(), TOKEN: [tokens(1), tokens(2)]})
    read(tiktok(site, now, memory, **RENEWABLE), now)
    read(tiktok(site, now, memory, **RENEWABLE | {"refresh_token": "refresh-of-today"}), now)
    assert refreshed(site) == ["refresh-0", "refresh-of-today"]


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize(
    ("said", "raised", "state"),
    [
        ("invalid_grant", SourceRefused, SourceState.NEEDS_REAUTH),
        ("access_denied", SourceRefused, SourceState.NEEDS_REAUTH),
        ("invalid_client", SourceRefused, SourceState.MISCONFIGURED),
    ],
)
def test_a_refused_renewal_says_whose_turn_it_is(
    now: Clock, status: int, said: str, raised: type[SourceError], state: SourceState
) -> None:
    refusal = httpx.Response(status, json={"error": said, "error_description": "refresh-0"})
    with pytest.raises(raised) as caught:
        read(tiktok(Site({LIST: videos(), TOKEN: refusal}), now, **RENEWABLE), now)
    assert caught.value.state is state
    assert "refresh-0" not in str(caught.value)


def test_a_renewal_without_a_token_is_a_changed_source(now: Clock) -> None:
    with pytest.raises(SourceChanged, match="no token"):
        read(tiktok(Site({LIST: videos(), TOKEN: {}}), now, **RENEWABLE), now)


@pytest.mark.parametrize("wrong", [{}, {"client_key": "k"}, RENEWABLE | {"token": "t"}])
def test_there_is_one_way_in(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="or a token alone"):
        load("tiktok").Options.model_validate({"account": "wvftnhs"} | wrong)
