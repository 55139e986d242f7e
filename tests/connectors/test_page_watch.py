"""Pages that are watched by name: what changes, what goes, what may not be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from connectors import Context
from connectors.http import Http
from connectors.page_watch import PageWatch, PageWatchOptions
from monitor.errors import SourceError, SourceRefused, SourceThrottled, SourceUnavailable
from monitor.types import Post, SourceState, State

Clock = Callable[[], datetime]
TRUST, HOME = "https://riverside.test/trust", "https://homepage.test/~dilys/"


def page(words: str) -> httpx.Response:
    """A page that says `words`."""
    text = f"{words} This page is written by its readers, who know the trust from the outside only."
    return httpx.Response(200, html=f"<html><title>About</title><body><p>{text}</p></body></html>")


class Sites(httpx.BaseTransport):
    """Answers by address; what has no answer is not there."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.get(str(request.url), 404)
        if isinstance(answer, int):
            return httpx.Response(answer, request=request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


class Watch:
    """A watch that keeps its cursor from poll to poll."""

    def __init__(self, now: Clock, sites: Sites, *urls: str) -> None:
        context = Context(source="pages", http=Http(now=now, transport=sites, attempts=1), now=now)
        self._connects, self._now = PageWatch(PageWatchOptions(urls=urls), context), now
        self.cursor: str | None = None

    def poll(self) -> tuple[list[Post], SourceError | None]:
        """The posts of a poll, and the error it ended with."""
        posts = []
        try:
            for found in self._connects.pages(self.cursor, self._now() - timedelta(days=7)):
                posts += found.posts
                self.cursor = found.cursor or self.cursor
        except SourceError as error:
            return posts, error
        return posts, None


@pytest.fixture
def sites() -> Sites:
    """Two sites with a page each."""
    sites = Sites()
    sites.answers = {TRUST: page("Three hospitals."), HOME: page("Two ferrets.")}
    return sites


def test_a_page_is_told_once_and_again_when_its_words_change(now: Clock, sites: Sites) -> None:
    watch = Watch(now, sites, TRUST)
    (first,), _ = watch.poll()
    assert (first.state, first.title, first.url) == (State.LIVE, "About", TRUST)
    assert watch.poll() == ([], None)
    sites.answers[TRUST] = page("Four hospitals.")
    (second,), _ = watch.poll()
    assert (second.state, second.edited_at, second.key) == (State.EDITED, now(), first.key)
    assert second.text.startswith("Four hospitals.")


def test_what_is_around_the_words_may_change_unnoticed(now: Clock, sites: Sites) -> None:
    watch = Watch(now, sites, TRUST)
    watch.poll()
    sites.answers[TRUST] = httpx.Response(
        200, html=sites.answers[TRUST].text.replace("<body>", "<body class='n42'><script>t=42</script>")
    )
    assert watch.poll() == ([], None)


def test_validators_go_back_byte_for_byte_to_the_page_that_gave_them(now: Clock, sites: Sites) -> None:
    sites.answers[TRUST].headers["ETag"] = '"same"'
    sites.answers[HOME].headers["Last-Modified"] = "Sat, 21 Nov 2026 08:00:00 GMT"
    watch = Watch(now, sites, TRUST, HOME)
    watch.poll()
    sites.asked.clear()
    watch.poll()
    sent = {
        str(r.url): (r.headers.get("if-none-match"), r.headers.get("if-modified-since")) for r in sites.asked
    }
    assert sent[TRUST] == ('"same"', None)
    assert sent[HOME] == (None, "Sat, 21 Nov 2026 08:00:00 GMT")


def test_an_unchanged_page_is_no_news_and_no_absence(now: Clock, sites: Sites) -> None:
    watch = Watch(now, sites, TRUST)
    watch.poll()
    sites.answers[TRUST] = 304
    assert watch.poll() == ([], None)


def test_a_page_that_is_gone_for_good_is_deleted_at_once(now: Clock, sites: Sites) -> None:
    watch = Watch(now, sites, TRUST, HOME)
    watch.poll()
    sites.answers[TRUST] = 410
    (post,), error = watch.poll()
    assert (post.state, post.text, post.title, post.url) == (State.DELETED, "", "", None)
    assert error is None
    assert watch.poll() == ([], None)


def test_a_page_that_is_missing_counts_as_deleted_the_third_time(now: Clock, sites: Sites) -> None:
    watch = Watch(now, sites, TRUST, HOME)
    watch.poll()
    sites.answers[TRUST] = 404
    for _ in range(2):
        posts, error = watch.poll()
        assert posts == []
        assert isinstance(error, SourceUnavailable)
    (post,), error = watch.poll()
    assert (post.state, error) == (State.DELETED, None)


def test_a_page_that_was_missing_for_a_moment_is_forgiven(now: Clock, sites: Sites) -> None:
    watch = Watch(now, sites, TRUST, HOME)
    watch.poll()
    before = sites.answers[TRUST]
    for _ in range(3):
        sites.answers[TRUST] = 404
        watch.poll(), watch.poll()
        sites.answers[TRUST] = before
        assert watch.poll() == ([], None)


def test_a_page_that_comes_back_is_told_again(now: Clock, sites: Sites) -> None:
    watch = Watch(now, sites, TRUST, HOME)
    watch.poll()
    before, sites.answers[TRUST] = sites.answers[TRUST], 410
    watch.poll()
    sites.answers[TRUST] = before
    (post,), _ = watch.poll()
    assert post.state is State.LIVE


def test_a_page_that_never_was_there_is_a_setting_to_correct(now: Clock, sites: Sites) -> None:
    watch = Watch(now, sites, TRUST, "https://riverside.test/turst")
    for _ in range(5):
        _, error = watch.poll()
        assert "correct `urls`" in str(error)


def test_when_every_page_is_gone_so_is_the_source(now: Clock, sites: Sites) -> None:
    watch = Watch(now, sites, TRUST)
    watch.poll()
    sites.answers[TRUST] = 410
    posts, error = watch.poll()
    assert [post.state for post in posts] == [State.DELETED]
    assert error is not None
    assert error.state is SourceState.GONE


def test_a_page_that_cannot_be_read_costs_the_others_nothing(now: Clock, sites: Sites) -> None:
    sites.answers |= {TRUST: 503, "https://slow.test/": httpx.Response(429, headers={"Retry-After": "60"})}
    posts, error = Watch(now, sites, TRUST, "https://slow.test/", HOME).poll()
    assert [post.url for post in posts] == [HOME]
    assert isinstance(error, SourceThrottled)  # of two errors the one that says when to come back


def test_a_page_that_may_not_be_read_is_never_asked_for(now: Clock, sites: Sites) -> None:
    rules = httpx.Response(200, text="User-agent: *\nDisallow: /trust")
    sites.answers["https://riverside.test/robots.txt"] = rules
    posts, error = Watch(now, sites, TRUST, HOME).poll()
    assert [post.url for post in posts] == [HOME]
    assert isinstance(error, SourceRefused)
    assert TRUST not in {str(request.url) for request in sites.asked}


@pytest.mark.parametrize(
    "urls", [[], ["riverside.test"], ["https://u:p@riverside.test/"], ["file:///etc/motd"]]
)
def test_options_that_cannot_work_are_refused(urls: list[str]) -> None:
    with pytest.raises(ValidationError):
        PageWatchOptions(urls=urls)  # type: ignore[arg-type]
