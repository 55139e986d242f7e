"""What Facebook does that other sources don't."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors import load, recordings
from connectors.parts.replay import Replay
from monitor.types import Kind, Media, Ref, State
from tests.connected import Clock, Site, by_id, connected, read

FEED, POST = "/v24.0/1063/feed", "1063_5"


def facebook(site: httpx.BaseTransport, now: Clock, **options: Any) -> Any:
    given = {"page": "1063", "token": "invented-token", "base_url": "https://graph.test"}
    return connected("facebook", site, now, **given | options)


def recorded(now: Clock) -> Any:
    options = {k: v for k, v in recordings.source("facebook").items() if k not in ("name", "kind")}
    return facebook(Replay(recordings.load("facebook"), now), now, **options)


def comment(number: int, at: str, **more: Any) -> dict[str, Any]:
    return {"id": f"5_{number}", "message": f"comment {number}", "created_time": at} | more


def more(after: str) -> dict[str, Any]:
    return {"cursors": {"after": after}, "next": "https://graph.test/"}


def test_a_comment_says_beneath_which_post_it_stands_and_whom_it_answers(now: Clock) -> None:
    posts = by_id(read(recorded(now), now))
    page = "https://facebook.test/1063500041/posts/90013/"
    reply = posts["90013_70903"]
    assert reply.kind is Kind.COMMENT
    assert reply.refs == (
        Ref(rel="parent", external_id="1063500041_90013", url=page),
        Ref(rel="reply_to", external_id="90013_70902"),
    )
    assert posts["1063500041_90013"].kind is Kind.POST
    assert posts["90015_71010"].refs[0].external_id == "1063500041_90015"


def test_who_is_not_named_has_no_author_and_what_the_page_hid_is_hidden(now: Clock) -> None:
    posts = by_id(read(recorded(now), now))
    assert posts["90015_71011"].author is None
    author = posts["90015_71012"].author
    assert author is not None
    assert (author.display_name, author.handle) == ("Marlo Fennick", None)
    assert posts["90013_70901"].state is State.HIDDEN
    assert posts["90013_70902"].state is State.LIVE


def test_the_page_itself_is_known_by_its_number(now: Clock) -> None:
    author = by_id(read(recorded(now), now))["90013_70903"].author
    assert author is not None
    assert (author.handle, author.url) == ("1063500041", "https://www.facebook.com/1063500041")


def test_a_picture_is_kept_without_the_signature_of_its_address(now: Clock) -> None:
    posts = by_id(read(recorded(now), now))
    assert posts["1063500041_90013"].media == (Media(kind="image", url=""), Media(kind="video", url=""))
    assert posts["1063500041_90014"].links == ("https://gazette.test/garden",)
    assert posts["1063500041_90014"].text == "Wearside Vale NHS Foundation Trust shared a link."


@pytest.mark.parametrize(
    ("attachment", "link"),
    [
        (
            {"type": "share", "url": "https://l.facebook.com/l.php?u=https%3A%2F%2Fa.test%2Fb&h=x"},
            "https://a.test/b",
        ),
        ({"media_type": "link", "url": "https://a.test/b"}, "https://a.test/b"),
        ({"media_type": "link", "url": "https://l.facebook.com/l.php?h=x"}, None),
        ({"media_type": "link", "url": "javascript:alert(1)"}, None),
        ({"media_type": "photo", "url": "https://facebook.test/photo/1"}, None),
    ],
)
def test_a_shared_link_leads_where_it_leads(now: Clock, attachment: dict[str, str], link: str | None) -> None:
    item = {"id": "1", "created_time": "2026-11-21T08:00:00+0000", "attachments": {"data": [attachment]}}
    (post,) = facebook(Site({}), now).posts({"data": [item]})
    assert post.links == ((link,) if link else ())


def test_a_time_is_read_and_an_update_is_no_edit(now: Clock) -> None:
    """`updated_time` moves with every comment: whether a post was edited, its content tells."""
    times = {"created_time": "2026-01-01T10:00:00+0100", "updated_time": "2026-01-05T10:00:00+0000"}
    (post,) = facebook(Site({}), now).posts({"data": [{"id": "1"} | times]})
    assert post.created_at == datetime(2026, 1, 1, 9, tzinfo=UTC)
    assert (post.edited_at, post.state) == (None, State.LIVE)


def test_a_new_comment_on_an_old_post_is_found(now: Clock) -> None:
    old = {"id": POST, "created_time": "2026-11-12T08:00:00+0000", "message": "ten days old"}
    quiet = {"data": [old | {"comments": {"data": []}}]}
    new = {"data": [comment(1, "2026-11-21T09:00:00+0000")]}
    site = Site({FEED: [quiet, {"data": [old | {"comments": new}]}]})
    connects = facebook(site, now)
    first = list(connects.pages(None, now() - timedelta(days=7)))
    assert [post.external_id for post in read(connects, now, first[-1].cursor)] == ["5_1"]
    since = [int(request.url.params["since"]) for request in site.asked]
    assert since == [int((now() - timedelta(days=14)).timestamp())] * 2


def test_comments_are_read_on_until_those_that_are_known(now: Clock) -> None:
    nested = {"data": [comment(9, "2026-11-21T09:00:00+0000")], "paging": more("c1")}
    item = {"id": POST, "created_time": "2026-11-20T08:00:00+0000", "comments": nested}
    second = {"data": [comment(8, "2026-11-21T08:55:00+0000"), comment(7, "2026-11-13T08:00:00+0000")]}
    site = Site({FEED: {"data": [item]}, f"/v24.0/{POST}/comments": second | {"paging": more("c2")}})
    assert [p.external_id for p in read(facebook(site, now), now, days=7)] == [POST, "5_9", "5_8"]
    assert site.paths() == [FEED, f"/v24.0/{POST}/comments"]
    assert site.asked[1].url.params["after"] == "c1"


def test_a_post_that_tags_the_page_has_no_author_and_cannot_be_asked_about_again(now: Clock) -> None:
    item = {"id": "88_1", "created_time": "2026-11-21T08:00:00+0000", "message": "they lost my notes"}
    site = Site({"/v24.0/1063/tagged": {"data": [item]}})
    (post,) = read(facebook(site, now, reads="tagged"), now)
    assert (post.author, post.recheck_id) == (None, None)
    assert "comments" not in site.asked[0].url.params["fields"]


def test_an_answer_may_be_a_list_or_one_object_or_several_by_id(now: Clock) -> None:
    one = {"id": POST, "created_time": "2026-11-21T08:00:00+0000"}
    connects = facebook(Site({}), now)
    for answer in ({"data": [one]}, one, {POST: one}):
        assert [post.external_id for post in connects.posts(answer)] == [POST]


def test_a_comment_without_an_id_is_named_by_its_address(now: Clock) -> None:
    address = "https://www.facebook.com/1063/posts/555/?comment_id=777"
    nameless = {"created_time": "2026-11-21T08:00:00+0000", "permalink_url": address}
    unknown = {"created_time": "2026-11-21T08:00:00+0000"}
    (post,) = facebook(Site({}), now).posts({"data": [nameless, unknown]})
    assert (post.external_id, post.kind) == ("555_777", Kind.COMMENT)


def test_pages_of_a_name_are_found_for_the_rule_on_lookalikes(now: Clock) -> None:
    found = [
        {
            "id": "1",
            "name": "Wearside  Vale",
            "link": "https://facebook.test/1",
            "verification_status": "blue_verified",
        },
        {"id": "2", "name": "Wearside Va1e", "verification_status": "not_verified"},
    ]
    first, second = facebook(Site({"/v24.0/pages/search": {"data": found}}), now).profiles("Wearside Vale")
    assert (first.display_name, first.url, first.verified) == (
        "Wearside Vale",
        "https://facebook.test/1",
        True,
    )
    assert (second.external_id, second.url, second.verified) == ("2", None, False)
    assert not list(facebook(Site({}), now).posts({"data": found}))


@pytest.mark.parametrize(
    "wrong", [{"reads": "inbox"}, {"page": "a/b"}, {"version": "24"}, {"comment_days": 91}]
)
def test_options_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    given = {"page": "1063", "token": "invented-token"}
    load("facebook").Options.model_validate(given)
    with pytest.raises(ValidationError):
        load("facebook").Options.model_validate(given | wrong)
