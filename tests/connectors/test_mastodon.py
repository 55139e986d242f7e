"""What Mastodon does that other sources don't: climbing by ids, closed feeds, servers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from connectors import Context, recordings
from connectors.http import Http
from connectors.mastodon import Mastodon, MastodonOptions
from connectors.parts.replay import Replay
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceThrottled
from monitor.types import Kind, Page, Post, SourceState, State

Clock = Callable[[], datetime]
Answer = Callable[[httpx.Request], httpx.Response]


def made(now: Clock, answer: Answer, host: str = "social.test", **options: Any) -> Mastodon:
    """A connector whose requests get `answer`."""
    http = Http(now=now, transport=httpx.MockTransport(answer), attempts=1)
    asked = {"tag": "Wearside"} if not options.keys() & {"account", "query", "mentions"} else {}
    given = MastodonOptions(base_url=f"https://{host}", **(asked | options))
    return Mastodon(given, Context(source="toots", http=http, now=now))


def recorded(now: Clock, **options: Any) -> Mastodon:
    """A connector over the shipped recordings."""
    token = {"token": SecretStr("token-of-the-recording")}
    asked = options or {"tag": "WearsideVale"}
    return made(now, Replay(recordings.load("mastodon"), now).handle_request, **token, **asked)


def poll(connects: Mastodon, now: Clock, cursor: str | None = None, days: float = 7) -> list[Page]:
    """Every page of one poll."""
    return list(connects.pages(cursor, now() - timedelta(days=days)))


def posts_of(pages: Iterable[Page]) -> list[Post]:
    """The posts of all pages."""
    return [post for page in pages for post in page.posts]


def numbered(connects: Mastodon, now: Clock) -> dict[str, Post]:
    """The posts of one poll by the last two digits of their ids."""
    return {post.external_id[-2:]: post for post in posts_of(poll(connects, now))}


def status(number: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A public status."""
    content = f"<p>Wearside {number}</p>"
    return {"id": number, "created_at": at.isoformat(), "visibility": "public", "content": content, **more}


# -- what a server shows to whom -----------------------------------------------------------------------


def access(local: str | None, remote: str | None) -> dict[str, Any]:
    """What a server says of who sees hashtags."""
    return {"configuration": {"timelines_access": {"hashtag_feeds": {"local": local, "remote": remote}}}}


@pytest.mark.parametrize(
    ("instance", "token", "closed"),
    [
        (access("disabled", "disabled"), None, True),
        (access("disabled", "disabled"), "a-token-of-a-user", True),
        (access("authenticated", "disabled"), None, True),
        (access("authenticated", "authenticated"), "a-token-of-a-user", False),
        (access("public", "disabled"), None, False),
        (access(None, None), None, False),
        ({}, None, False),
        ([], None, False),
    ],
)
@pytest.mark.parametrize("known", [[], [7]])
def test_an_empty_feed_that_is_closed_is_not_nothing_said(
    now: Clock, instance: Any, token: str | None, closed: bool, known: list[int]
) -> None:
    feed = [status(str(number), now() - timedelta(hours=5)) for number in known]

    def answer(request: httpx.Request) -> httpx.Response:
        shown = [] if request.url.params.keys() & {"min_id", "max_id"} else feed
        return httpx.Response(200, json=instance if request.url.path == "/api/v2/instance" else shown)

    secret = {"token": SecretStr(token)} if token else {}
    cursor = poll(made(now, answer, **secret), now)[-1].cursor if known else None
    if not closed:
        assert poll(made(now, answer, **secret), now, cursor)[-1].cursor
        return
    with pytest.raises(SourceRefused, match="shows hashtags") as raised:
        poll(made(now, answer, **secret), now, cursor)
    assert raised.value.state is SourceState.MISCONFIGURED


@pytest.mark.parametrize("status_code", [401, 403, 404])
def test_a_server_that_says_nothing_of_itself_is_taken_as_open(now: Clock, status_code: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status_code if "instance" in request.url.path else 200, json=[])

    assert posts_of(poll(made(now, answer), now)) == []


