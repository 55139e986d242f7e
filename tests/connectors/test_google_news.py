"""What the feed of Google News does that other feeds don't."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx

from connectors import Context, recordings
from connectors.google_news import GoogleNews, GoogleNewsOptions
from connectors.http import Http
from connectors.parts.replay import Replay
from monitor.types import Page

Clock = Callable[[], datetime]


def connector(now: Clock, transport: httpx.BaseTransport) -> GoogleNews:
    """A connector of the search that the recordings answer."""
    options = GoogleNewsOptions(query='"Wearside Vale"', base_url="https://headlines.test")
    context = Context(source="news", http=Http(now=now, transport=transport, attempts=1), now=now)
    return GoogleNews(options, context)


def poll(connects: GoogleNews, now: Clock, cursor: str | None = None, days: float = 7) -> list[Page]:
    """Every page of one poll."""
    return list(connects.pages(cursor, now() - timedelta(days=days)))


def test_the_publisher_is_the_author_and_not_part_of_the_headline(now: Clock) -> None:
    (page,) = poll(connector(now, Replay(recordings.load("google_news"), now)), now)
    assert [(post.title, post.author and post.author.display_name) for post in page.posts] == [
        ("Wearside Vale ward reopens after six weeks", "Riverside News"),
        ("Parking row - what visitors of Wearside Vale say", "The Gazette - North"),
        ("A headline without a publisher about Wearside Vale", None),
    ]
    assert page.posts[0].author is not None
    assert page.posts[0].author.url == "https://riverside.test"


def test_the_opaque_link_is_kept_and_the_guid_is_the_identity(now: Clock) -> None:
    post = poll(connector(now, Replay(recordings.load("google_news"), now)), now)[0].posts[0]
    assert post.url == "https://headlines.test/rss/articles/CBMiAAAinvented0001?oc=5"
    assert post.key == ("google_news", "CBMiAAAinvented0001")
    assert (post.text, post.links) == ("", ())


def test_the_search_is_asked_for_the_last_day_in_the_edition_of_the_country(now: Clock) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        return httpx.Response(200, text="<rss version='2.0'><channel/></rss>", headers={"ETag": '"7"'})

    poll(connector(now, httpx.MockTransport(answer)), now)
    assert asked == [{"q": '"Wearside Vale" when:1d', "hl": "en-GB", "gl": "GB", "ceid": "GB:en"}]


def test_an_unchanged_feed_is_no_news(now: Clock) -> None:
    feed = {
        "host": "headlines.test",
        "path": "/rss/search",
        "headers": {"ETag": '"7"'},
        "body": "<rss version='2.0'><channel/></rss>",
    }
    connects = connector(now, Replay([feed], now))
    cursor = poll(connects, now)[0].cursor
    assert poll(connects, now, cursor) == [Page(posts=(), cursor=cursor)]


def test_a_first_reading_leaves_out_what_is_older_than_it_was_asked_for(now: Clock) -> None:
    connects = connector(now, Replay(recordings.load("google_news"), now))
    (page,) = poll(connects, now, days=0.25)
    assert len(page.posts) == 2  # one of six hours, and one without a date
    assert len(poll(connects, now, page.cursor, days=0.25)[0].posts) == 3
