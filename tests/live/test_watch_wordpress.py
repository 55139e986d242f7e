"""A WordPress site through the whole product: by its REST interface, and by its feed, which knows less."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.types import SourceState
from tests.live.installation import CLAIM, NUMBER, Installation
from tests.live.servers.wordpress import WordPress

pytestmark = pytest.mark.live

LONG_AGO = datetime(2019, 3, 1, 8, 0, tzinfo=UTC)
Publish = Callable[..., dict[str, Any]]


@pytest.fixture
def publish(wordpress: WordPress) -> Iterator[Publish]:
    """Publishes a post that is gone after the test, whoever deletes it."""
    with ExitStack() as stack:

        def publish(title: str, body: str, date: datetime) -> dict[str, Any]:
            post = wordpress.post(title, body, date)
            stack.callback(wordpress.delete, post["id"])
            return post

        yield publish


@pytest.fixture
def rest(wordpress: WordPress, installation: Installation) -> Installation:
    installation.watch("courier", "wordpress", base_url=wordpress.url)
    return installation


@pytest.fixture
def feed(wordpress: WordPress, installation: Installation) -> Installation:
    """Its first reading takes in all that the feed shows."""
    installation.watch("courier", "rss", url=wordpress.feed, lookback="60d")
    return installation


def ago(**much: float) -> datetime:
    return datetime.now(UTC) - timedelta(**much)


def test_a_post_is_found_and_goes_when_it_is_deleted(wordpress: WordPress, rest: Installation) -> None:
    post = wordpress.post("A curlew writes", f"<p>{CLAIM} In the quillon ward.</p>", ago(hours=1))
    tally = rest.poll()["courier"]
    assert (tally.state, tally.note) == (SourceState.OK, "")
    stored = rest.everything_stored()
    assert "quillon" in stored
    assert NUMBER not in stored
    assert "NHS-001" in rest.findings()

    wordpress.delete(post["id"])
    rest.loses("courier", tally.kept, "quillon", "A curlew writes", post["link"])


def test_an_edit_of_an_old_post_is_judged_again(
    wordpress: WordPress, publish: Publish, rest: Installation
) -> None:
    old = publish("Clinic news", "<p>WVFT opens the quillon clinic.</p>", ago(days=40))
    rest.poll()
    assert "quillon" not in rest.everything_stored(), "older than the first reading goes back"
    before = rest.findings()
    wordpress.edit(old["id"], content=f"<p>WVFT opens the quillon clinic. {CLAIM}</p>")
    assert rest.poll()["courier"].kept == 1
    assert rest.findings() == [*before, "NHS-001"]
    assert rest.mentions("state")[-1] == "edited"


def test_a_backdated_post_is_found_by_its_id(publish: Publish, rest: Installation) -> None:
    rest.poll()
    publish("Seen in 2019", f"<p>{CLAIM}</p>", LONG_AGO)
    assert rest.poll()["courier"].kept == 1
    assert (rest.mentions("title")[-1], rest.findings()[-1]) == ("Seen in 2019", "NHS-001")
    assert rest.mentions("created_at")[-1].startswith("2019-03-01 08:00")


def test_a_feed_shows_an_edit_under_the_old_date(
    wordpress: WordPress, publish: Publish, feed: Installation
) -> None:
    post = publish("Clinic news", "<p>WVFT opens the quillon clinic.</p>", ago(days=5))
    feed.poll()
    before, kept = feed.findings(), len(feed.mentions())
    wordpress.edit(post["id"], content=f"<p>WVFT opens the quillon clinic. {CLAIM}</p>")
    assert feed.poll()["courier"].kept == 1
    assert (feed.findings(), len(feed.mentions())) == ([*before, "NHS-001"], kept)


def test_what_a_feed_does_not_show_any_more_is_not_deleted(wordpress: WordPress, feed: Installation) -> None:
    post = wordpress.post("A curlew writes", "<p>WVFT has a quillon ward.</p>", ago(hours=1))
    feed.poll()
    wordpress.delete(post["id"])
    feed.ahead += timedelta(days=3)
    feed.poll()
    assert feed.comply()["courier"].asked == 0
    assert "A curlew writes" in feed.mentions("title")
    assert set(feed.mentions("purged_for")) == {None}


def test_a_backdated_post_is_found_only_where_the_feed_shows_it(publish: Publish, feed: Installation) -> None:
    feed.poll()
    publish("Seen in 2019", "<p>WVFT as if of long ago.</p>", LONG_AGO)
    tally = feed.poll()["courier"]
    assert (tally.seen, tally.state) == (0, SourceState.EMPTY), "the feed says that it has not changed"
    publish("News of today", "<p>WVFT today.</p>", ago())
    feed.poll()
    assert {"Seen in 2019", "News of today"} <= set(feed.mentions("title"))

    for number in range(20):
        publish(f"Filler {number}", "<p>Nothing of note.</p>", ago())
    publish("Seen in 2018", "<p>WVFT as if of longer ago.</p>", LONG_AGO - timedelta(days=365))
    feed.poll()
    assert "Seen in 2018" not in feed.mentions("title"), "the feed shows the newest twenty by date"
