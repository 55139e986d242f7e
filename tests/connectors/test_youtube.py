"""YouTube: its allowance, its errors, comments, placeholders and look-ups, against its recordings."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors import Context, recordings
from connectors.http import Http
from connectors.parts.replay import Replay
from connectors.youtube import YouTube, YouTubeOptions
from monitor.errors import (
    BudgetSpent,
    SourceChanged,
    SourceError,
    SourceRefused,
    SourceThrottled,
    SourceUnavailable,
)
from monitor.types import Kind, Post, SourceState, State
from tests.till import Till

KEY = "an-invented-key-for-tests"
TRUST = "UCwearsidevaletrust00001"
TODAY = date(2026, 11, 21)


class Seen(httpx.BaseTransport):
    """Another transport, and every request that it was asked."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner, self.requests = inner, list[httpx.Request]()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.inner.handle_request(request)

    @property
    def calls(self) -> list[str]:
        """The last part of each path."""
        return [request.url.path.rpartition("/")[2] for request in self.requests]


class World:
    """A YouTube source over its recordings, or over whatever `answer` says."""

    def __init__(self, now: Callable[[], datetime], answer: Any = None, **options: Any) -> None:
        options = {"api_key": KEY, "base_url": "https://youtube.test"} | (options or {"query": "Wearside"})
        over = httpx.MockTransport(answer) if answer else Replay(recordings.load("youtube"), now)
        self.seen, self.till, self.now = Seen(over), Till(), now
        http = Http(now=now, attempts=1, transport=self.seen)
        context = Context(source="videos", http=http, now=now, meter=self.till)
        self.source = YouTube(YouTubeOptions(**options), context)

    def poll(self, cursor: str | None = None) -> list[Post]:
        pages = self.source.pages(cursor, self.now() - timedelta(days=7))
        return [post for page in pages for post in page.posts]


def refusing(status: int, *reasons: str, newer: bool = False) -> Callable[[httpx.Request], httpx.Response]:
    """A server that always answers with this error, of the older or the newer shape."""
    listed = [{"domain": "youtube.test", "reason": reason, "message": "invented"} for reason in reasons]
    error = {"code": status, "message": "invented", "details" if newer else "errors": listed}
    return lambda request: httpx.Response(status, json={"error": error})


@pytest.mark.parametrize(
    ("answer", "error", "state"),
    [
        (refusing(403, "quotaExceeded"), SourceThrottled, SourceState.THROTTLED),
        (refusing(403, "SERVICE_UNAVAILABLE", newer=True), SourceThrottled, SourceState.THROTTLED),
        (refusing(429, "rateLimitExceeded"), SourceThrottled, SourceState.THROTTLED),
        (refusing(400, "keyInvalid"), SourceRefused, SourceState.MISCONFIGURED),
        (refusing(400, "API_KEY_INVALID", newer=True), SourceRefused, SourceState.MISCONFIGURED),
        (refusing(403, "accessNotConfigured"), SourceRefused, SourceState.MISCONFIGURED),
        (refusing(404, "videoNotFound"), SourceRefused, SourceState.GONE),
        (refusing(404, "somethingElse"), SourceUnavailable, SourceState.DEGRADED),
        (refusing(403, "forbidden"), SourceRefused, SourceState.NEEDS_REAUTH),
        (refusing(400, "invalidPageToken"), SourceChanged, SourceState.DEGRADED),
        (lambda _: httpx.Response(403, text="<html>no"), SourceRefused, SourceState.NEEDS_REAUTH),
        (lambda _: httpx.Response(200, json={"error": "error message"}), SourceChanged, SourceState.DEGRADED),
    ],
)
def test_each_refusal_says_what_to_do_next(
    now: Callable[[], datetime], answer: Any, error: type[SourceError], state: SourceState
) -> None:
    with pytest.raises(error) as raised:
        World(now, answer).poll()
    assert raised.value.state is state


def test_a_spent_quota_waits_for_midnight_on_the_pacific_coast(now: Callable[[], datetime]) -> None:
    with pytest.raises(SourceThrottled) as raised:
        World(now, refusing(403, "quotaExceeded")).poll()
    assert raised.value.until == datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_midnight_is_right_on_the_night_the_clocks_go_forward() -> None:
    spring = datetime(2026, 3, 8, 9, 0, tzinfo=UTC)  # 01:00 in California, an hour before they do
    with pytest.raises(SourceThrottled) as raised:
        World(lambda: spring, refusing(403, "quotaExceeded")).poll()
    assert raised.value.until == datetime(2026, 3, 9, 7, tzinfo=UTC)


def test_the_key_goes_in_a_header_and_nowhere_else(now: Callable[[], datetime]) -> None:
    world = World(now)
    world.poll()
    assert {request.headers["x-goog-api-key"] for request in world.seen.requests} == {KEY}
    assert not any(KEY in str(request.url) for request in world.seen.requests)


