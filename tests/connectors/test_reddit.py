"""Reddit: its two doors, each way it refuses, and what its authors took back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest
from pydantic import ValidationError

from monitor.errors import SourceChanged, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.types import Kind, Origin, SourceState, State
from tests.connectors.answering import always, connected, pages, read

FEED = {"client_id": None, "client_secret": None, "feed_user": "wvft", "feed_token": "invented-feed-token"}
EMPTY = {"kind": "Listing", "data": {"after": None, "children": []}}
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><id>/search.rss</id><title>search</title>{}</feed>"""
ENTRY = """<entry><author><name>{author}</name><uri>https://www.reddit.com/user/x</uri></author>
<content type="html">&lt;!-- SC_OFF --&gt;&lt;div class="md"&gt;&lt;p&gt;{text}&lt;/p&gt;&lt;/div&gt;
&lt;!-- SC_ON --&gt; &amp;#32; submitted by &amp;#32; &lt;a href="https://www.reddit.com/user/x"&gt; {author}
&lt;/a&gt; &lt;br/&gt; &lt;span&gt;&lt;a href="https://wvft.nhs.test/board"&gt;[link]&lt;/a&gt;&lt;/span&gt;
&lt;span&gt;&lt;a href=""&gt;[comments]&lt;/a&gt;&lt;/span&gt;</content>
<id>{id}</id><link href="https://www.reddit.com/r/wearside/comments/{id}/title/?ref=search" />
<updated>{at}</updated><published>{at}</published><title>Wearside Vale</title></entry>"""


@dataclass
class Site:
    """Gives a token to whoever asks, and takes the last one that it gave until it forgets it."""

    answer: object = None
    headers: dict = field(default_factory=dict)
    lasts: int = 3600
    takes: set = field(default_factory=set)
    asked: list = field(default_factory=list)

    def __call__(self, request):
        self.asked.append(request)
        if request.url.path == "/api/v1/access_token":
            self.takes = {f"token-{len(self.asked)}"}
            return httpx.Response(200, json={"access_token": max(self.takes), "expires_in": self.lasts})
        if request.headers["authorization"].removeprefix("Bearer ") not in self.takes:
            invalid = {"www-authenticate": 'Bearer realm="reddit", error="invalid_token"'}
            return httpx.Response(401, json={"error": 401}, headers=invalid)
        return self.answer or httpx.Response(200, json=EMPTY, headers=self.headers)

    @property
    def paths(self):
        return [request.url.path for request in self.asked]


@pytest.fixture
def recorded(now):
    return read(connected("reddit", now), now)


def entries(now, *found):
    at = (now() - timedelta(hours=1)).isoformat()
    return ATOM.format("".join(ENTRY.format(**{"at": at, "author": "/u/tide_table"} | e) for e in found))


def test_a_post_is_read_with_its_author_and_a_permalink_without_a_query(recorded):
    post = recorded["t3_1aaaa1"]
    assert (post.kind, post.origin, post.state) == (Kind.POST, Origin.API, State.LIVE)
    assert post.url == "https://www.reddit.com/r/wearside/comments/1aaaa1/a_title/"
    assert (post.author.handle, post.author.external_id) == ("bus_shelter_poet", "t2_1aaa")
    assert post.title == "Wearside Vale A&E tonight?"


def test_an_edit_says_when(recorded, now):
    assert recorded["t3_1aaaa2"].state is State.EDITED
    assert recorded["t3_1aaaa2"].edited_at == now() - timedelta(hours=6)


def test_a_deleted_author_is_none_and_the_post_stays(recorded):
    post = recorded["t3_1aaaa3"]
    assert (post.author, post.state, post.title) == (None, State.LIVE, "Wearside Vale board papers")
    assert post.links == ("https://wvft.nhs.test/board/papers",)


@pytest.mark.parametrize("mark", ["[deleted]", "[removed]", "[Removed]"])
def test_what_was_taken_down_is_deleted_and_reddits_words_for_it_are_no_text(now, mark):
    data = {"name": "t1_k1", "author": "[deleted]", "body": mark, "body_html": f"<p>{mark}</p>"}
    listing = {"data": {"children": [{"kind": "t1", "data": data}]}}
    (post,) = connected("reddit", now).posts(listing)
    assert (post.kind, post.state) == (Kind.COMMENT, State.DELETED)
    assert (post.author, post.title, post.text) == (None, "", "")


def test_the_title_of_a_removed_post_goes_too(recorded):
    assert (recorded["t3_1aaaa4"].state, recorded["t3_1aaaa4"].title) == (State.DELETED, "")


