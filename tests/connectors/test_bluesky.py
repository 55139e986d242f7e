"""What Bluesky does that other sources don't: keys that are times, silence about deleted posts, labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from connectors import Context, recordings
from connectors.bluesky import Bluesky, BlueskyOptions
from connectors.http import Http
from connectors.parts.replay import Replay
from monitor.errors import SourceChanged, SourceError, SourceRefused
from monitor.types import Kind, Page, Post, SourceState, State, Terms

Clock = Callable[[], datetime]
DID = "did:plc:nurseaaaaaaaaaaaaaaaaaaa"
PASSWORD = "abcd-efgh-ijkl-mnop"
_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"


def key(at: datetime, clock: int = 1) -> str:
    """The record key (TID) of a moment."""
    number = (int(at.timestamp() * 1e6) << 10) | clock
    return "".join(_BASE32[(number >> shift) & 31] for shift in range(60, -1, -5))


def uri(of: str, did: str = DID) -> str:
    """The address of a post's record."""
    return f"at://{did}/app.bsky.feed.post/{of}"


def record(of: str, text: str = "on the ward", did: str = DID, **value: Any) -> dict[str, Any]:
    """A post as a repository lists it."""
    dated = {"createdAt": "2026-11-20T12:00:00.000Z"}
    value = {"$type": "app.bsky.feed.post", "text": text, **dated, **value}
    return {"uri": uri(of, did), "cid": f"bafyreib{of}", "value": value}


def made(now: Clock, answer: Callable[[httpx.Request], httpx.Response], **options: Any) -> Bluesky:
    """A connector whose requests get `answer`."""
    http = Http(now=now, transport=httpx.MockTransport(answer), attempts=1)
    context = Context(source="sky", http=http, now=now)
    hosts = {
        "base_url": "https://sky.test",
        "appview": "https://public.sky.test",
        "directory": "https://plc.test",
    }
    return Bluesky(BlueskyOptions(**hosts, **options), context)


def searching(now: Clock, answer: Callable[[httpx.Request], httpx.Response], **more: Any) -> Bluesky:
    """One that searches, signed in."""
    signed = {"identifier": "wvft.sky.test", "password": SecretStr(PASSWORD)}
    return made(now, answer, query="Wearside Vale", **signed, **more)


def poll(connects: Bluesky, now: Clock, cursor: str | None = None, days: float = 7) -> list[Page]:
    """Every page of one poll."""
    return list(connects.pages(cursor, now() - timedelta(days=days)))


def posts_of(pages: Iterable[Page]) -> list[Post]:
    """The posts of all pages."""
    return [post for page in pages for post in page.posts]


def recorded(now: Clock) -> dict[str, Post]:
    """The posts of the shipped recordings by the last part of their key."""
    settings = recordings.source("bluesky")
    options = {name: value for name, value in settings.items() if name not in ("name", "kind")}
    context = Context(
        source="sky", http=Http(now=now, transport=Replay(recordings.load("bluesky"), now)), now=now
    )
    return {
        p.external_id.rpartition("/")[2]: p
        for p in posts_of(poll(Bluesky(BlueskyOptions(**options), context), now))
    }


def signed_in(request: httpx.Request) -> httpx.Response:
    """A server that signs in and finds nothing."""
    return httpx.Response(200, json={"posts": [], "accessJwt": "access", "refreshJwt": "refresh"})


def test_a_search_that_is_not_allowed_asks_for_a_sign_in(now: Clock) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("searchPosts"):
            return httpx.Response(403, html="<h1>403 Forbidden</h1>")
        return signed_in(request)

    with pytest.raises(SourceRefused, match="sign in") as raised:
        poll(searching(now, answer), now)
    assert raised.value.state is SourceState.NEEDS_REAUTH


@pytest.mark.parametrize("given", [{}, {"identifier": "wvft.sky.test"}, {"password": SecretStr(PASSWORD)}])
def test_a_search_without_a_sign_in_is_no_setting(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="sign-in"):
        BlueskyOptions(query="Wearside Vale", **given)


def test_the_first_search_asks_only_for_what_is_wanted(now: Clock) -> None:
    asked: list[httpx.QueryParams] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params)
        return signed_in(request)

    cursor = poll(searching(now, answer), now, days=1)[-1].cursor
    poll(searching(now, answer), now, cursor)
    first, second = (params for params in asked if "q" in params)
    assert dict(first) == {
        "q": "Wearside Vale",
        "sort": "latest",
        "limit": "100",
        "since": "2026-11-20T09:30:00Z",
    }
    assert "since" not in second


# -- one account's posts ------------------------------------------------------------------------------


