"""Care Opinion: what is published late is not lost, and what only looks like an answer is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from monitor.errors import SourceChanged, SourceRefused, SourceUnavailable
from monitor.types import Kind, SourceState, State
from tests.connectors.answering import always, connected, pages, read, read_until_it_breaks

SORRY = "Sorry! Something went wrong."
START = datetime(2026, 11, 16, tzinfo=UTC)


def story(number, published=START, **more):
    written = f"{published:%Y-%m-%dT%H:%M:%S}"
    return {"id": number, "title": "T", "body": "B", "dateOfPublication": written} | more


@dataclass
class Shelf:
    """The stories of a subscription, as the interface gives them: after a date, some at a time."""

    stories: list
    at_once: int = 2
    fails_after: int | None = None
    order: str = "dateOfPublication"
    asked: list = field(default_factory=list)

    def __call__(self, request):
        params = dict(request.url.params)
        self.asked.append(params)
        if self.fails_after is not None and len(self.asked) > self.fails_after:
            return httpx.Response(503)
        there = [s for s in self.stories if not isinstance(s, dict) or self.is_after(s, params)]
        there = sorted(there, key=lambda s: s.get(self.order, "")) if self.order else there
        skip = int(params["skip"])
        return httpx.Response(200, json=there[skip : skip + self.at_once])

    @staticmethod
    def is_after(story, params):
        return story["dateOfPublication"] > params["publishedafter"]


def test_a_story_is_a_review_in_plain_text_with_its_permalink(now):
    post = read(connected("care_opinion", now), now)["1400090"]
    assert (post.kind, post.url) == (Kind.REVIEW, "https://www.careopinion.org.uk/1400090")
    assert post.text.splitlines() == [
        "We waited eleven weeks for a scan at Wearside Vale, and were told:",
        "the letter was lost",
        "then that it was never sent",
    ]
    assert post.author is None
    assert (post.terms.licence, post.terms.attribution) == ("CC BY-NC-SA 4.0", "Care Opinion")


def test_a_time_without_a_zone_is_utc_also_in_summer(now):
    summer = story(1) | {"dateOfPublication": "2026-07-01T08:00:00"}
    (post,) = connected("care_opinion", now).posts([summer])
    assert post.created_at == datetime(2026, 7, 1, 8, tzinfo=UTC)


def test_the_key_goes_into_a_header_and_one_service_into_the_question(now):
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(200, json=[])

    read(connected("care_opinion", now, answer), now)
    assert asked[0].headers["authorization"] == "SUBSCRIPTION_KEY invented-subscription-key"
    assert "invented" not in str(asked[0].url)
    params = dict(asked[0].url.params)
    assert (params["nacs"], params["publishedafter"]) == ("rwv", "2026-11-14T09:30:00")


def test_a_story_written_early_and_published_late_is_not_lost(now):
    shelf = Shelf([story(1, now() - timedelta(days=2))])
    connects = connected("care_opinion", now, shelf)
    cursor = pages(connects, now)[-1].cursor
    shelf.stories.append(story(2, now() - timedelta(minutes=5), dateOfSubmission="2026-09-01T10:00:00"))
    assert "2" in read(connects, now, cursor)


@pytest.mark.parametrize("fails_after", [1, 2])
@pytest.mark.parametrize("order", ["dateOfPublication", "dateOfSubmission"])
def test_whatever_it_sorts_by_nothing_is_lost_between_an_interruption_and_the_next_reading(
    now, fails_after, order
):
    written = ("2026-11-03T10:00:00", "2026-11-01T10:00:00", "2026-11-05T10:00:00", "2026-11-04T10:00:00")
    shelf = Shelf(
        [story(n, START + timedelta(hours=n), dateOfSubmission=at) for n, at in enumerate(written)],
        order=order,
        fails_after=fails_after,
    )
    connects = connected("care_opinion", now, shelf)
    ids, cursor, error = read_until_it_breaks(connects, now)
    assert isinstance(error, SourceUnavailable)
    shelf.fails_after = None
    shelf.stories.append(story(9, now() - timedelta(minutes=1), dateOfSubmission="2026-10-01T10:00:00"))
    first = pages(connects, now, cursor)
    second = read(connects, now, first[-1].cursor)
    seen = {*ids, *(post.external_id for page in first for post in page.posts), *second}
    assert seen == {"0", "1", "2", "3", "9"}


def test_a_story_withdrawn_during_an_interruption_hides_no_other(now):
    shelf = Shelf([story(n, START + timedelta(hours=n)) for n in range(6)], fails_after=2)
    connects = connected("care_opinion", now, shelf)
    ids, cursor, _ = read_until_it_breaks(connects, now)
    shelf.fails_after, shelf.stories = None, shelf.stories[1:]
    assert {*ids, *read(connects, now, cursor)} == {"0", "1", "2", "3", "4", "5"}


def test_more_pages_than_allowed_are_an_error_and_the_next_reading_goes_on(now):
    shelf = Shelf([story(n, START + timedelta(hours=n)) for n in range(9)])
    connects = connected("care_opinion", now, shelf, pages=2)
    ids, cursor, error = read_until_it_breaks(connects, now)
    assert isinstance(error, SourceChanged)
    assert "raise `pages`" in str(error)
    again, _, _ = read_until_it_breaks(connects, now, cursor)
    assert {*ids, *again} > set(ids)


def test_an_apology_in_place_of_a_story_is_an_error_and_the_other_stories_are_kept(now):
    shelf = Shelf([story(1), SORRY, story(2), story(3)], order="")
    connects = connected("care_opinion", now, shelf)
    ids, cursor, error = read_until_it_breaks(connects, now)
    assert (ids, cursor) == (["1", "2", "3"], None)
    assert isinstance(error, SourceUnavailable)
    assert "careopinion.test: answered with an apology" in str(error)
    shelf.stories[1] = story(4)
    assert set(read(connects, now, cursor)) == {"1", "2", "3", "4"}


def test_nothing_but_an_apology_is_an_unavailable_source(now):
    with pytest.raises(SourceUnavailable):
        read(connected("care_opinion", now, always(200, [SORRY])), now)


def to_the_login_page(request):
    if request.url.path.startswith("/api/"):
        return httpx.Response(302, headers={"location": "/login?returnUrl=%2fapi%2fv2%2fopinions"})
    return httpx.Response(200, html="<!doctype html><title>Log in</title>")


def test_a_bad_key_leads_to_a_sign_in_page_and_wants_a_person(now):
    with pytest.raises(SourceRefused, match="api_key of this source") as raised:
        read(connected("care_opinion", now, to_the_login_page), now)
    assert raised.value.state is SourceState.NEEDS_REAUTH


def test_html_where_nothing_was_redirected_is_a_changed_source(now):
    with pytest.raises(SourceChanged):
        read(connected("care_opinion", now, always(200, "<!doctype html><title>New</title>")), now)


def test_what_was_taken_down_is_gone_and_nothing_else(now):
    lost = dict(connected("care_opinion", now).gone(["1400090", "1400101"]))
    assert lost == {"1400090": State.DELETED}


@pytest.mark.parametrize("answer", [to_the_login_page, always(200, SORRY), always(200, "<p>Busy</p>")])
def test_a_doubtful_answer_says_of_no_story_that_it_is_gone(now, answer):
    with pytest.raises((SourceRefused, SourceChanged)):
        list(connected("care_opinion", now, answer).gone(["1400090"]))