def test_a_search_weighs_a_hundred_times_a_look_up(now: Callable[[], datetime]) -> None:
    world = World(now)
    world.poll()
    assert world.seen.calls == ["search", "videos", "channels"] * 3
    assert [cost for cost, *_ in world.till.charges] == [100, 1, 1] * 3


def test_no_request_leaves_once_the_days_searches_are_spent(now: Callable[[], datetime]) -> None:
    world = World(now, query="Wearside", search_calls=2, units=202)
    with pytest.raises(BudgetSpent):
        world.poll()
    assert world.seen.calls == ["search", "videos", "channels"]


def test_the_day_of_the_allowance_is_californias(now: Callable[[], datetime]) -> None:
    early = datetime(2026, 11, 21, 7, 59, tzinfo=UTC)
    world = World(lambda: early)
    world.poll()
    assert {day for *_, day in world.till.charges} == {date(2026, 11, 20)}


def test_a_search_reaches_back_to_what_is_known_or_further(now: Callable[[], datetime]) -> None:
    world = World(now)
    newest = (now() - timedelta(days=30)).isoformat()
    known = list(world.source.pages(None, now() - timedelta(days=7)))[-1].cursor
    assert known
    world.poll(json.dumps(json.loads(known) | {"newest": newest}))
    asked = [r.url.params["publishedAfter"] for r in world.seen.requests if "q" in r.url.params]
    assert asked[0] == "2026-11-14T09:30:00Z"
    assert asked[-1] == "2026-10-22T08:30:00Z"


def test_a_video_of_a_search_has_its_whole_description(now: Callable[[], datetime]) -> None:
    video = World(now).poll()[0]
    assert video.title == "A day on the ward at St Oswin's & what nobody tells you"
    assert video.text.endswith("Views are my own.")
    assert (video.kind, video.lang, video.recheck_id) == (Kind.VIDEO, "en-GB", "video:-wV_0000001")


@pytest.mark.parametrize("options", [{"query": "Wearside"}, {"channel": "@WVFTNHS"}])
def test_a_video_says_by_which_handle_its_channel_is_known(
    now: Callable[[], datetime], options: dict[str, str]
) -> None:
    posts = {post.external_id: post for post in World(now, **options).poll()}
    author = posts["wV00000004-"].author
    assert author
    assert (author.handle or "").casefold() == "@wvftnhs"
    assert author.bio == "The official channel."


def test_a_video_that_was_lost_before_it_was_looked_up_is_left_out(now: Callable[[], datetime]) -> None:
    assert "wVlost00002" not in {post.external_id for post in World(now).poll()}


def test_the_titles_of_a_search_alone_are_escaped(now: Callable[[], datetime]) -> None:
    snippet = {"title": "Q&amp;A: 3 &lt; 4", "channelId": "UC1", "channelTitle": "Oswin &amp; Daughters"}
    found = {"kind": "youtube#searchResult", "id": {"videoId": "abc"}, "snippet": snippet}
    whole = {"kind": "youtube#video", "id": "abc", "snippet": snippet | {"title": "Q&A: 3 < 4"}}
    first, second = World(now).source.posts({"items": [found, whole]})
    assert first.title == second.title == "Q&A: 3 < 4"
    assert first.author
    assert first.author.display_name == "Oswin & Daughters"


@pytest.mark.parametrize("name", ["@WVFTNHS", "WVFTNHS", TRUST])
def test_a_channels_uploads_are_found_by_handle_or_id(now: Callable[[], datetime], name: str) -> None:
    world = World(now, channel=name)
    posts = world.poll()
    assert world.seen.calls == ["channels"] + ["playlistItems"] * 3
    assert posts[0].external_id == "wV00000004-"
    assert world.till.spent(TODAY) == 4


def test_a_placeholder_in_a_playlist_is_a_lost_video_without_words(now: Callable[[], datetime]) -> None:
    posts = {post.external_id: post for post in World(now, channel=TRUST).poll()}
    states = {number: post.state for number, post in posts.items()}
    assert states["wVprivate08"] is State.HIDDEN
    assert states["wVdeleted09"] is State.DELETED
    assert states["wV000000010"] is State.LIVE
    assert not posts["wVprivate08"].title
    assert not posts["wVdeleted09"].text


def test_a_member_of_staffs_channel_is_asked_for_as_an_account(now: Callable[[], datetime]) -> None:
    world = World(now, account="@WVFTNHS")
    assert world.poll()
    assert world.seen.requests[0].url.params["forHandle"] == "@WVFTNHS"


def test_a_handle_that_nobody_has_is_a_wrong_setting(now: Callable[[], datetime]) -> None:
    with pytest.raises(SourceRefused, match="knows no such channel") as raised:
        World(now, channel="@nobody").poll()
    assert raised.value.state is SourceState.MISCONFIGURED


