"""What Discourse forums do that other sources don't."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors import Context, recordings
from connectors.discourse import Discourse, DiscourseOptions
from connectors.http import Http
from connectors.parts.replay import Replay
from monitor.errors import SourceChanged, SourceRefused
from monitor.types import Kind, Page, Post, SourceState, State

Clock = Callable[[], datetime]


def connector(now: Clock, transport: httpx.BaseTransport | None = None, **options: Any) -> Discourse:
    """A connector of the forum, over its recordings unless told otherwise."""
    transport = transport or Replay(recordings.load("discourse"), now)
    context = Context(source="forum", http=Http(now=now, transport=transport, attempts=1), now=now)
    return Discourse(DiscourseOptions(base_url="https://forum.test", **options), context)


def poll(connects: Discourse, now: Clock, cursor: str | None = None) -> list[Page]:
    """Every page of one poll."""
    return list(connects.pages(cursor, now() - timedelta(days=7)))


def posts_of(pages: list[Page]) -> dict[str, Post]:
    """Their posts by number."""
    return {post.recheck_id or "": post for page in pages for post in page.posts}


def test_a_post_keeps_what_the_forum_said(now: Clock) -> None:
    found = posts_of(poll(connector(now), now))
    reply, first = found["212"], found["211"]
    assert reply.text == "At Wearside Vale the new rota is out & nobody likes it."
    assert (reply.kind, reply.url) == (Kind.REPLY, "https://forum.test/t/topic-31/31/2")
    assert reply.refs[0].url == "https://forum.test/t/topic-31/31/1"
    assert reply.author is not None
    assert reply.author.avatar_url == "https://forum.test/user_avatar/forum.test/marg/96/7_2.png"
    assert (first.kind, first.state, first.media[0].alt_text) == (Kind.POST, State.EDITED, "A rota")


def test_what_was_deleted_or_hidden_is_told_without_its_words(now: Clock) -> None:
    found = posts_of(poll(connector(now), now))
    assert (found["208"].state, found["208"].text) == (State.DELETED, "")
    assert (found["148"].state, found["148"].text) == (State.HIDDEN, "")


def test_a_stretch_of_ids_that_holds_nothing_public_does_not_end_the_reading(now: Clock) -> None:
    assert "150" in posts_of(poll(connector(now), now))


def test_notes_that_nobody_wrote_are_no_posts(now: Clock) -> None:
    assert "149" not in posts_of(poll(connector(now), now))


def test_a_search_brings_whole_posts_and_keeps_the_words_around_what_is_gone(now: Clock) -> None:
    found = posts_of(poll(connector(now, query="Wearside"), now))
    assert found["212"].text == "At Wearside Vale the new rota is out & nobody likes it."
    assert (found["150"].text, found["150"].title) == ("Parking at Wearside Vale.", "Wearside talk 29")


def test_a_search_asks_for_no_post_twice(now: Clock) -> None:
    connects = connector(now, query="Wearside")
    cursor = poll(connects, now)[-1].cursor
    assert set(posts_of(poll(connects, now, cursor))) == {"212"}  # within the hour that is read again


def test_private_places_are_left_out_even_where_an_answer_holds_them(now: Clock) -> None:
    posts = [{"id": n, "topic_id": n, "cooked": "x"} for n in (1, 2, 3)]
    answer = {
        "posts": posts,
        "topics": [{"id": 1, "archetype": "private_message"}, {"id": 2, "category_id": 9}, {"id": 3}],
        "categories": [{"id": 9, "read_restricted": True}],
        "grouped_search_result": {},
    }
    assert [post.recheck_id for post in connector(now).posts(answer)] == ["3"]


def test_a_topic_and_a_list_of_topics_are_read_too(now: Clock) -> None:
    topic = {"id": 7, "title": "Buses", "slug": "buses", "post_stream": {"posts": [{"id": 1, "topic_id": 7}]}}
    topics = {
        "users": [{"id": 1, "username": "marg"}],
        "topic_list": {"topics": [{"id": 7, "title": "Buses", "slug": "buses", "posters": [{"user_id": 1}]}]},
    }
    for answer in (topic, topics):
        (post,) = connector(now).posts(answer)
        assert (post.title, post.url) == ("Buses", "https://forum.test/t/buses/7/1")


def test_a_search_that_finds_nothing_is_no_error(now: Clock) -> None:
    answer = httpx.Response(200, json={"grouped_search_result": {"post_ids": []}})
    (page,) = poll(connector(now, httpx.MockTransport(lambda request: answer), query="x"), now)
    assert page.posts == ()
    assert page.cursor


def test_a_forum_for_members_only_is_refused_with_what_serves_instead(now: Clock) -> None:
    answer = httpx.Response(403, json={"errors": ["Log in."], "error_type": "not_logged_in"})
    connects = connector(now, httpx.MockTransport(lambda request: answer))
    with pytest.raises(SourceRefused, match="monitor report add") as refused:
        poll(connects, now)
    assert refused.value.state is SourceState.MISCONFIGURED
    with pytest.raises(SourceRefused):  # and says nothing of a single post
        list(connects.gone(["212"]))


def test_the_same_page_for_ever_is_an_error_people_see(now: Clock) -> None:
    same = {"latest_posts": [{"id": 90, "cooked": "x"}]}
    connects = connector(now, httpx.MockTransport(lambda request: httpx.Response(200, json=same)))
    with pytest.raises(SourceChanged, match="again and again"):
        poll(connects, now)


def test_posts_that_visitors_cannot_read_any_more_are_gone(now: Clock) -> None:
    assert dict(connector(now).gone(["212", "208", "150", "148"])) == {
        "208": State.DELETED,
        "150": State.DELETED,
        "148": State.HIDDEN,
    }