@pytest.mark.parametrize(
    ("status_code", "said", "token", "told", "state"),
    [
        (401, "Unauthorized: token not supplied", None, "wants a `token`", SourceState.NEEDS_REAUTH),
        (401, "The access token is invalid", "revoked-token", "make a new one", SourceState.NEEDS_REAUTH),
        (
            422,
            "This method requires an authenticated user",
            None,
            "wants a `token`",
            SourceState.NEEDS_REAUTH,
        ),
        (
            403,
            "This action is outside the authorized scopes",
            "poor-token",
            "scope",
            SourceState.MISCONFIGURED,
        ),
        (403, "<th scope=row>Forbidden", "token-refused", "403", SourceState.NEEDS_REAUTH),
        (410, "Gone", None, "gone", SourceState.GONE),
    ],
)
def test_a_refusal_says_what_to_do(
    now: Clock, status_code: int, said: str, token: str | None, told: str, state: SourceState
) -> None:
    secret = {"token": SecretStr(token)} if token else {}
    answer = httpx.Response(status_code, json={"error": said})
    with pytest.raises(SourceRefused, match=told) as raised:
        poll(made(now, lambda request: answer, **secret), now)
    assert raised.value.state is state
    assert not token or token not in str(raised.value)


def test_a_limit_without_retry_after_is_waited_out_until_its_reset(now: Clock) -> None:
    reset = (now() + timedelta(minutes=4)).isoformat().replace("+00:00", ".000Z")
    headers = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    answer = httpx.Response(429, json={"error": "rate limit reached"}, headers=headers)
    with pytest.raises(SourceThrottled) as raised:
        poll(made(now, lambda request: answer), now)
    assert raised.value.until == now() + timedelta(minutes=4)


@pytest.mark.parametrize("asked", [{"query": "Wearside"}, {"mentions": True}])
def test_what_needs_a_token_is_no_setting_without_one(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="token"):
        MastodonOptions(base_url="https://social.test", **asked)


@pytest.mark.parametrize("asked", [{}, {"tag": "a", "account": "b"}, {"tag": "two words"}, {"tag": "a/b"}])
def test_a_question_is_one_and_a_hashtag_one_word(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MastodonOptions(base_url="https://social.test", **asked)


def test_the_token_is_sent_as_a_header_and_never_in_the_address(now: Clock) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=[])

    poll(made(now, answer, token=SecretStr("a-token-of-a-user")), now)
    assert {request.headers["authorization"] for request in sent} == {"Bearer a-token-of-a-user"}
    assert not any("a-token" in str(request.url) for request in sent)


# -- the other questions -------------------------------------------------------------------------------


def test_what_is_asked_goes_on_above_the_last_status_known(now: Clock) -> None:
    asked: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        shown = request.url.params.keys() & {"min_id", "max_id"}
        return httpx.Response(200, json=[] if shown else [status("01M7ZZYAPS", now() - timedelta(hours=5))])

    cursor = poll(made(now, answer, tag="#Wearside"), now)[-1].cursor
    poll(made(now, answer, tag="#Wearside"), now, cursor)
    assert asked[:2] == [{"limit": "40"}, {"limit": "40", "max_id": "01M7ZZYAPS"}]
    assert {"limit": "40", "min_id": "01M7ZZYAPS"} in asked


def test_an_accounts_boosts_and_answers_are_read_too(now: Clock) -> None:
    found = numbered(recorded(now, account="@bryony"), now)
    assert [post.kind for post in found.values()] == [Kind.REPOST, Kind.REPLY]
    boost = found["10"]
    assert boost.refs[0].external_id == "social.test/117000000000000006"
    assert boost.text == "Wearside Vale opens its theatre #WearsideVale"
    assert boost.author
    assert boost.author.handle == "bryony@social.test"
    assert boost.url == "https://news.test/@gazette/117000000000000006"


@pytest.mark.parametrize(
    ("answer", "error", "state"),
    [
        (httpx.Response(404, json={"error": "Record not found"}), SourceRefused, SourceState.MISCONFIGURED),
        (httpx.Response(200, json={"id": "1", "suspended": True}), SourceRefused, SourceState.GONE),
        (httpx.Response(200, json={"acct": "bryony"}), SourceChanged, SourceState.DEGRADED),
    ],
)
def test_an_account_that_cannot_be_read_is_told_apart(
    now: Clock, answer: httpx.Response, error: type[SourceError], state: SourceState
) -> None:
    with pytest.raises(error) as raised:
        poll(made(now, lambda request: answer, account="bryony"), now)
    assert raised.value.state is state


def test_mentions_are_read_but_no_private_word(now: Clock) -> None:
    connects = recorded(now, mentions=True)
    pages = poll(connects, now)
    assert [post.external_id[-2:] for post in posts_of(pages)] == ["07"]
    assert posts_of(poll(connects, now, pages[-1].cursor)) == []


def test_a_search_is_read_page_by_page(now: Clock) -> None:
    assert list(numbered(recorded(now, query="Wearside Vale"), now)) == ["09", "08", "06", "04"]


