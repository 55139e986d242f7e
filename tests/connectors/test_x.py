"""X: what it costs, where it starts, what its errors mean and what its posts are, against its recordings."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors import Context, recordings, terms_of
from connectors.http import Http
from connectors.parts.replay import Replay
from connectors.x import X, XOptions
from monitor.errors import (
    BudgetSpent,
    SourceChanged,
    SourceError,
    SourceRefused,
    SourceThrottled,
    SourceUnavailable,
)
from monitor.types import Kind, Page, Post, SourceState, State
from tests.till import Till

BEARER = "an-invented-bearer-for-tests"
TODAY = date(2026, 11, 21)
FIRST = "1990000000000000900"
EMPTY = {"meta": {"result_count": 0}}
Clock = Callable[[], datetime]


class World:
    """An X source over its recordings, or over whatever `answer` says."""

    def __init__(self, now: Clock, answer: Any = None, **options: Any) -> None:
        self.now, self.till, self.requests = now, Till(), list[httpx.Request]()
        self.memory: dict[str, str] = {}
        replay = Replay(recordings.load("x"), now)

        def seen(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return answer(request) if answer else replay.handle_request(request)

        asks = {"query", "account", "mentions_of"} & options.keys()
        given = {"bearer": BEARER, "base_url": "https://x.test"} | ({} if asks else {"query": "Wearside"})
        http = Http(now=now, attempts=1, transport=httpx.MockTransport(seen))
        context = Context(
            source="x search",
            http=http,
            now=now,
            meter=self.till,
            memory=self.memory,
            terms=terms_of("x").item(),
        )
        self.source = X(XOptions(**given | options), context)

    def pages(self, cursor: str | None = None) -> list[Page]:
        return list(self.source.pages(cursor, self.now() - timedelta(days=30)))

    def posts(self, cursor: str | None = None) -> dict[str, Post]:
        return {post.external_id: post for page in self.pages(cursor) for post in page.posts}

    def asked(self, name: str) -> list[str | None]:
        """What each request said of one parameter."""
        return [request.url.params.get(name) for request in self.requests]


def saying(status: int, body: Any = None, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    """A server that always answers the same; header names are written with underscores."""
    content = body if isinstance(body, str) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(status, text=content, headers=named)


def problem(kind: str, **more: Any) -> dict[str, Any]:
    return {"title": kind, "type": f"https://api.x.test/2/problems/{kind}"} | more


@pytest.mark.parametrize(
    ("answer", "error", "state"),
    [
        (saying(402, problem("CreditsDepleted")), BudgetSpent, SourceState.BUDGET_STOPPED),
        (
            saying(429, {"title": "UsageCapExceeded", "period": "Monthly"}, x_rate_limit_remaining="39999"),
            BudgetSpent,
            SourceState.BUDGET_STOPPED,
        ),
        (saying(429, problem("usage-capped")), BudgetSpent, SourceState.BUDGET_STOPPED),
        (saying(429, "Too Many Requests"), SourceThrottled, SourceState.THROTTLED),
        (saying(401, {"title": "Unauthorized"}), SourceRefused, SourceState.NEEDS_REAUTH),
        (saying(403, {"reason": "client-not-enrolled"}), SourceRefused, SourceState.MISCONFIGURED),
        (saying(403, {"title": "Forbidden"}), SourceRefused, SourceState.NEEDS_REAUTH),
        (saying(400, problem("invalid-request")), SourceRefused, SourceState.MISCONFIGURED),
        (saying(503, "Service Unavailable"), SourceUnavailable, SourceState.DEGRADED),
        (saying(200, "<html>Log in to X"), SourceChanged, SourceState.DEGRADED),
        (saying(200, []), SourceChanged, SourceState.DEGRADED),
        (saying(200, {}), SourceChanged, SourceState.DEGRADED),
        (saying(200, {"data": [{"id": "1", "username": "a"}]}), SourceChanged, SourceState.DEGRADED),
    ],
)
def test_each_refusal_says_what_to_do_next(
    now: Clock, answer: Any, error: type[SourceError], state: SourceState
) -> None:
    with pytest.raises(error) as raised:
        World(now, answer).pages()
    assert raised.value.state is state


def test_a_rate_limit_says_until_when(now: Clock) -> None:
    reset = now() + timedelta(minutes=7)
    with pytest.raises(SourceThrottled) as raised:
        World(now, saying(429, {}, x_rate_limit_reset=str(int(reset.timestamp())))).pages()
    assert raised.value.until == reset


def test_nothing_found_is_no_error_and_keeps_the_mark(now: Clock) -> None:
    world = World(now)
    cursor = world.pages()[-1].cursor
    (page,) = world.pages(cursor)
    assert not page.posts
    assert page.cursor
    assert json.loads(page.cursor)["newest"] == FIRST


def test_the_mark_is_the_newest_of_the_first_page(now: Clock) -> None:
    pages = World(now).pages()
    assert [json.loads(page.cursor or "")["newest"] for page in pages] == [FIRST] * 3


def test_a_cursor_names_what_is_left_below_its_page(now: Clock) -> None:
    gaps = [json.loads(page.cursor or "")["gap"] for page in World(now).pages()]
    assert [gap and gap["until_id"] for gap in gaps] == ["1990000000000000870", "1990000000000000850", None]


def test_what_is_left_is_asked_for_by_the_ids_it_stands_between(now: Clock) -> None:
    world = World(now)
    last = json.loads(world.pages()[-1].cursor or "")
    known = json.dumps(
        last | {"newest": "1990000000000000820", "at": (now() - timedelta(days=4)).isoformat()}
    )
    posts = world.posts(world.pages(known)[0].cursor)
    assert world.asked("since_id")[-2:] == ["1990000000000000820", FIRST]
    assert world.asked("until_id")[-2:] == ["1990000000000000870", None]
    assert world.asked("start_time")[-2:] == [None, None]
    assert set(posts) == {f"1990000000000000{number}" for number in (860, 850, 840, 830)}


@pytest.mark.parametrize(
    ("oldest", "until"),
    [
        ({"created_at": "2026-11-20T08:00:00Z"}, "2026-11-20T08:00:00Z"),
        ({}, None),
        (
            {"edit_history_tweet_ids": ["7", "8"], "created_at": "2026-11-20T08:00:00Z"},
            "2026-11-20T08:00:00Z",
        ),
        (
            {
                "edit_history_tweet_ids": ["7", "8"],
                "created_at": "2026-11-20T08:00:00Z",
                "withheld": {"scope": "user"},
            },
            None,
        ),
    ],
)
def test_what_is_left_ends_at_a_date_that_is_certain(
    now: Clock, oldest: dict[str, Any], until: str | None
) -> None:
    answer = {
        "data": [{"id": "9", "text": "Wearside"}, {"id": "8", "text": "Wearside"} | oldest],
        "meta": {"newest_id": "9", "oldest_id": "8", "next_token": "p2"},
    }
    page = next(World(now, saying(200, answer)).source.pages(None, now()))
    gap = json.loads(page.cursor or "")["gap"]
    assert (gap["until_id"], gap["until"]) == ("8", until)


def test_the_mark_goes_with_every_page(now: Clock) -> None:
    listed = [
        {"data": [{"id": "9", "text": "Wearside"}], "meta": {"newest_id": "9", "next_token": "p2"}},
        {"data": [{"id": "8", "text": "Wearside"}], "meta": {"newest_id": "8"}},
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=listed["next_token" in request.url.params])

    known = World(now).pages()[-1].cursor
    world = World(now, answer)
    pages = world.pages(known)
    assert world.asked("since_id") == [FIRST, FIRST]
    assert world.asked("next_token") == [None, "p2"]
    assert world.asked("start_time") == [None, None]
    assert json.loads(pages[-1].cursor or "")["newest"] == "9"


def test_a_mark_older_than_the_window_becomes_a_date(now: Clock) -> None:
    cursor = World(now).pages()[-1].cursor

    def later() -> datetime:
        return now() + timedelta(days=9)

    world = World(later, saying(200, EMPTY))
    (page,) = world.pages(cursor)
    assert world.asked("since_id") == [None]
    assert world.asked("start_time") == ["2026-11-23T09:31:00Z"]
    assert page.covered_from == datetime(2026, 11, 23, 9, 31, tzinfo=UTC)


def test_a_mark_without_a_date_is_not_trusted(now: Clock) -> None:
    answer = {"data": [{"id": "9", "text": "Wearside"}], "meta": {"newest_id": "9"}}
    world = World(now, saying(200, answer))
    world.pages(world.pages()[-1].cursor)
    assert world.asked("since_id") == [None, None]
    assert world.asked("start_time")[1] == "2026-11-21T08:30:00Z"


def test_the_first_search_reaches_as_far_as_x_does_and_says_so(now: Clock) -> None:
    world = World(now)
    assert world.pages()[-1].covered_from == now() - timedelta(days=7) + timedelta(minutes=1)
    assert world.asked("start_time")[0] == "2026-11-14T09:31:00Z"


def test_the_archive_reaches_back_as_far_as_it_is_asked(now: Clock) -> None:
    world = World(now, saying(200, EMPTY), query="Wearside", archive=True)
    assert world.pages()[-1].covered_from == now() - timedelta(days=30)
    assert world.requests[0].url.path == "/2/tweets/search/all"


def test_a_page_token_that_comes_again_is_an_error(now: Clock) -> None:
    answer = {"data": [{"id": "9", "text": "Wearside"}], "meta": {"next_token": "same"}}
    with pytest.raises(SourceChanged, match="again and again"):
        World(now, saying(200, answer)).pages()


def test_the_most_a_call_can_cost_is_counted_before_it_and_the_rest_given_back(now: Clock) -> None:
    world = World(now)
    world.pages()
    most = 50 * (5 + 10 + 2 * 5)
    assert [charge for charge in world.till.charges if charge[0] > 0] == [(most, 5000, TODAY)] * 3
    assert world.till.spent(TODAY) == (3 + 2 + 3) * 5 + (1 + 0 + 1) * 5 + (4 + 1 + 2) * 10


def test_no_request_leaves_that_could_pass_the_days_budget(now: Clock) -> None:
    world = World(now, query="Wearside", daily_budget=1.24)
    with pytest.raises(BudgetSpent):
        world.pages()
    assert not world.requests
    assert world.till.spent(TODAY) == 0


@pytest.mark.parametrize(("status", "spent"), [(401, 0), (402, 0), (429, 0), (503, 1250)])
def test_a_refusal_costs_nothing_and_a_silence_may_have(now: Clock, status: int, spent: int) -> None:
    world = World(now, saying(status, {}))
    with pytest.raises(SourceError):
        world.pages()
    assert world.till.spent(TODAY) == spent


def test_prices_are_settings(now: Clock) -> None:
    world = World(now, query="Wearside", post_price=2, user_price=0, per_page=10)
    world.pages()
    assert world.till.charges[0][0] == 10 * 2 + 20 * 2
    assert world.till.spent(TODAY) == 8 * 2 + 2 * 2


def test_posts_of_the_applications_owner_are_cheaper(now: Clock) -> None:
    world = World(now, account="WVFTNHS", owned=True)
    assert len(world.posts()) == 2
    assert world.till.spent(TODAY) == 10 + 2 * (1 + 10)


def test_an_accounts_posts_are_found_by_its_handle(now: Clock) -> None:
    world = World(now, account="@WVFTNHS")
    assert set(world.posts()) == {"1990000000000000880", "1990000000000000700"}
    paths = [request.url.path for request in world.requests]
    assert paths == ["/2/users/by/username/WVFTNHS"] + ["/2/users/2201/tweets"] * 2
    assert world.asked("pagination_token") == [None, None, "7140w"]


def test_an_account_is_looked_up_once_a_day(now: Clock) -> None:
    world = World(now, mentions_of="WVFTNHS")
    world.posts()
    world.posts()
    assert [r.url.path for r in world.requests].count("/2/users/by/username/WVFTNHS") == 1
    world.memory.update({"id of WVFTNHS": "2026-11-20 2201"})
    world.posts()
    assert [r.url.path for r in world.requests].count("/2/users/by/username/WVFTNHS") == 2


@pytest.mark.parametrize(
    ("handle", "state", "why"),
    [
        ("private_nurse", SourceState.MISCONFIGURED, "protected"),
        ("barred", SourceState.GONE, "suspended"),
        ("nobody", SourceState.MISCONFIGURED, "no such account"),
    ],
)
def test_an_account_that_must_not_or_cannot_be_read_is_refused(
    now: Clock, handle: str, state: SourceState, why: str
) -> None:
    world = World(now, account=handle)
    with pytest.raises(SourceRefused, match=why) as raised:
        world.pages()
    assert raised.value.state is state
    assert len(world.requests) == 1


def test_a_reply_has_all_that_belongs_to_it(now: Clock) -> None:
    post = World(now).posts()[FIRST]
    assert post.kind is Kind.REPLY
    assert post.text.startswith("@WVFTNHS four hours in the queue at Wearside Vale & no water")
    assert post.links == ("https://gazette.test/queues",)
    assert [(m.kind, m.alt_text) for m in post.media] == [("image", "A full waiting room")]
    assert post.place == "Wearmouth, England"
    assert post.url == f"https://x.com/walksbythesea/status/{FIRST}"
    assert post.author
    assert (post.author.handle, post.author.bio) == ("walksbythesea", "she & her dogs")
    assert not post.terms.may_mail_excerpt


def test_an_edit_keeps_the_id_of_the_first_version(now: Clock) -> None:
    post = World(now).posts()["1990000000000000889"]
    assert (post.state, post.recheck_id) == (State.EDITED, "1990000000000000890")
    assert post.edited_at == now() - timedelta(hours=2)


def test_of_two_versions_in_one_answer_the_later_is_given(now: Clock) -> None:
    both = {"edit_history_post_ids": ["1", "2"]}
    versions = [{"id": "1", "text": "Wearside, erliest"}, {"id": "2", "text": "Wearside, earliest"}]
    (post,) = World(now).source.posts({"data": [version | both for version in versions]})
    assert (post.external_id, post.text) == ("1", "Wearside, earliest")


def test_a_long_post_is_read_whole(now: Clock) -> None:
    posts = World(now).posts()
    assert posts["1990000000000000870"].text.endswith("the canteen and the night shift.")
    assert posts["1990000000000000870"].links == ("https://blog.test/long",)
    assert posts["1990000000000000830"].text == "This is me at Wearside Vale, with the film."
    assert [m.url for m in posts["1990000000000000830"].media] == [
        "https://video.twimg.test/l.mp4",
        "https://pbs.twimg.test/g.jpg",
    ]


def test_a_repost_has_the_whole_of_what_it_shares(now: Clock) -> None:
    post = World(now).posts()["1990000000000000840"]
    assert post.kind is Kind.REPOST
    assert post.text.startswith("RT @WVFTNHS: ")
    assert post.text.endswith("open day <3 and to the bakers.")
    assert post.author
    assert post.author.is_parody


def test_a_tie_to_what_nobody_can_see_has_no_address(now: Clock) -> None:
    post = World(now).posts()["1990000000000000860"]
    assert post.kind is Kind.QUOTE
    assert [(ref.rel, ref.external_id, ref.url) for ref in post.refs] == [
        ("quote_of", "1990000000000000010", None)
    ]
    assert post.author
    assert (post.author.external_id, post.author.handle) == ("2299", None)  # its account was suspended


def test_what_is_withheld_has_no_words(now: Clock) -> None:
    post = World(now).posts()["1990000000000000850"]
    assert (post.state, post.text, post.author) == (State.WITHHELD, "", None)


def test_posts_of_a_protected_account_are_hidden(now: Clock) -> None:
    users = [{"id": "7", "username": "quiet", "protected": True}]
    answer = {"data": [{"id": "1", "text": "Wearside", "author_id": "7"}], "includes": {"users": users}}
    (post,) = World(now).source.posts(answer)
    assert (post.state, post.text, post.author) == (State.HIDDEN, "", None)


@pytest.mark.parametrize(("family", "other"), [("tweet", "post"), ("post", "tweet")])
def test_either_family_of_names_is_asked_by(now: Clock, family: str, other: str) -> None:
    world = World(now, query="a tweet about Wearside", fields=family)
    world.pages()
    params = world.requests[0].url.params
    assert f"referenced_{family}s" in params[f"{family}.fields"]
    assert f"referenced_{family}s.id" in params["expansions"]
    assert f"{other}.fields" not in params
    assert params["query"] == "a tweet about Wearside"


def test_both_families_of_names_are_read_alike(now: Clock) -> None:
    older = {
        "id": "2",
        "text": "cut",
        "edit_history_tweet_ids": ["1", "2"],
        "note_tweet": {"text": "Wearside, whole"},
        "referenced_tweets": [{"type": "quoted", "id": "5"}],
    }
    newer = {name.replace("tweet", "post"): value for name, value in older.items()}
    source = World(now).source
    assert list(source.posts(older)) == list(source.posts({"data": [newer]}))
    assert next(iter(source.posts(newer))).text == "Wearside, whole"


def test_what_is_gone_is_told_from_what_is_there(now: Clock) -> None:
    world = World(now)
    ids = [f"1990000000000000{number}" for number in (900, 870, 860, 850, 840)]
    assert dict(world.source.gone(ids)) == {
        "1990000000000000860": State.HIDDEN,
        "1990000000000000850": State.WITHHELD,
        "1990000000000000840": State.DELETED,
    }


def test_a_look_up_costs_what_it_finds_a_hundred_at_a_time(now: Clock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        ids = request.url.params["ids"].split(",")
        lost = {"type": "x/resource-not-found", "resource_type": "post", "resource_id": ids[0]}
        data = [{"id": each, "text": "Wearside"} for each in ids[1:]]
        return httpx.Response(200, json={"data": data, "errors": [lost]})

    world = World(now, answer)
    assert [number for number, _ in world.source.gone([str(n) for n in range(150)])] == ["0", "100"]
    assert len(world.requests) == 2
    assert world.till.spent(TODAY) == 148 * 5


def test_a_look_up_that_is_silent_of_a_post_does_not_delete_it(now: Clock) -> None:
    with pytest.raises(SourceChanged):
        list(World(now, saying(200, EMPTY)).source.gone(["1", "2"]))


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ({"id": "7", "action": "delete", "reason": "deleted"}, State.DELETED),
        ({"id": "7", "action": "delete", "reason": "suspended"}, State.HIDDEN),
        ({"id": "7", "action": "scrub_geo"}, None),
    ],
)
def test_a_line_of_a_compliance_file_is_a_post_that_is_gone(
    now: Clock, line: Mapping[str, str], state: State | None
) -> None:
    assert [post.state for post in World(now).source.posts(line)] == ([state] if state else [])


def test_an_answer_of_version_1_1_is_read_too(now: Clock) -> None:
    user = {"id_str": "7", "screen_name": "oldhand", "name": "Old Hand", "description": "x", "verified": True}
    urls = [{"url": "https://t.test/1", "expanded_url": "https://blog.test/", "indices": [0, 16]}]
    picture = {"id_str": "8", "type": "photo", "media_url_https": "https://pbs.twimg.test/8.jpg"}
    status = {
        "id": 414075829182676992,
        "id_str": "414075829182676992",
        "created_at": "Fri Dec 20 16:52:25 +0000 2013",
        "full_text": "Wearside &amp; more",
        "user": user,
        "lang": "en",
        "in_reply_to_status_id_str": "11",
        "entities": {"urls": urls},
        "extended_entities": {"media": [picture]},
    }
    repost = {"id_str": "12", "text": "RT @oldhand: Wear…", "user": user, "retweeted_status": status}
    withheld = {"id_str": "13", "text": "withheld", "withheld_in_countries": ["GB"]}
    first, second, third = World(now).source.posts({"statuses": [status, repost, withheld]})
    assert (first.kind, first.text, first.links) == (Kind.REPLY, "Wearside & more", ("https://blog.test/",))
    assert first.created_at == datetime(2013, 12, 20, 16, 52, 25, tzinfo=UTC)
    assert first.media[0].url == "https://pbs.twimg.test/8.jpg"
    assert first.author
    assert first.author.verified
    assert (second.kind, second.text) == (Kind.REPOST, "RT @oldhand: Wearside & more")
    assert third.state is State.WITHHELD


def test_the_bearer_goes_in_a_header_and_into_no_log(now: Clock, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world = World(now)
    world.pages()
    assert {request.headers["authorization"] for request in world.requests} == {f"Bearer {BEARER}"}
    assert not any(BEARER in str(request.url) for request in world.requests)
    assert BEARER not in caplog.text


def test_tweepy_is_not_imported_until_a_source_is_read() -> None:
    code = (
        "import sys; from connectors import load; load('x'); assert 'tweepy' not in sys.modules, 'too early'"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_seam_only_reads(now: Clock) -> None:
    with pytest.raises(NotImplementedError):
        World(now).source._client.create_tweet(text="never", user_auth=False)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"query": "a", "account": "b"},
        {"account": "a", "archive": True},
        {"query": "a", "owned": True},
        {"query": "a", "daily_budget": 0},
        {"query": "a", "fields": "status"},
        {"query": "a" * 4097},
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        XOptions(bearer=BEARER, **options)
