"""What LinkedIn does that other sources don't."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors import load, recordings
from connectors.parts import littletext
from connectors.parts.replay import Replay
from monitor.errors import SourceError, SourceRefused, SourceThrottled
from monitor.types import Kind, Media, Ref, SourceState, State
from tests.connected import Clock, Site, by_id, connected, read

POSTS = "/rest/posts"
OPTIONS = {"organisation": "5515715", "token": "invented-token", "version": "202610"}


def linkedin(site: httpx.BaseTransport, now: Clock, **options: Any) -> Any:
    return connected("linkedin", site, now, **OPTIONS | {"base_url": "https://linkedin.test"} | options)


def recorded(now: Clock) -> Any:
    return linkedin(Replay(recordings.load("linkedin"), now), now)


def element(number: int, published: datetime, changed: datetime, **more: Any) -> dict[str, Any]:
    times = {"publishedAt": published.timestamp() * 1000, "lastModifiedAt": changed.timestamp() * 1000}
    return (
        {"id": f"urn:li:share:{number}", "lifecycleState": "PUBLISHED", "commentary": "words"} | times | more
    )


def listed(*elements: dict[str, Any], start: int = 0, more: bool = False) -> dict[str, Any]:
    links = [{"rel": "next", "href": "/rest/posts?start=2"}] if more else [{"rel": "prev", "href": "/"}]
    return {"elements": list(elements), "paging": {"start": start, "count": len(elements), "links": links}}


def test_each_request_names_the_version_the_protocol_and_the_page(now: Clock) -> None:
    site = Site({POSTS: listed()})
    read(linkedin(site, now), now)
    headers, params = site.asked[0].headers, site.asked[0].url.params
    assert (headers["linkedin-version"], headers["x-restli-protocol-version"]) == ("202610", "2.0.0")
    assert headers["authorization"] == "Bearer invented-token"
    assert (params["q"], params["author"]) == ("author", "urn:li:organization:5515715")


def test_an_edit_of_an_old_post_is_seen(now: Clock) -> None:
    day = timedelta(days=1)
    state = {"lifecycleStateInfo": {"isEditedByAuthor": True}}
    old = element(1, now() - 40 * day, now() - day / 24, **state)
    new, known = element(2, now() - day, now() - day), element(3, now() - 90 * day, now() - 80 * day)
    site = Site({POSTS: [listed(old, new, more=True), listed(known, start=2, more=True)]})
    connects = linkedin(site, now)
    pages = list(connects.pages(None, now() - 7 * day))
    assert [post.external_id for post in pages[0].posts] == ["urn:li:share:1", "urn:li:share:2"]
    assert (pages[0].posts[0].state, pages[0].posts[0].edited_at) == (State.EDITED, now() - day / 24)
    assert [request.url.params["start"] for request in site.asked] == ["0", "2"]
    assert pages[-1].cursor
    assert pages[-1].posts == ()


def test_what_is_not_published_is_not_read(now: Clock) -> None:
    assert not [post for post in read(recorded(now), now) if post.text.startswith("not yet")]


def test_a_member_is_never_named_and_words_are_not_for_the_store(now: Clock) -> None:
    item = element(1, now(), now(), author="urn:li:person:a1B2")
    page = element(2, now(), now(), author="urn:li:organization:5515715")
    by_member, by_page = linkedin(Site({}), now).posts(listed(item, page))
    assert by_member.author is None
    assert by_page.author.url == "https://www.linkedin.com/company/5515715"
    assert (by_page.terms.may_store_text, by_page.terms.may_mail_excerpt) == (False, False)


def test_a_shared_post_names_what_it_shares_and_pictures_keep_their_alt_text(now: Clock) -> None:
    posts = by_id(read(recorded(now), now))
    shared = posts["urn:li:ugcPost:7000000000000000004"]
    assert (shared.kind, shared.refs) == (
        Kind.REPOST,
        (Ref(rel="repost_of", external_id="urn:li:share:6990000000000000001"),),
    )
    several = posts["urn:li:share:7000000000000000002"]
    assert several.media == (Media(kind="image", url="", alt_text="Slide one"), Media(kind="image", url=""))
    assert posts["urn:li:share:7000000000000000005"].links == ("https://wvft.nhs.test/jobs",)


def test_what_was_taken_back_is_hidden_and_what_is_not_found_deleted(now: Clock) -> None:
    connects = recorded(now)
    lost = dict(connects.gone([post.recheck_id for post in read(connects, now)]))
    assert lost == {
        "urn:li:share:7000000000000000005": State.DELETED,
        "urn:li:share:7000000000000000002": State.HIDDEN,
    }


@pytest.mark.parametrize(
    ("status", "code", "state", "said"),
    [
        (426, None, SourceState.MISCONFIGURED, "newer `version`"),
        (426, "NONEXISTENT_VERSION", SourceState.MISCONFIGURED, "newer `version`"),
        (400, "VERSION_MISSING", SourceState.MISCONFIGURED, "newer `version`"),
        (401, "EXPIRED_ACCESS_TOKEN", SourceState.NEEDS_REAUTH, "new `token`"),
        (401, "REVOKED_ACCESS_TOKEN", SourceState.NEEDS_REAUTH, "new `token`"),
        (403, "ACCESS_DENIED", SourceState.MISCONFIGURED, "administrator"),
    ],
)
def test_a_refusal_says_whose_turn_it_is(
    now: Clock, status: int, code: str | None, state: SourceState, said: str
) -> None:
    answer = httpx.Response(status, json={"status": status, "code": code} if code else None)
    with pytest.raises(SourceRefused, match=said) as caught:
        read(linkedin(Site({POSTS: answer}), now), now)
    assert caught.value.state is state


@pytest.mark.parametrize(
    ("headers", "until"),
    [
        ({}, datetime(2026, 11, 22, tzinfo=UTC)),
        ({"Retry-After": "60"}, datetime(2026, 11, 21, 9, 31, tzinfo=UTC)),
    ],
)
def test_a_spent_limit_begins_anew_at_midnight_unless_it_says_otherwise(
    now: Clock, headers: dict[str, str], until: datetime
) -> None:
    with pytest.raises(SourceThrottled) as caught:
        read(linkedin(Site({POSTS: httpx.Response(429, headers=headers)}), now), now)
    assert caught.value.until == until


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("nothing special", "nothing special"),
        (r"thanks \(all of you\)\, friends \#1", "thanks (all of you), friends #1"),
        ("with @[Vale Charity](urn:li:organization:77) today", "with Vale Charity today"),
        (r"with @[Vale \(Charity\)] (urn:li:organization:77)", "with Vale (Charity)"),
        (r"{hashtag|\#|TeamWVFT} and {hashtag|#|nhs}", "#TeamWVFT and #nhs"),
        ("an @ and a { and a [ stay", "an @ and a { and a [ stay"),
        ("C:\\\\temp \\", "C:\\temp \\"),
        ("@[" * 50_000, "@[" * 50_000),
    ],
)
def test_little_text_is_read_as_people_see_it(written: str, plain: str) -> None:
    assert littletext.plain(written) == plain


@pytest.mark.parametrize("wrong", [{"version": "v24"}, {"version": ""}, {"organisation": "wvft"}])
def test_options_that_cannot_be_are_refused(wrong: dict[str, str]) -> None:
    load("linkedin").Options.model_validate(OPTIONS)
    with pytest.raises(ValidationError):
        load("linkedin").Options.model_validate(OPTIONS | wrong)


@pytest.mark.parametrize("answer", [{}, {"elements": None}, {"elements": {}}])
def test_an_answer_without_a_list_is_a_changed_source(now: Clock, answer: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="no list of items"):
        read(linkedin(Site({POSTS: answer}), now), now)
