"""GDELT: one request a reading, words in place of JSON, and more headlines than one answer holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from monitor.errors import SourceChanged, SourceThrottled, SourceUnavailable
from monitor.types import Kind
from tests.connectors.answering import always, connected, pages, read, read_until_it_breaks


class News:
    """Articles as GDELT gives them: from a moment on, oldest first, 250 at most."""

    def __init__(self, *dates):
        self.dates, self.asked = dates, []

    def __call__(self, request):
        params = dict(request.url.params)
        self.asked.append(params)
        start = datetime.strptime(params["startdatetime"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        found = [
            {"url": f"https://gazette.test/{n}", "title": "Wearside", "seendate": f"{at:%Y%m%dT%H%M%SZ}"}
            for n, at in enumerate(self.dates)
            if at >= start
        ]
        return httpx.Response(200, json={"articles": found[: int(params["maxrecords"])]})


def test_a_headline_is_an_article_known_by_its_address(now):
    url = "https://gazette.test/news/wearside-vale-ward/"
    post = read(connected("gdelt", now), now)[url]
    assert (post.kind, post.url, post.lang, post.text) == (Kind.ARTICLE, url, "en", "")
    assert post.title == "Wearside Vale NHS Foundation Trust opens a ward for older patients"
    assert post.terms.attribution == "The GDELT Project"


def test_its_way_to_write_a_time_is_read_as_utc(now):
    article = {"url": "https://gazette.test/1", "seendate": "20260511T091500Z"}
    (post,) = connected("gdelt", now).posts({"articles": [article]})
    assert post.created_at == datetime(2026, 5, 11, 9, 15, tzinfo=UTC)


def test_nothing_found_is_an_empty_object(now):
    assert read(connected("gdelt", now, always(200, {})), now) == {}


def test_one_request_is_made_a_reading_and_the_next_looks_back_over_its_lag(now):
    news = News(now() - timedelta(hours=1))
    connects = connected("gdelt", now, news)
    (page,) = pages(connects, now)
    assert len(pages(connects, now, page.cursor)) == 1
    assert [asked["startdatetime"] for asked in news.asked] == ["20261114093000", "20261121033000"]
    assert page.covered_from == now() - timedelta(days=7)


def test_it_is_not_asked_for_more_than_it_keeps(now):
    news = News()
    list(connected("gdelt", now, news).pages(None, now() - timedelta(days=400)))
    assert news.asked[0]["startdatetime"] == "20260823093000"


def test_more_than_one_answer_holds_is_read_in_the_next_readings(now):
    news = News(*(now() - timedelta(days=6, seconds=-n) for n in range(600)))
    connects, cursor, ids = connected("gdelt", now, news), None, []
    for _ in range(2):
        more, cursor, error = read_until_it_breaks(connects, now, cursor)
        assert isinstance(error, SourceThrottled)
        assert error.until == now() + timedelta(seconds=5)
        ids += more
    ids += read(connects, now, cursor)
    assert set(ids) == {f"https://gazette.test/{n}" for n in range(600)}
    assert len(news.asked) == 3


def test_more_at_one_moment_than_one_answer_holds_is_an_error_that_says_what_to_do(now):
    connects = connected("gdelt", now, News(*[now() - timedelta(days=2)] * 300))
    _, cursor, error = read_until_it_breaks(connects, now)
    assert isinstance(error, SourceThrottled)
    _, _, error = read_until_it_breaks(connects, now, cursor)
    assert isinstance(error, SourceChanged)
    assert "narrow the query" in str(error)


@pytest.mark.parametrize("kind", ["text/plain", "text/html; charset=utf-8"])
def test_words_in_place_of_json_are_an_overload_whose_words_are_not_repeated(now, kind):
    shed = always(200, "Please wait; invented words", content_type=kind)
    with pytest.raises(SourceUnavailable, match=r"gdelt\.test: answered in words") as raised:
        read(connected("gdelt", now, shed), now)
    assert "invented" not in str(raised.value)


def test_an_overload_said_by_its_status_is_a_wait(now):
    with pytest.raises(SourceThrottled):
        read(connected("gdelt", now, always(429, "Please limit requests")), now)


def test_control_characters_inside_a_headline_do_not_cost_the_answer(now):
    body = '{"articles": [{"url": "https://gazette.test/1", "title": "Wear\x07side\tVale"}]}'
    (post,) = read(connected("gdelt", now, always(200, body)), now).values()
    assert post.title == "Wear side Vale"


def test_another_question_does_not_go_on_where_the_last_one_stood(now):
    cursor = pages(connected("gdelt", now), now)[-1].cursor
    news = News()
    pages(connected("gdelt", now, news, query="Tyneside"), now, cursor)
    assert news.asked[0]["startdatetime"] == "20261114093000"