class Repository:
    """A profile, a directory and a server that lists records, `size` a page, the newest key first."""

    def __init__(self, *records: dict[str, Any], size: int = 2) -> None:
        self.records, self.size, self.listed = list(records), size, 0
        self.profile: dict[str, Any] = {"did": DID, "handle": "nurse.sky.test", "description": "Views my own"}
        self.document: Any = {
            "service": [{"id": f"{DID}#atproto_pds", "serviceEndpoint": "https://pds.sky.test"}]
        }
        self.refusal: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        match request.url.host, request.url.path:
            case "public.sky.test", "/xrpc/app.bsky.actor.getProfile":
                return httpx.Response(200, json=self.profile)
            case ("plc.test", _) | ("nurse.test", "/.well-known/did.json"):
                return httpx.Response(200, json=self.document)
            case "pds.sky.test", "/xrpc/com.atproto.repo.listRecords":
                return self.refusal or self._list(request.url.params)
        return httpx.Response(599)

    def _list(self, params: httpx.QueryParams) -> httpx.Response:
        self.listed += 1
        ordered = sorted(self.records, key=lambda each: each["uri"], reverse=True)
        below = [each for each in ordered if each["uri"].rpartition("/")[2] < params.get("cursor", "~")]
        page = below[: self.size]
        following = {"cursor": page[-1]["uri"].rpartition("/")[2]} if page else {}
        return httpx.Response(200, json={"records": page, **following})


def reading(now: Clock, server: Repository, **options: Any) -> Bluesky:
    """A connector that reads the account of `server`."""
    return made(now, server, account="@nurse.sky.test", **options)


def hours(now: Clock, *ago: float) -> list[dict[str, Any]]:
    """A record for each: its key was made so many hours ago."""
    keys = [key(now() - timedelta(hours=each)) for each in ago]
    return [record(each, f"shift {hour}") for each, hour in zip(keys, ago, strict=True)]


def test_an_accounts_posts_carry_its_profile(now: Clock) -> None:
    (post,) = posts_of(poll(reading(now, Repository(*hours(now, 3))), now))
    assert post.author
    assert (post.author.handle, post.author.bio) == ("nurse.sky.test", "Views my own")
    assert post.url == f"https://bsky.app/profile/{DID}/post/{post.external_id.rpartition('/')[2]}"


def test_a_post_that_is_dated_back_is_seen_and_keeps_its_date(now: Clock) -> None:
    server = Repository(*hours(now, 30, 20, 10))
    cursor = poll(reading(now, server), now)[-1].cursor
    server.records.append(record(key(now() - timedelta(minutes=5)), createdAt="2019-01-01T00:00:00.000Z"))
    found = posts_of(poll(reading(now, server), now, cursor))
    assert datetime(2019, 1, 1, tzinfo=UTC) in [post.created_at for post in found]


def test_a_first_reading_ends_at_since_and_the_next_at_what_is_known(now: Clock) -> None:
    server = Repository(*hours(now, 1, 5, 9, 30, 50, 70, 90, 300))
    first = poll(reading(now, server), now, days=2)
    assert [post.text for post in posts_of(first)] == ["shift 1", "shift 5", "shift 9", "shift 30"]
    assert first[-1].covered_from == now() - timedelta(days=2)
    before = server.listed
    second = poll(reading(now, server), now, first[-1].cursor)
    assert server.listed - before == 1
    assert {post.key for post in posts_of(second)} <= {post.key for post in posts_of(first)}


def test_a_gap_is_read_whole_and_the_cursor_does_not_grow(now: Clock) -> None:
    server = Repository(*hours(now, *range(100, 130)), size=7)
    first = poll(reading(now, server), now)[-1].cursor
    server.records += hours(now, *range(1, 60))
    pages = poll(reading(now, server), now, first)
    assert {f"shift {hour}" for hour in range(1, 60)} <= {post.text for post in posts_of(pages)}
    assert [page.cursor for page in pages[:-1]] == [None] * (len(pages) - 1)
    assert len(pages[-1].cursor or "") == len(first or "")


@pytest.mark.parametrize("odd", ["self", "zzzzzzzzzzzzz", "jzzzzzzzzzzzz", "2222222222222"])
def test_a_key_that_is_no_time_hides_nothing_that_comes_later(now: Clock, odd: str) -> None:
    server = Repository(record(odd, "odd"), *hours(now, 8))
    first = poll(reading(now, server), now)
    server.records += hours(now, *range(1, 6))
    texts = {post.text for post in posts_of([*first, *poll(reading(now, server), now, first[-1].cursor)])}
    assert {f"shift {hour}" for hour in (8, *range(1, 6))} <= texts


def test_records_of_somebody_else_are_not_taken_for_the_accounts(now: Clock) -> None:
    other = record(key(now()), "not mine", did="did:plc:somebodyelseaaaaaaaaaaaa")
    assert [post.text for post in posts_of(poll(reading(now, Repository(other, *hours(now, 3))), now))] == [
        "shift 3"
    ]


