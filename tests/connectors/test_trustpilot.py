"""Trustpilot: nulls, reviews that are not shown, and how it is asked."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from monitor.errors import SourceChanged
from monitor.types import Kind, State
from tests.connectors.answering import always, connected, read

IDS = [f"66f0a1b2c3d4e5f60000000{n}" for n in range(1, 5)]


@pytest.fixture
def recorded(now):
    return read(connected("trustpilot", now), now)


def test_a_review_is_read_with_its_writer_and_permalink(recorded):
    post = recorded[IDS[0]]
    assert (post.kind, post.state, post.lang) == (Kind.REVIEW, State.LIVE, "en")
    assert post.url == f"https://www.trustpilot.com/reviews/{IDS[0]}"
    assert (post.author.display_name, post.author.external_id) == ("J Fenwick", f"c{IDS[0][1:]}")


def test_an_edited_review_says_when(recorded, now):
    post = recorded[IDS[1]]
    assert (post.state, post.edited_at) == (State.EDITED, now() - timedelta(hours=3))


def test_a_null_is_a_missing_field(recorded):
    assert (recorded[IDS[2]].title, recorded[IDS[2]].author) == ("", None)


def test_a_review_that_is_not_shown_is_hidden_and_its_words_are_not_kept(recorded):
    post = recorded[IDS[3]]
    assert (post.state, post.title, post.text, post.author) == (State.HIDDEN, "", "", None)


def test_an_id_is_text_whatever_it_was(recorded):
    assert "900000000000000000001" in recorded


def test_the_key_goes_into_a_header(now):
    asked = []

    def answer(request):
        asked.append(request)
        return httpx.Response(200, json={"reviews": [], "totalNumberOfReviews": 0})

    read(connected("trustpilot", now, answer), now)
    assert asked[0].headers["apikey"] == "invented-application-key"
    assert dict(asked[0].url.params) == {"orderBy": "createdat.desc", "perPage": "100", "page": "1"}


def test_without_links_the_total_says_whether_there_are_more_pages(now):
    asked = []

    def answer(request):
        page = request.url.params["page"]
        asked.append(page)
        at = (now() - timedelta(hours=int(page))).isoformat()
        return httpx.Response(
            200, json={"reviews": [{"id": page, "createdAt": at}], "totalNumberOfReviews": 201}
        )

    assert set(read(connected("trustpilot", now, answer), now)) == set(asked) == {"1", "2", "3"}


def test_deleted_and_hidden_reviews_are_gone(now):
    assert dict(connected("trustpilot", now).gone(IDS)) == {IDS[2]: State.DELETED, IDS[3]: State.HIDDEN}


def test_a_doubtful_answer_says_of_no_review_that_it_is_gone(now):
    with pytest.raises(SourceChanged):
        list(connected("trustpilot", now, always(200, "<p>Busy</p>")).gone(IDS))
