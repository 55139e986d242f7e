"""How pictures are fetched: by the guarded way out, within limits of their own, behind the source's gate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.http import Http
from monitor.config import Organisation, Settings, SourceSettings
from monitor.errors import SourceChanged, SourceError, SourceNotFound, SourceRefused
from monitor.pictures.stage import LARGEST
from monitor.sourcing import depth_of, way_to_pictures
from monitor.types import Depth

PNG = b"\x89PNG and so on"


def now() -> datetime:
    return datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def fetching(server: Any, **source: Any) -> Callable[[str], bytes]:
    """The way to the pictures of a source whose settings name the server."""
    named = {"name": "club", "kind": "rss", "url": server.url("/feed")} | source
    settings = Settings(
        organisation=Organisation(name="Wearside Vale NHS Foundation Trust", short="WVFT"),
        sources=(SourceSettings(**named),),
    )
    http = Http(now=now, private_hosts=(server.netloc,))
    return way_to_pictures(settings, settings.sources[0], now, http)


def test_a_picture_of_a_host_that_the_settings_name_is_fetched_without_https(server: Any) -> None:
    server.answer("/a.png", PNG)
    assert fetching(server)(server.url("/a.png")) == PNG


def test_of_any_other_host_only_https_is_asked(server: Any) -> None:
    fetch = fetching(server, url="https://club.test/feed")
    with pytest.raises(SourceRefused, match="by https only"):
        fetch(server.url("/a.png"))
    assert server.connections == 0


def test_a_private_address_is_refused_as_for_all_requests(server: Any) -> None:
    with pytest.raises(SourceRefused, match="not on the public internet"):
        fetching(server)("https://10.0.0.5/a.png")


def test_more_than_ten_megabytes_are_not_taken(server: Any) -> None:
    server.answer("/large.png", bytes(LARGEST + 1))
    with pytest.raises(SourceChanged, match="larger than"):
        fetching(server)(server.url("/large.png"))
    server.answer("/fits.png", bytes(LARGEST))
    assert len(fetching(server)(server.url("/fits.png"))) == LARGEST


def test_two_redirects_are_followed_and_no_third(server: Any) -> None:
    for at, to in ((1, 2), (2, 3), (3, 4)):
        server.answer(f"/{at}", status=302, Location=f"/{to}")
    server.answer("/4", PNG)
    assert fetching(server)(server.url("/2")) == PNG
    with pytest.raises(SourceChanged, match="more than 2 redirects"):
        fetching(server)(server.url("/1"))


def test_what_is_gone_is_told_apart(server: Any) -> None:
    server.answer("/gone", status=404)
    with pytest.raises(SourceNotFound):
        fetching(server)(server.url("/gone"))


def test_no_picture_of_a_staff_account_is_asked_for_without_a_row_of_the_register(server: Any) -> None:
    server.answer("/a.png", PNG)
    fetch = fetching(server, kind="mastodon", authorisation="S-014", account="jo", url=server.url())
    with pytest.raises(SourceError):
        fetch(server.url("/a.png"))
    assert server.connections == 0


@pytest.mark.parametrize(
    ("source", "depth"),
    [
        ({"kind": "rss"}, Depth.LOOK),
        ({"kind": "mastodon", "authorisation": "S-014"}, Depth.READ),
        ({"kind": "mailbox"}, Depth.READ),
        ({"kind": "eml_folder"}, Depth.READ),
        ({"kind": "report"}, Depth.READ),
        ({"kind": "mastodon", "authorisation": "S-014", "pictures": Depth.OFF}, Depth.OFF),
        ({"kind": "rss", "pictures": Depth.READ}, Depth.READ),
    ],
)
def test_how_closely_pictures_are_looked_at(source: dict[str, Any], depth: Depth) -> None:
    assert depth_of(SourceSettings(name="any", **source)) is depth
