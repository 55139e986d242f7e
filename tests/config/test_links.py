"""The settings of links: an address that a mail may carry, and a place that nobody else reaches."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from monitor.config import LinkSettings


@pytest.mark.parametrize(
    "url",
    [
        "https://monitor.trust.test", "https://monitor.trust.test/", "https://trust.test:8443/monitor",
        "http://127.0.0.1:8750", "http://localhost:8750", "http://[::1]:8750",
    ],
)  # fmt: skip
def test_an_address_is_https_or_on_this_machine(url: str) -> None:
    assert LinkSettings(public_url=url).base == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "", "monitor.trust.test", "http://monitor.trust.test", "http://10.1.2.3", "ftp://127.0.0.1", "https://",
        "https://me@trust.test", "https://trust.test/?a=1", "https://trust.test/#a", "https://trust.test:x",
        "https://trust.test/\r\nBcc: a@b.test", "https://trust.test/a b", "https://[::1",
        "javascript:alert(1)", 'https://trust.test/"><b>', "http://127.0.0.1.evil.test", "http://localhost.evil.test",
    ],
)  # fmt: skip
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must be an address such as https://"):
        LinkSettings(public_url=url)


@pytest.mark.parametrize("place", ["0.0.0.0:8750", "10.1.2.3:8750", "[::]:8750"])
def test_another_place_than_this_machine_needs_a_proxy_before_it(place: str) -> None:
    with pytest.raises(ValidationError, match="behind_proxy = true"):
        LinkSettings(listen=place)
    assert LinkSettings(listen=place, behind_proxy=True).place[1] == 8750


@pytest.mark.parametrize(
    "place", ["", "8750", "localhost:8750", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000"]
)
def test_a_place_is_an_address_with_a_port(place: str) -> None:
    with pytest.raises(ValidationError, match="must be an address with a port"):
        LinkSettings(listen=place)


def test_without_settings_there_are_no_links() -> None:
    settings = LinkSettings()
    assert (settings.public_url, settings.place, settings.expires) == (
        None,
        ("127.0.0.1", 8750),
        timedelta(hours=72),
    )
    assert LinkSettings(listen="[::1]:8750").place == ("::1", 8750)
