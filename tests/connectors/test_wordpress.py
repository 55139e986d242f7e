"""What WordPress's REST interface does that other sources don't."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors import Context, recordings
from connectors.http import Http
from connectors.parts.replay import Replay
from connectors.wordpress import WordPress, WordPressOptions
from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from monitor.types import Kind, Page, Post, SourceState, State

Clock = Callable[[], datetime]
SITE = "https://wardblog.test"


def connector(now: Clock, transport: httpx.BaseTransport, **options: Any) -> WordPress:
    """A connector of the ward blog over `transport`."""
    http = Http(now=now, transport=transport, attempts=1)
    return WordPress(
        WordPressOptions(**{"base_url": SITE} | options), Context(source="blog", http=http, now=now)
    )


def recorded(now: Clock, **options: Any) -> WordPress:
    """A connector over the shipped recordings."""
    return connector(now, Replay(recordings.load("wordpress"), now), **options)


def poll(connects: WordPress, now: Clock, cursor: str | None = None) -> list[Page]:
    """Every page of one poll."""
    return list(connects.pages(cursor, now() - timedelta(days=7)))


def posts_of(pages: list[Page]) -> dict[str, Post]:
    """Their posts by id, without the host."""
    return {post.external_id.partition("/")[2]: post for page in pages for post in page.posts}


class Blog(httpx.BaseTransport):
    """A site that lists its posts by date, by change and by id, two to a page."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.asked: list[httpx.URL] = []

    def add(self, number: int, date: datetime, modified: datetime | None = None) -> None:
        """Publish a post."""
        times = {
            "date_gmt": f"{date:%Y-%m-%dT%H:%M:%S}",
            "modified_gmt": f"{modified or date:%Y-%m-%dT%H:%M:%S}",
        }
        self.items.append(
            {"id": number, "title": {"rendered": f"post {number}"}, "status": "publish"} | times
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        asked = request.url.params
        field = {"id": "id", "modified": "modified_gmt"}.get(asked.get("orderby", ""), "date_gmt")
        floors = {"date_gmt": asked.get("after", ""), "modified_gmt": asked.get("modified_after", "")}
        found = [item for item in self.items if all(item[name] + "Z" > at for name, at in floors.items())]
        found.sort(key=lambda item: item[field], reverse=True)
        last, page = -(-len(found) // 2), int(asked["page"])
        if page > max(last, 1):
            return httpx.Response(400, json={"code": "rest_post_invalid_page_number"}, request=request)
        part, headers = found[2 * page - 2 : 2 * page], {"X-WP-TotalPages": str(last)}
        return httpx.Response(200, json=part, headers=headers, request=request)


@pytest.fixture
def blog(now: Clock) -> Blog:
    """A blog of seven posts, a day apart."""
    blog = Blog()
    for number in range(1, 8):
        blog.add(number, now() - timedelta(days=8 - number, hours=-1))
    return blog


def test_a_post_keeps_what_the_site_said(now: Clock) -> None:
    found = posts_of(poll(recorded(now), now))
    post = found["posts/30"]
    assert (post.title, post.text) == ("Parking at Wearside Vale", "It took an hour.\nAgain.")
    assert (post.state, post.url) == (State.EDITED, f"{SITE}/2026/11/p30/")
    assert post.author is not None
    assert (post.author.handle, post.author.display_name) == ("tom", "Tom Okafor")
    assert post.media[0].alt_text == "A queue of cars"
    assert found["posts/31"].title == "Thank you, ward’s night team"
    assert found["posts/29"].text == ""  # for members only


def test_comments_are_read_where_they_are_wanted(now: Clock) -> None:
    found = posts_of(poll(recorded(now, comments=True), now))
    comment, anonymous = found["comments/902"], found["comments/901"]
    assert comment.kind is Kind.COMMENT
    assert [(ref.rel, ref.external_id) for ref in comment.refs] == [
        ("root", "wardblog.test/posts/30"),
        ("reply_to", "wardblog.test/comments/901"),
    ]
    assert (anonymous.author, len(anonymous.refs)) == (None, 1)
    assert not any(name.startswith("comments") for name in posts_of(poll(recorded(now), now)))


def test_a_backdated_post_is_found_by_its_id(now: Clock, blog: Blog) -> None:
    connects = connector(now, blog)
    cursor = poll(connects, now)[-1].cursor
    blog.add(8, now() - timedelta(days=2500))
    assert "posts/8" in posts_of(poll(connects, now, cursor))


def test_what_is_older_than_the_first_poll_reads_does_not_come_with_the_second(
    now: Clock, blog: Blog
) -> None:
    blog.add(0, now() - timedelta(days=300))
    blog.add(8, now() - timedelta(days=2500))
    connects = connector(now, blog)
    first = poll(connects, now)
    blog.add(9, now() - timedelta(days=2500))
    second = posts_of(poll(connects, now, first[-1].cursor))
    assert "posts/9" in second
    assert not {"posts/0", "posts/8"} & {*posts_of(first), *second}


def test_an_edit_of_an_old_post_is_found_by_its_change(now: Clock, blog: Blog) -> None:
    connects = connector(now, blog)
    cursor = poll(connects, now)[-1].cursor
    blog.items[0]["modified_gmt"] = f"{now():%Y-%m-%dT%H:%M:%S}"
    assert posts_of(poll(connects, now, cursor))["posts/1"].state is State.EDITED


def test_a_scheduled_post_with_an_old_id_is_found_by_its_date(now: Clock, blog: Blog) -> None:
    blog.items.pop(3)
    connects = connector(now, blog)
    cursor = poll(connects, now)[-1].cursor
    blog.add(4, now() - timedelta(hours=1), now() - timedelta(days=30))
    assert "posts/4" in posts_of(poll(connects, now, cursor))


def test_every_page_is_read_and_no_post_twice(now: Clock, blog: Blog) -> None:
    pages = poll(connector(now, blog), now)
    keys = [post.key for page in pages for post in page.posts]
    assert len(keys) == len(set(keys)) == 7
    assert [page.cursor is None for page in pages] == [True] * (len(pages) - 1) + [False]


def test_pages_that_run_out_early_are_the_end(now: Clock, blog: Blog) -> None:
    answers = iter([httpx.Response(200, json=blog.items[:2], headers={"X-WP-TotalPages": "9"})])
    beyond = {"code": "rest_post_invalid_page_number", "data": {"status": 400}}

    def answer(request: httpx.Request) -> httpx.Response:
        return next(answers, None) or httpx.Response(400, json=beyond)

    assert poll(connector(now, httpx.MockTransport(answer)), now)[-1].cursor


def test_more_pages_than_allowed_are_an_error_people_see(now: Clock, blog: Blog) -> None:
    with pytest.raises(SourceChanged, match="raise `pages`"):
        poll(connector(now, blog, pages=2), now)


def test_a_search_is_asked_in_every_question(now: Clock, blog: Blog) -> None:
    poll(connector(now, blog, query="Wearside"), now)
    assert {url.params["search"] for url in blog.asked} == {"Wearside"}


def test_a_blog_of_wordpress_com_is_asked_where_it_lives(now: Clock, blog: Blog) -> None:
    poll(connector(now, blog, base_url="https://public-api.wp.test", site="ward.blog.test"), now)
    assert {url.path for url in blog.asked} == {"/wp/v2/sites/ward.blog.test/posts"}


def test_an_answer_of_wordpress_coms_own_interface_is_read_too(now: Clock) -> None:
    item = {
        "ID": 5,
        "date": "2026-11-20T10:00:00+01:00",
        "title": "Night",
        "content": "<p>Quiet.</p>",
        "URL": f"{SITE}/night",
        "status": "publish",
        "author": {"ID": 7, "login": "dilys", "name": "Dilys", "avatar_URL": f"{SITE}/a.png"},
    }
    (post,) = connector(now, Blog()).posts({"found": 1, "posts": [item, {"ID": 6, "status": "draft"}]})
    assert (post.title, post.text, post.url) == ("Night", "Quiet.", f"{SITE}/night")
    assert post.author is not None
    assert post.author.handle == "dilys"


@pytest.mark.parametrize(
    ("status", "code", "error", "state", "says"),
    [
        (401, "rest_not_logged_in", SourceRefused, SourceState.MISCONFIGURED, "kind rss"),
        (403, "rest_disabled", SourceRefused, SourceState.MISCONFIGURED, "kind rss"),
        (404, "rest_no_route", SourceRefused, SourceState.MISCONFIGURED, "kind rss"),
        (400, "rest_invalid_param", SourceRefused, SourceState.MISCONFIGURED, "kind rss"),
        (404, None, SourceUnavailable, SourceState.DEGRADED, "404"),
        (200, "rest_something", SourceChanged, SourceState.DEGRADED, "no list"),
    ],
)
def test_a_refusal_says_what_serves_instead(
    now: Clock, status: int, code: str | None, error: type[SourceError], state: SourceState, says: str
) -> None:
    answer = httpx.Response(status, json={"code": code} if code else {})
    with pytest.raises(error, match=says) as raised:
        poll(connector(now, httpx.MockTransport(lambda request: answer)), now)
    assert raised.value.state is state


def test_what_the_site_no_longer_lists_is_gone(now: Clock) -> None:
    asked = [f"posts:{number}" for number in (31, 30, 29, 27, 12)] + ["comments:901", "comments:902"]
    assert dict(recorded(now).gone(asked)) == {
        "posts:29": State.DELETED,
        "comments:902": State.DELETED,
    }


def test_a_site_that_lists_something_else_says_nothing_of_what_is_gone(now: Clock) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=[{"id": 99}]))
    with pytest.raises(SourceChanged):
        list(connector(now, transport).gone(["posts:1"]))
