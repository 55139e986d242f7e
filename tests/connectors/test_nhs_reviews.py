"""NHS.uk reviews: removals come with the reviews, and a service that moved says so."""

from __future__ import annotations

import httpx
import pytest

from monitor.errors import SourceChanged, SourceRefused, SourceUnavailable
from monitor.types import Kind, SourceState, State
from tests.connectors.answering import always, connected, pages, read

REMOVED = "0b1f7c52-5d1e-4c2e-9f0a-000000000006"


def test_a_review_is_read_with_its_writers_screen_name(now):
    post = read(connected("nhs_reviews", now), now)["0b1f7c52-5d1e-4c2e-9f0a-000000000001"]
    assert (post.kind, post.state, post.author.display_name) == (Kind.REVIEW, State.LIVE, "Marion T")
    assert post.title == "Eye clinic"
    assert post.url.startswith("https://www.nhs.test/services/")


def test_a_removed_review_comes_as_deleted_without_its_words(now):
    post = read(connected("nhs_reviews", now), now)[REMOVED]
    assert (post.state, post.title, post.text, post.author) == (State.DELETED, "", "", None)


def test_a_review_may_stand_bare_or_inside_comment_and_lack_everything_but_its_id(now):
    answer = {"comments": [{"id": 7}, {"comment": {"commentId": "x"}}, {"comment": None, "id": "y"}, {}]}
    found = list(connected("nhs_reviews", now).posts(answer))
    assert [post.external_id for post in found] == ["7", "x", "y"]
    assert not any(post.text or post.author or post.created_at for post in found)


def test_the_key_goes_into_a_header_and_the_organisation_into_the_question(now):
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(200, json={"comments": []})

    read(connected("nhs_reviews", now, answer), now)
    assert {request.headers["subscription-key"] for request in asked} == {"invented-nhs-key"}
    assert "invented" not in "".join(str(request.url) for request in asked)
    assert [request.url.params.get("status") for request in asked] == [None, "removed"]
    params = dict(asked[0].url.params)
    assert params == {
        "odsCode": "RWV01", "orgType": "TRU", "fromDate": "2026-11-14", "offset": "0", "limit": "100",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "error", "state"),
    [(404, SourceUnavailable, SourceState.DEGRADED), (410, SourceRefused, SourceState.GONE)],
)
def test_where_the_service_was_moved_it_is_said_plainly(now, status, error, state):
    with pytest.raises(
        error, match=f"api.nhs.test answered {status}: NHS.uk is moving its reviews"
    ) as raised:
        read(connected("nhs_reviews", now, always(status)), now)
    assert raised.value.state is state


def test_a_moved_service_says_of_no_review_that_it_is_gone(now):
    with pytest.raises(SourceUnavailable):
        list(connected("nhs_reviews", now, always(404)).gone([REMOVED]))


def test_what_is_listed_as_removed_is_gone_and_nothing_else(now):
    assert dict(connected("nhs_reviews", now).gone([REMOVED, "another"])) == {REMOVED: State.DELETED}


def test_a_list_of_removals_without_end_is_an_error(now):
    connects = connected("nhs_reviews", now, always(200, {"comments": [{"id": 1}]}), pages=3)
    with pytest.raises(SourceChanged, match="more than 3 pages of removals"):
        pages(connects, now)