def test_comments_come_with_every_reply_of_their_thread(now: Callable[[], datetime]) -> None:
    world = World(now, comments_on="@WVFTNHS")
    posts = {post.external_id: post for post in world.poll()}
    assert len(posts) == 7
    assert world.seen.calls.count("comments") == 1  # one thread has more replies than the list shows
    reply = posts["UgwWearside01AaABAg.9inv2"]
    assert reply.kind is Kind.REPLY
    assert {ref.rel: ref.external_id for ref in reply.refs} == {
        "reply_to": "UgwWearside01AaABAg",
        "root": "wV00000004-",
    }
    assert reply.url == "https://www.youtube.com/watch?v=wV00000004-&lc=UgwWearside01AaABAg.9inv2"


def test_a_comments_words_are_those_that_were_typed(now: Callable[[], datetime]) -> None:
    posts = {post.external_id: post for post in World(now, comments_on=TRUST).poll()}
    typed = posts["UgwWearside01AaABAg"]
    assert typed.text == "Four hours at Wearside Vale <3 the nurses, not the wait"
    shown_only = posts["UgwWearside04AaABAg"]
    assert shown_only.text == "A comment on a post\nof the channel"
    assert (shown_only.author, shown_only.url) == (None, None)


def test_an_edited_comment_says_when(now: Callable[[], datetime]) -> None:
    posts = {post.external_id: post for post in World(now, comments_on=TRUST).poll()}
    edited = posts["UgwWearside02AaABAg"]
    assert edited.state is State.EDITED
    assert edited.edited_at == now() - timedelta(hours=5)
    assert edited.links == ("https://wvft.nhs.test/open",)
    assert posts["UgwWearside01AaABAg"].edited_at is None


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [({"comments_on": TRUST}, 403, "commentsDisabled"), ({"channel": TRUST}, 404, "playlistNotFound")],
)
def test_a_channel_without_comments_or_videos_is_empty(
    now: Callable[[], datetime], options: dict[str, str], status: int, reason: str
) -> None:
    known, refuse = Replay(recordings.load("youtube"), now), refusing(status, reason)

    def answer(request: httpx.Request) -> httpx.Response:
        return known.handle_request(request) if request.url.path.endswith("channels") else refuse(request)

    world = World(now, answer, **options)
    pages = list(world.source.pages(None, now() - timedelta(days=7)))
    assert [page.posts for page in pages] == [()]
    assert pages[-1].cursor


def test_a_thread_that_never_ends_is_an_error(now: Callable[[], datetime]) -> None:
    known = Replay(recordings.load("youtube"), now)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("comments"):
            return httpx.Response(200, json={"items": [], "nextPageToken": "again"})
        return known.handle_request(request)

    with pytest.raises(SourceChanged, match="no end"):
        World(now, answer, comments_on=TRUST).poll()


def test_lost_videos_and_lost_comments_are_told_apart(now: Callable[[], datetime]) -> None:
    world = World(now)
    ids = ["video:-wV_0000001", "comment:UgwWearside01AaABAg", "video:__wV000006_", "video:wV000000007"]
    ids += ["comment:UgwWearside01AaABAg.9inv1", "comment:UgwWearside03AaABAg"]
    assert dict(world.source.gone(ids)) == {
        "video:__wV000006_": State.DELETED,
        "video:wV000000007": State.HIDDEN,
        "comment:UgwWearside03AaABAg": State.DELETED,
    }


def test_fifty_videos_cost_one_unit(now: Callable[[], datetime]) -> None:
    world = World(now, lambda request: httpx.Response(200, json={"items": []}))
    lost = list(world.source.gone([f"video:{number}" for number in range(120)]))
    assert len(lost) == 120
    assert world.till.spent(TODAY) == len(world.seen.requests) == 3


def test_a_404_that_speaks_of_no_comment_loses_nothing(now: Callable[[], datetime]) -> None:
    with pytest.raises(SourceUnavailable):
        list(World(now, lambda _: httpx.Response(404)).source.gone(["comment:a", "comment:b"]))


def test_profiles_have_what_a_lookalike_is_known_by(now: Callable[[], datetime]) -> None:
    world = World(now)
    official, other = world.source.profiles("Wearside Vale")
    assert (official.handle, official.followers) == ("@WVFTNHS", 4120)
    assert (other.handle, other.followers) == ("@wvft-nhs-free", None)
    assert other.created_at == now() - timedelta(days=3)
    assert world.till.spent(TODAY) == 101


def test_an_activity_is_known_by_its_picture(now: Callable[[], datetime]) -> None:
    picture = {"default": {"url": "https://i.ytimg.test/vi/Act-iv_ity1/default.jpg"}}
    item = {"kind": "youtube#activity", "id": "MTUx", "snippet": {"title": "Up", "thumbnails": picture}}
    (post,) = World(now).source.posts({"items": [item, item | {"snippet": {"title": "Liked"}}]})
    assert post.external_id == "Act-iv_ity1"


@pytest.mark.parametrize(
    "options", [{}, {"query": "a", "channel": "b"}, {"query": "a", "search_calls": 0}, {"query": "a", "x": 1}]
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        YouTubeOptions(api_key=KEY, **options)