def test_a_did_of_the_web_names_its_own_host(now: Clock) -> None:
    server = Repository(record(key(now()), did="did:web:nurse.test"))
    server.profile["did"] = "did:web:nurse.test"
    assert len(posts_of(poll(reading(now, server), now))) == 1


@pytest.mark.parametrize(
    "document", [{}, [], {"service": [{"id": "#atproto_pds", "serviceEndpoint": "file:///etc"}]}]
)
def test_an_account_without_a_server_is_a_changed_source(now: Clock, document: Any) -> None:
    server = Repository()
    server.document = document
    with pytest.raises(SourceChanged, match="no server"):
        poll(reading(now, server), now)


@pytest.mark.parametrize("did", [None, "", "nurse", "did:plc:../../admin", "did:plc:a?x=1"])
def test_a_profile_without_a_did_is_a_changed_source(now: Clock, did: Any) -> None:
    server = Repository()
    server.profile["did"] = did
    with pytest.raises(SourceChanged, match="DID"):
        poll(reading(now, server), now)


@pytest.mark.parametrize(
    ("error", "message", "state"),
    [
        ("InvalidRequest", "Profile not found", SourceState.MISCONFIGURED),
        ("AccountTakedown", "Account has been suspended", SourceState.GONE),
        ("AccountDeactivated", "Account is deactivated", SourceState.GONE),
    ],
)
def test_an_account_that_is_not_there_is_told_apart(
    now: Clock, error: str, message: str, state: SourceState
) -> None:
    body = {"error": error, "message": message}
    connects = made(now, lambda request: httpx.Response(400, json=body), account="nobody.sky.test")
    with pytest.raises(SourceRefused) as raised:
        poll(connects, now)
    assert raised.value.state is state


@pytest.mark.parametrize(
    "body",
    [
        {"error": "RepoDeactivated", "message": "Repo has been deactivated"},
        {"error": "InvalidRequest", "message": f"Could not find repo: {DID}"},
    ],
)
def test_a_repository_that_was_closed_is_gone(now: Clock, body: dict[str, str]) -> None:
    server = Repository()
    server.refusal = httpx.Response(400, json=body)
    with pytest.raises(SourceRefused) as raised:
        poll(reading(now, server), now)
    assert raised.value.state is SourceState.GONE


def test_more_pages_than_allowed_are_an_error_that_people_see(now: Clock) -> None:
    with pytest.raises(SourceChanged, match="raise `pages`"):
        poll(reading(now, Repository(*hours(now, *range(1, 20))), pages=3), now)


# -- what a post is ------------------------------------------------------------------------------------


def test_links_and_mentions_are_where_the_facets_lead(now: Clock) -> None:
    post = recorded(now)["3mqk22aaaa22a"]
    assert post.links == (
        f"https://bsky.app/profile/did:plc:wearside{'a' * 16}",
        "https://gazette.test/waits/st-oswins",
    )
    assert (post.kind, post.lang, post.state) == (Kind.POST, "en", State.LIVE)


def test_a_quote_names_what_it_quotes_also_where_that_is_gone(now: Clock) -> None:
    found = recorded(now)
    for quoting in (found["3mqk1zaaaa22b"], found["3mqj5caaaa22c"]):
        assert quoting.kind is Kind.QUOTE
        assert [(ref.rel, ref.external_id) for ref in quoting.refs] == [
            ("quote_of", found["3mqk22aaaa22a"].external_id)
        ]


def test_pictures_keep_the_words_that_describe_them(now: Clock) -> None:
    (picture,) = recorded(now)["3mqj5caaaa22c"].media
    assert (picture.kind, picture.alt_text) == ("image", "Blue logo of Wearside Vale")
    assert picture.url.startswith("https://cdn.sky.test/img/feed_fullsize/")


def test_a_reply_names_what_it_answers_and_where_that_began(now: Clock) -> None:
    post = recorded(now)["3mqj3eaaaa22e"]
    assert post.kind is Kind.REPLY
    assert [ref.rel for ref in post.refs] == ["reply_to", "root"]
    assert all(ref.url and ref.url.startswith("https://bsky.app/profile/did:plc:") for ref in post.refs)


def test_a_card_below_the_text_is_a_link(now: Clock) -> None:
    assert recorded(now)["3mqg7faaaa22f"].links == ("https://gazette.test/film/theatre",)


def test_who_shows_themselves_to_members_only_is_not_mailed(now: Clock) -> None:
    found = recorded(now)
    assert not found["3mqj3eaaaa22e"].terms.may_mail_excerpt
    assert found["3mqj4daaaa22d"].terms == Terms()


