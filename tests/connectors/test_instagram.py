"""What Instagram does that other sources don't."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors import load, recordings
from connectors.parts.replay import Replay
from monitor.errors import SourceChanged, SourceThrottled
from monitor.types import Kind, Media, State
from tests.connected import Clock, Site, by_id, connected, read


def instagram(site: httpx.BaseTransport, now: Clock, memory: Any = None, **options: Any) -> Any:
    given = {"account": "17841400000000063", "token": "invented-token", "base_url": "https://graph.test"}
    return connected("instagram", site, now, memory, **given | options)


def recorded(now: Clock, **options: Any) -> Any:
    return instagram(Replay(recordings.load("instagram"), now), now, **options)


def test_a_comment_is_found_at_the_picture_that_it_stands_beneath(now: Clock) -> None:
    posts = by_id(read(recorded(now, reads="media"), now))
    picture, reply = posts["17900000000010003"], posts["18000000000020005"]
    assert reply.kind is Kind.COMMENT
    assert reply.url == picture.url
    assert [(ref.rel, ref.external_id) for ref in reply.refs] == [
        ("parent", "17900000000010003"),
        ("reply_to", "18000000000020004"),
    ]
    assert posts["18000000000020002"].refs[0].url == picture.url
    assert posts["18000000000020001"].state is State.HIDDEN


def test_an_album_shows_its_pictures_one_by_one_without_signed_addresses(now: Clock) -> None:
    posts = by_id(read(recorded(now, reads="media"), now))
    assert posts["17900000000010003"].media == (
        Media(kind="image", url="", alt_text="A nurse in blue before a door"),
        Media(kind="video", url=""),
    )
    assert posts["17900000000010001"].media == (
        Media(kind="image", url="", alt_text="Six people with a cake"),
    )


def test_an_unnamed_commenter_has_no_author(now: Clock) -> None:
    posts = by_id(read(recorded(now, reads="media"), now))
    assert posts["18000000000020003"].author is None
    author = posts["18000000000020004"].author
    assert author is not None
    assert (author.handle, author.url) == ("harbour.lantern", "https://www.instagram.com/harbour.lantern")


def test_what_tags_us_is_read_and_cannot_be_asked_about_again(now: Clock) -> None:
    posts = read(recorded(now, reads="tags"), now)
    assert [post.recheck_id for post in posts] == [None, None]
    assert [post.author.handle if post.author else None for post in posts] == ["gull_and_anchor", None]


def test_a_hashtag_shows_its_last_day_and_nobodys_name(now: Clock) -> None:
    connects = recorded(now, tag="wearsidevale")
    (first, last) = connects.pages(None, now().replace(day=1))
    assert [post.author for post in first.posts] == [None, None]
    assert last.posts == ()
    assert last.covered_from == now().replace(day=20)


def test_a_hashtag_whose_cursor_never_changes_is_an_error_unless_its_page_is_empty(now: Clock) -> None:
    item = {"id": "1", "media_type": "IMAGE", "timestamp": "2026-11-21T09:00:00+0000"}
    paging = {"cursors": {"after": "same"}, "next": "https://graph.test/"}
    search = {"/v24.0/ig_hashtag_search": {"data": [{"id": "55"}]}}
    site = Site(search | {"/v24.0/55/recent_media": {"data": [item], "paging": paging}})
    with pytest.raises(SourceChanged, match="again and again"):
        read(instagram(site, now, tag="wearsidevale"), now)


def test_a_hashtags_number_is_asked_for_once(now: Clock) -> None:
    memory: dict[str, str] = {}
    answers = {"/v24.0/ig_hashtag_search": {"data": [{"id": "55"}]}, "/v24.0/55/recent_media": {"data": []}}
    site = Site(answers)
    for _ in range(2):
        read(instagram(site, now, memory, tag="wearsidevale"), now)
    assert site.paths() == ["/v24.0/ig_hashtag_search", *["/v24.0/55/recent_media"] * 2]


def test_too_many_hashtags_in_a_week_is_a_throttled_source(now: Clock) -> None:
    refusal = httpx.Response(400, json={"error": {"code": 18, "message": "max hashtags"}})
    with pytest.raises(SourceThrottled):
        read(instagram(Site({"/v24.0/ig_hashtag_search": refusal}), now, tag="wearsidevale"), now)


def test_a_hashtag_that_is_none_says_so(now: Clock) -> None:
    site = Site({"/v24.0/ig_hashtag_search": {"data": []}})
    with pytest.raises(SourceChanged, match="check `tag`"):
        read(instagram(site, now, tag="wearsidevale"), now)


@pytest.mark.parametrize(
    ("options", "host"),
    [({"reads": "media"}, "graph.instagram.com"), ({"tag": "wearsidevale"}, "graph.facebook.com")],
)
def test_a_hashtag_is_asked_where_facebooks_sign_in_counts(
    now: Clock, options: dict[str, str], host: str
) -> None:
    site = Site({})
    with pytest.raises(Exception, match=host):
        read(instagram(site, now, base_url=None, **options), now)
    assert {request.url.host for request in site.asked} == {host}


def test_only_a_hashtag_is_filtered_for_what_speaks_of_us(now: Clock) -> None:
    kept = [
        instagram(Site({}), now, **o).keeps_everything for o in ({"reads": "tags"}, {"tag": "wearsidevale"})
    ]
    assert kept == [True, False]


def test_what_a_mention_led_to_has_no_address(now: Clock) -> None:
    answer = {"mentioned_media": {"id": "9", "caption": "wvftnhs hello", "media_type": "IMAGE"}, "id": "1"}
    (post,) = instagram(Site({}), now, reads="media").posts(answer)
    assert (post.external_id, post.text, post.url) == ("9", "wvftnhs hello", None)


def test_names_of_hashtags_are_no_posts(now: Clock) -> None:
    assert not list(instagram(Site({}), now, reads="media").posts({"data": [{"id": "1", "name": "nhs"}]}))


@pytest.mark.parametrize("wrong", [{}, {"reads": "media", "tag": "a"}, {"reads": "stories"}, {"tag": "a b"}])
def test_one_question_is_asked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        load("instagram").Options.model_validate({"account": "1", "token": "invented-token"} | wrong)