def test_a_search_of_accounts_shows_the_official_and_the_false_one(now: Clock) -> None:
    found = list(recorded(now).profiles("Wearside Vale"))
    assert [account.handle for account in found] == ["wvft@social.test", "wvft_help@odd.test"]
    assert found[0].bio == "News of Wearside Vale NHS Foundation Trust"


@pytest.mark.parametrize("status_code", [404, 410])
def test_a_status_that_is_not_there_for_everybody_is_gone(now: Clock, status_code: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        lost = request.url.path.endswith("/01M7ZZYAPS")
        return httpx.Response(
            status_code if lost else 200, json={"error": "Not Found"} if lost else {"id": "1"}
        )

    assert list(made(now, answer).gone(["1", "01M7ZZYAPS"])) == [("01M7ZZYAPS", State.DELETED)]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, json={"error": "Unauthorized: token not supplied"}),
        httpx.Response(404, html="<h1>404 Not Found</h1><p>nginx</p>"),
        httpx.Response(404, json={}),
        httpx.Response(503),
    ],
)
def test_an_answer_in_doubt_makes_nothing_gone(now: Clock, answer: httpx.Response) -> None:
    with pytest.raises(SourceError):
        list(made(now, lambda request: answer).gone(["1"]))


# -- what a post is ------------------------------------------------------------------------------------


def test_the_same_id_on_two_servers_is_two_posts(now: Clock) -> None:
    page = [status("7", now(), account={"id": "3", "acct": "bryony"})]
    there = [
        next(made(now, lambda request: httpx.Response(599), host=host).posts(page))
        for host in ("social.test", "other.test:8443")
    ]
    assert [post.external_id for post in there] == ["social.test/7", "other.test:8443/7"]
    assert [post.author.external_id for post in there if post.author] == [
        "social.test/3",
        "other.test:8443/3",
    ]
    assert [post.recheck_id for post in there] == ["7", "7"]


def test_a_warning_is_the_title_and_markup_is_text(now: Clock) -> None:
    post = numbered(recorded(now), now)["08"]
    assert post.title == "work & Wearside Vale"
    assert post.text == "Long night on our ward.\nRead https://gazette.test/waits #WearsideVale"
    assert post.links == ("https://gazette.test/waits/st-oswins",)


def test_an_edited_answer_with_a_poll_says_all_of_it(now: Clock) -> None:
    post = numbered(recorded(now), now)["07"]
    assert (post.state, post.kind, post.lang) == (State.EDITED, Kind.REPLY, "en")
    assert post.edited_at == now() - timedelta(hours=2, minutes=30)
    assert post.text.splitlines() == [
        "@wvft which entrance is open? #WearsideVale",
        "North door",
        "Wearside door",
    ]
    assert post.refs[0].url == "https://social.test/@wvft/117000000000000001"
    assert post.links == ("https://social.test/@wvft",)


def test_pictures_keep_their_words_and_cards_are_links(now: Clock) -> None:
    post = numbered(recorded(now), now)["06"]
    assert [(media.kind, media.alt_text) for media in post.media] == [
        ("image", "Theatre two at Wearside Vale")
    ]
    assert post.links == ("https://gazette.test/film/theatre",)
    assert post.author
    assert post.author.handle == "gazette@news.test"


def test_only_what_is_for_everybody_is_read(now: Clock) -> None:
    found = numbered(recorded(now), now)
    assert sorted(found) == ["03", "04", "06", "07", "08", "09"]
    assert found["04"].author is None
    odd = [status("1", now(), visibility=each) for each in ("private", "direct", None, "limited")]
    assert list(recorded(now).posts(odd)) == []


def test_a_quote_names_what_it_quotes(now: Clock) -> None:
    post = numbered(recorded(now), now)["03"]
    assert (post.kind, post.refs[0].external_id) == (Kind.QUOTE, "social.test/117000000000000002")


@pytest.mark.parametrize(
    "answer", [{}, {"error": "Record not found"}, None, "x", {"statuses": None}, {"accounts": []}]
)
def test_what_holds_no_statuses_is_a_changed_source(now: Clock, answer: Any) -> None:
    with pytest.raises(SourceChanged):
        list(recorded(now).posts(answer))


def test_a_single_status_and_notifications_are_read_too(now: Clock) -> None:
    one = status("7", now())
    assert [post.recheck_id for post in recorded(now).posts(one)] == ["7"]
    told = [
        {"id": "52", "type": "mention", "status": one},
        {"id": "53", "type": "follow", "account": {"id": "3"}},
    ]
    assert [post.recheck_id for post in recorded(now).posts(told)] == ["7"]