def test_a_comment_knows_what_it_answers(now):
    data = {"id": "k2", "author": "x", "body": "Same.", "parent_id": "t1_k1", "link_id": "t3_p"}
    data |= {"context": "/r/wearside/comments/p/title/k2/?context=3"}
    listing = {"data": {"children": [{"kind": "t1", "data": data}, {"kind": "t5", "data": {"id": "s"}}]}}
    (post,) = connected("reddit", now).posts(listing)
    assert [(ref.rel, ref.external_id) for ref in post.refs] == [("reply_to", "t1_k1"), ("root", "t3_p")]
    assert post.url == "https://www.reddit.com/r/wearside/comments/p/title/k2/"


def test_a_token_is_asked_for_once_and_kept_until_it_expires(now):
    site, memory = Site(), {}
    read(connected("reddit", now, site, memory=memory), now)
    read(connected("reddit", now, site, memory=memory), now)
    assert site.paths.count("/api/v1/access_token") == 1
    read(connected("reddit", lambda: now() + timedelta(hours=1), site, memory=memory), now)
    assert site.paths.count("/api/v1/access_token") == 2
    assert "invented-secret" not in json.dumps(memory)


def test_the_search_is_one_of_the_subreddit_newest_first(now):
    site = Site()
    read(connected("reddit", now, site), now)
    params = dict(site.asked[-1].url.params)
    assert site.asked[-1].url.path == "/r/wearside/search"
    assert (params["q"], params["sort"], params["restrict_sr"]) == ("Wearside Vale", "new", "true")
    assert (params["limit"], params["raw_json"]) == ("100", "1")


def test_a_token_that_is_not_taken_is_renewed_once(now):
    site, memory = Site(), {}
    read(connected("reddit", now, site, memory=memory), now)
    site.takes = set()
    assert read(connected("reddit", now, site, memory=memory), now) == {}


@pytest.mark.parametrize("memory", [{"token": "not json"}, {"token": "{}"}, {"token": "[1]"}])
def test_a_memory_that_cannot_be_read_costs_a_new_token_only(now, memory):
    assert read(connected("reddit", now, Site(), memory=memory), now) == {}


def test_a_token_that_is_never_taken_wants_a_person(now):
    site = Site(answer=httpx.Response(401, json={"error": 401}))
    with pytest.raises(SourceRefused) as raised:
        read(connected("reddit", now, site), now)
    assert raised.value.state is SourceState.NEEDS_REAUTH
    assert len(site.asked) == 4


def test_credentials_that_are_not_taken_want_a_person(now):
    with pytest.raises(SourceRefused, match="client_id and client_secret") as raised:
        read(connected("reddit", now, always(400, {"error": 400})), now)
    assert raised.value.state is SourceState.NEEDS_REAUTH


SCOPE = {"www-authenticate": 'Bearer realm="reddit", error="insufficient_scope"'}
HTML = "<!doctype html><title>Too Many Requests</title>"


@pytest.mark.parametrize(
    ("answer", "error", "state"),
    [
        (httpx.Response(403, json={"error": 403}, headers=SCOPE), SourceRefused, SourceState.MISCONFIGURED),
        (httpx.Response(403, json={"error": 403}), SourceRefused, SourceState.NEEDS_REAUTH),
        (httpx.Response(451), SourceRefused, SourceState.GONE),
        (httpx.Response(520), SourceUnavailable, SourceState.DEGRADED),
        (httpx.Response(522), SourceUnavailable, SourceState.DEGRADED),
        (httpx.Response(200), SourceChanged, SourceState.DEGRADED),
        (httpx.Response(200, text='{"kind": "Listing", "data": {"chil'), SourceChanged, SourceState.DEGRADED),
        (httpx.Response(200, json={"error": 403}), SourceChanged, SourceState.DEGRADED),
    ],
    ids=["scope", "forbidden", "legal", "520", "522", "no bytes", "cut off", "error inside"],
)
def test_each_way_to_refuse_says_what_to_do_next(now, answer, error, state):
    with pytest.raises(error) as raised:
        read(connected("reddit", now, Site(answer=answer)), now)
    assert raised.value.state is state


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (httpx.Response(429, html=HTML, headers={"retry-after": "4"}), 4),
        (httpx.Response(429, json={"error": 429}), 15 * 60),
        (httpx.Response(429, json={"error": 429}, headers={"x-ratelimit-reset": "53"}), 53),
    ],
    ids=["html", "json", "rate limit"],
)
def test_a_429_is_a_wait_as_long_as_it_says(now, answer, seconds):
    with pytest.raises(SourceThrottled) as raised:
        read(connected("reddit", now, Site(answer=answer)), now)
    assert raised.value.until == now() + timedelta(seconds=seconds)


def test_where_nothing_remains_the_next_page_waits(now):
    child = {"kind": "t3", "data": {"id": "p1", "created_utc": now().timestamp()}}
    page = {"data": {"after": "t3_p1", "children": [child]}}
    spent = {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "90"}
    site = Site(answer=httpx.Response(200, json=page, headers=spent))
    with pytest.raises(SourceThrottled) as raised:
        read(connected("reddit", now, site), now)
    assert raised.value.until == now() + timedelta(seconds=90)
    assert site.paths.count("/r/wearside/search") == 1


