"""The WordPress of the live tests publishes what is asked of it."""

from __future__ import annotations

import urllib.request
from datetime import UTC, datetime

import feedparser
import pytest

from tests.live.servers.wordpress import WordPress

pytestmark = pytest.mark.live


def read(address: str) -> feedparser.FeedParserDict:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return feedparser.parse(answer.read())


def test_the_feed_holds_the_seeded_posts_newest_first(wordpress: WordPress) -> None:
    feed = read(wordpress.feed)
    titles = [entry.title for entry in feed.entries]
    assert not feed.bozo
    assert len(titles) >= 13
    assert titles.index("Parking at St Oswin’s to cost more") < titles.index("Bakery opens on Mill Lane")


def test_a_post_appears_under_its_date_and_goes_when_deleted(wordpress: WordPress) -> None:
    when = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # half an hour before the clocks go forward
    post = wordpress.post("Clocks go forward", "<p>Tonight.</p>", when)
    entries = {entry.title: entry for entry in read(wordpress.feed).entries}
    wordpress.delete(post["id"])
    assert entries["Clocks go forward"].published == "Sun, 29 Mar 2026 00:30:00 +0000"
    assert "Clocks go forward" not in {entry.title for entry in read(wordpress.feed).entries}


def test_readers_comments_have_a_feed(wordpress: WordPress) -> None:
    texts = [entry.summary for entry in read(wordpress.comments_feed).entries]
    assert any("where do we go" in text for text in texts)
