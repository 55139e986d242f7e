"""The WordPress of the live tests publishes what is asked of it."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest

from tests.live.servers.wordpress import WordPress

pytestmark = pytest.mark.live

LONG_AGO = datetime(2019, 3, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def old_post(wordpress: WordPress) -> Iterator[dict[str, Any]]:
    """Published this moment, and dated years ago."""
    post = wordpress.post("Seen in 2019", "<p>As if of long ago.</p>", LONG_AGO)
    yield post
    wordpress.delete(post["id"])


def read(address: str) -> feedparser.FeedParserDict:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return feedparser.parse(answer.read())


def ids(wordpress: WordPress, **parameters: Any) -> list[int]:
    """The posts that the REST API lists to anybody, in its order."""
    address = f"{wordpress.rest}/posts?{urllib.parse.urlencode(parameters)}"
    with urllib.request.urlopen(address, timeout=20) as answer:
        return [post["id"] for post in json.load(answer)]


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


def test_a_backdated_post_is_newest_by_id_and_oldest_by_date(
    wordpress: WordPress, old_post: dict[str, Any]
) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert old_post["modified_gmt"] == old_post["date_gmt"] == "2019-03-01T08:00:00"
    assert ids(wordpress, orderby="id", order="desc")[0] == old_post["id"]
    assert old_post["id"] not in ids(wordpress, after=yesterday)
    assert old_post["id"] not in ids(wordpress, modified_after=yesterday)
    assert read(wordpress.feed).entries[-1].title == "Seen in 2019"


def test_an_edit_of_an_old_post_is_a_modification_of_today(
    wordpress: WordPress, old_post: dict[str, Any]
) -> None:
    edited = wordpress.edit(old_post["id"], content="<p>Now with St Oswin's Hospital.</p>")
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert edited["date_gmt"] == old_post["date_gmt"]
    assert ids(wordpress, modified_after=yesterday, orderby="modified")[0] == old_post["id"]


def test_a_draft_is_for_its_editors_only(wordpress: WordPress) -> None:
    draft = wordpress.draft("Not yet", "<p>Unfinished.</p>")
    listed = ids(wordpress, orderby="id", order="desc")
    with pytest.raises(urllib.error.HTTPError) as refusal:
        read(f"{wordpress.rest}/posts/{draft['id']}")
    refusal.value.close()
    wordpress.delete(draft["id"])
    assert draft["id"] not in listed
    assert refusal.value.code == 401