def test_a_redirect_to_a_page_is_a_changed_source(now):
    def answer(request):
        if request.url.path == "/api/v1/access_token":
            return httpx.Response(200, json={"access_token": "invented"})
        if request.url.path == "/welcome":
            return httpx.Response(200, html="<!doctype html><title>Welcome</title>")
        return httpx.Response(302, headers={"location": "/welcome"})

    with pytest.raises(SourceChanged):
        read(connected("reddit", now, answer), now)


def test_what_is_absent_deleted_or_removed_is_gone(now):
    lost = dict(connected("reddit", now).gone(["t3_1aaaa1", "t3_1aaaa2", "t3_1aaaa3", "t3_1aaaa4"]))
    assert lost == {"t3_1aaaa2": State.DELETED, "t3_1aaaa4": State.DELETED}


def test_a_hundred_are_asked_about_at_once(now):
    site = Site()
    assert len(list(connected("reddit", now, site).gone([f"t3_{n}" for n in range(250)]))) == 250
    asked = [request.url.params["id"].count(",") + 1 for request in site.asked[1:]]
    assert asked == [100, 100, 50]


def test_a_feed_is_asked_with_the_token_and_read_without_what_reddit_adds(now):
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(200, text=entries(now, {"id": "t3_2b", "text": "Nine hours so far."}))

    (post,) = read(connected("reddit", now, answer, **FEED), now).values()
    params = dict(asked[0].url.params)
    assert asked[0].url.path == "/r/wearside/search.rss"
    assert (params["feed"], params["user"]) == ("invented-feed-token", "wvft")
    assert (post.external_id, post.origin, post.text) == ("t3_2b", Origin.FEED, "Nine hours so far.")
    assert post.author.handle == "tide_table"
    assert post.links == ("https://wvft.nhs.test/board",)
    assert post.recheck_id is None


def test_a_post_has_one_id_by_either_door_and_in_older_feeds(now):
    connects = connected("reddit", now, **FEED)
    link = "https://www.reddit.com/r/wearside/comments/1aaaa1/a_title/"
    older = f"<rss version='2.0'><channel><title>r</title><item><guid>{link}</guid><link>{link}</link></item>"
    (post,) = connects.posts(f"{older}</channel></rss>".encode())
    assert post.external_id == "t3_1aaaa1"
    assert post.url == link


def test_what_was_taken_down_is_deleted_in_a_feed_too(now):
    feed = entries(now, {"id": "t3_2c", "text": "[removed]", "author": "/u/[deleted]"})
    (post,) = read(connected("reddit", now, always(200, feed), **FEED), now).values()
    assert (post.state, post.author, post.title, post.text) == (State.DELETED, None, "", "")


def test_a_full_page_of_a_feed_is_followed_by_the_next(now):
    asked = []

    def answer(request):
        asked.append(request.url.params.get("after"))
        first = range(100) if len(asked) == 1 else range(100, 130)
        return httpx.Response(200, text=entries(now, *({"id": f"t3_{n}", "text": "Wearside"} for n in first)))

    assert len(read(connected("reddit", now, answer, **FEED), now)) == 130
    assert asked == [None, "t3_99"]


@pytest.mark.parametrize("body", ["", HTML, "{}"])
def test_what_is_no_feed_is_a_changed_source_and_the_token_is_not_in_it(now, body):
    with pytest.raises(SourceChanged) as raised:
        read(connected("reddit", now, always(200, body), **FEED), now)
    assert "invented" not in str(raised.value)


def test_the_token_of_a_feed_shows_in_no_post_and_no_cursor(now):
    feed = ATOM.format('<link rel="self" href="?"/>')
    one = entries(
        now, {"id": "t3_2d", "text": '&lt;a href="#top"&gt;up&lt;/a&gt; &lt;a href="?x"&gt;x&lt;/a&gt;'}
    )
    for body in (feed, one):
        assert "invented" not in repr(pages(connected("reddit", now, always(200, body), **FEED), now))


def test_a_feed_cannot_be_asked_what_was_deleted(now):
    with pytest.raises(SourceRefused, match="give client_id and client_secret") as raised:
        list(connected("reddit", now, **FEED).gone(["t3_1"]))
    assert raised.value.state is SourceState.MISCONFIGURED


@pytest.mark.parametrize(
    "options",
    [
        {"client_secret": None},
        {"client_id": None, "client_secret": None},
        {"feed_user": "wvft", "feed_token": "invented-feed-token"},
        {"feed_user": "wvft"},
        FEED | {"feed_token": None},
    ],
)
def test_one_whole_pair_of_credentials_is_needed(now, options):
    with pytest.raises(ValidationError, match="feed_user and feed_token, not both"):
        connected("reddit", now, **options)