def test_an_author_whose_handle_no_longer_holds_has_none(now: Clock) -> None:
    author = recorded(now)["3mqj4daaaa22d"].author
    assert author
    assert (author.handle, author.external_id) == (None, f"did:plc:closed{'a' * 18}")


def test_a_verified_account_is_told_from_one_that_nobody_looked_at(now: Clock) -> None:
    found = recorded(now)
    shown = [post.author.verified for post in (found["3mqk1zaaaa22b"], found["3mqk22aaaa22a"]) if post.author]
    assert shown == [True, None]


@pytest.mark.parametrize(
    ("labels", "state"),
    [
        ([{"val": "!takedown"}], State.WITHHELD),
        ([{"val": "!suspend"}], State.WITHHELD),
        ([{"val": "!hide"}], State.HIDDEN),
        ([{"val": "!hide", "neg": True}], State.LIVE),
        ([{"val": "graphic-media"}, None, {"val": 3}], State.LIVE),
    ],
)
@pytest.mark.parametrize("on", ["post", "author"])
def test_labels_say_what_is_withheld(now: Clock, labels: list[Any], state: State, on: str) -> None:
    view = {"uri": uri("3mqk22aaaa22a"), "record": {"text": "x"}, "author": {"did": DID}}
    answer = {"posts": [view | {"labels": labels} if on == "post" else view | {"author": {"labels": labels}}]}
    (post,) = made(now, signed_in, account="nurse.sky.test").posts(answer)
    assert post.state is state


def test_a_records_pictures_and_films_stand_in_bluesky_s_own_store(now: Clock) -> None:
    blob = {"$type": "blob", "ref": {"$link": "bafkrei7"}, "mimeType": "image/png", "size": 70}
    images = {"$type": "app.bsky.embed.images", "images": [{"alt": "A ward", "image": blob}]}
    film = {"$type": "app.bsky.embed.video", "video": blob, "alt": "A corridor"}
    answer = {"records": [record("3mqk22aaaa22a", embed=images), record("3mqk22aaaa22b", embed=film)]}
    pictured, filmed = made(now, signed_in, account="nurse.sky.test").posts(answer)
    assert pictured.media[0].url == f"https://cdn.bsky.app/img/feed_fullsize/plain/{DID}/bafkrei7@jpeg"
    assert filmed.media[0].kind == "video"
    assert [media.alt_text for post in (pictured, filmed) for media in post.media] == ["A ward", "A corridor"]


def test_likes_and_lists_are_no_posts(now: Clock) -> None:
    like = {"uri": f"at://{DID}/app.bsky.feed.like/3mqk22aaaa22a", "record": {"subject": {}}}
    listed = record("3mqk22aaaa22b", embed={"record": {"uri": f"at://{DID}/app.bsky.graph.list/1"}})
    assert list(made(now, signed_in, account="nurse.sky.test").posts({"notifications": [like]})) == []
    (post,) = made(now, signed_in, account="nurse.sky.test").posts({"records": [listed]})
    assert (post.kind, post.refs) == (Kind.POST, ())


# -- what became of posts, and who calls themselves what ------------------------------------------------


def test_posts_that_are_left_out_or_hidden_are_gone(now: Clock) -> None:
    asked: list[list[str]] = []
    every = [uri(f"3mqk22aaaa{number:03}") for number in range(60)]

    def answer(request: httpx.Request) -> httpx.Response:
        wanted = request.url.params.get_list("uris")
        asked.append(wanted)
        shown = [{"uri": each, "record": {}, "labels": []} for each in wanted if each != every[30]]
        for view in shown:
            view["labels"] = [{"val": "!hide"}] if view["uri"] == every[59] else []
        return httpx.Response(200, json={"posts": shown})

    lost = dict(made(now, answer, account="nurse.sky.test").gone(every))
    assert lost == {every[30]: State.DELETED, every[59]: State.HIDDEN}
    assert [len(each) for each in asked] == [25, 25, 10]


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, json={}), httpx.Response(503), httpx.Response(200, text="[")]
)
def test_an_answer_in_doubt_makes_nothing_gone(now: Clock, answer: httpx.Response) -> None:
    with pytest.raises(SourceError):
        list(made(now, lambda request: answer, account="nurse.sky.test").gone([uri("3mqk22aaaa22a")]))


def test_a_search_of_profiles_shows_the_official_and_the_false_one(now: Clock) -> None:
    transport = Replay(recordings.load("bluesky"), now)
    found = list(made(now, transport.handle_request, account="wvft.sky.test").profiles("Wearside Vale"))
    assert [account.handle for account in found] == ["wvft-official.sky.test", "wvft.sky.test", None]
    assert found[0].display_name == "Wearside Vale NHS Official"
    assert found[0].bio
    assert found[0].created_at
