"""What Pinterest does that other sources don't."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from connectors import recordings
from connectors.parts.replay import Replay
from monitor.errors import SourceChanged
from monitor.types import Media, State
from tests.connected import Clock, Site, by_id, connected, read

PINS = "/v5/pins"


def pinterest(site: httpx.BaseTransport, now: Clock, **options: Any) -> Any:
    given = {"account": "wvftnhs", "token": "invented-token", "base_url": "https://pinterest.test"}
    return connected("pinterest", site, now, **given | options)


def recorded(now: Clock) -> Any:
    return pinterest(Replay(recordings.load("pinterest"), now), now, board="549755885175")


def test_a_pin_is_read_with_its_link_its_picture_and_its_alt_text(now: Clock) -> None:
    posts = by_id(read(recorded(now), now))
    soup, film = posts["813744226420795886"], posts["813744226420795884"]
    assert soup.url == "https://www.pinterest.com/pin/813744226420795886/"
    assert soup.links == ("https://wvft.nhs.test/soup",)
    picture = "https://i.pinimg.test/600x/813744226420795886.jpg"
    assert soup.media == (Media(kind="image", url=picture, alt_text="A bowl of leek soup"),)
    assert (film.author, film.title, film.media) == (None, "", (Media(kind="video", url=""),))
    assert posts["813744226420795883"].created_at is None


def test_a_board_in_its_owners_order_is_read_to_its_end(now: Clock) -> None:
    """The second pin of the first page is six days old, the next page's younger."""
    assert len(read(recorded(now), now, days=2)) == 3


def test_without_a_board_every_pin_is_read(now: Clock) -> None:
    site = Site({PINS: {"items": [{"id": "1"}], "bookmark": None}})
    assert [post.external_id for post in read(pinterest(site, now), now)] == ["1"]
    assert site.asked[0].headers["authorization"] == "Bearer invented-token"


def test_a_bookmark_that_comes_again_is_an_error(now: Clock) -> None:
    site = Site({PINS: {"items": [{"id": "1"}], "bookmark": "same"}})
    with pytest.raises(SourceChanged, match="again and again"):
        read(pinterest(site, now), now)


def test_pins_that_are_not_found_are_deleted(now: Clock) -> None:
    site = Site({f"{PINS}/1": {"id": "1"}, f"{PINS}/2": None})
    assert list(pinterest(site, now).gone(["1", "2"])) == [("2", State.DELETED)]


def test_a_list_that_is_none_is_a_changed_source(now: Clock) -> None:
    site = Site({PINS: httpx.Response(200, json={"code": 1, "message": "no"})})
    with pytest.raises(SourceChanged):
        read(pinterest(site, now), now)
