"""Flickr: errors inside good answers, a key in the query that never shows, a licence of each picture."""

from __future__ import annotations

import httpx
import pytest

from monitor.errors import SourceChanged, SourceError, SourceRefused, SourceUnavailable
from monitor.types import SourceState, State
from tests.connectors.answering import always, connected, read


@pytest.fixture
def recorded(now):
    return read(connected("flickr", now), now)


def test_a_photograph_is_read_with_its_words_picture_and_owner(recorded):
    post = recorded["53100000001"]
    assert post.url == "https://www.flickr.com/photos/51000001@N00/53100000001/"
    assert post.text == (
        "Taken from the bus stop. Wearside Vale opened it in 1911.\n#wearside #hospital #dawn"
    )
    assert [media.url for media in post.media] == ["https://live.flickr.test/65535/53100000001.jpg"]
    assert (post.author.external_id, post.author.display_name) == ("51000001@N00", "quayside walker")


@pytest.mark.parametrize(
    ("number", "licence"),
    [
        ("53100000001", "CC BY 2.0"),
        ("53100000002", "All rights reserved"),
        ("53100000003", "CC BY-NC-ND 4.0"),
        ("53100000004x", None),
        ("53100000005", None),
    ],
)
def test_each_photograph_keeps_its_own_licence(recorded, number, licence):
    assert recorded[number].terms.licence == licence
    assert recorded[number].terms.max_age_days == 30


def test_the_search_goes_back_no_further_than_it_must(now):
    asked = []

    def answer(request):
        asked.append(dict(request.url.params))
        return httpx.Response(200, json={"photos": {"page": 1, "pages": 1, "photo": []}, "stat": "ok"})

    read(connected("flickr", now, answer), now)
    assert asked[0]["min_upload_date"] == str(int(now().timestamp()) - 7 * 86400)
    assert (asked[0]["per_page"], asked[0]["nojsoncallback"]) == ("500", "1")


@pytest.mark.parametrize(
    ("code", "error", "state"),
    [
        (100, SourceRefused, SourceState.MISCONFIGURED),
        (105, SourceUnavailable, SourceState.DEGRADED),
        (10, SourceUnavailable, SourceState.DEGRADED),
        (3, SourceChanged, SourceState.DEGRADED),
    ],
)
def test_an_error_inside_a_good_answer_is_an_error_and_the_key_is_not_in_it(now, code, error, state):
    failed = always(200, {"stat": "fail", "code": code, "message": "invented-flickr-key is no key"})
    with pytest.raises(error, match=f"flickr.test: answered with error {code}") as raised:
        read(connected("flickr", now, failed), now)
    assert raised.value.state is state
    assert "invented" not in str(raised.value)


def test_what_flickr_cannot_find_is_gone(now):
    assert dict(connected("flickr", now).gone(["53100000001", "53100000002"])) == {
        "53100000002": State.DELETED
    }


@pytest.mark.parametrize("code", [100, 105])
def test_another_error_says_of_no_photograph_that_it_is_gone(now, code):
    connects = connected("flickr", now, always(200, {"stat": "fail", "code": code}))
    with pytest.raises(SourceError):
        list(connects.gone(["53100000001"]))
