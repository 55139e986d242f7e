"""Strangers' HTML, characters and dates."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import feedparser.datetimes
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.parts import plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("one<br>two<BR/>three", "one\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("a wrapped\nline in <b>b</b>old", "a wrapped line in bold"),
        ("5 &lt; 6 &amp;&nbsp;7", "5 < 6 & 7"),
        ("I <3 the NHS", "I <3 the NHS"),
        ("x<script>alert(1)</script><style>p{}</style>y", "xy"),
        ("<p>open <i>never closed", "open never closed"),
        ("<!-- note -->seen", "seen"),
        ("", ""),
    ],
)
def test_html_becomes_text_a_line_per_block(markup: str, text: str) -> None:
    assert plain.from_html(markup) == text


def test_what_no_database_stores_is_replaced() -> None:
    assert plain.clean("a\x00b\ud800c\x1bd\r\ne") == "a\ufffdb\ufffdc d\ne"


def test_text_is_composed() -> None:
    assert plain.clean("Cafe\u0301") == "Café"


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_stored_after_cleaning(text: str) -> None:
    cleaned = plain.clean(text)
    cleaned.encode()  # raises for a lone surrogate
    assert "\x00" not in cleaned
    assert plain.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("address", "absolute"),
    [
        ("/a", "https://gazette.test/a"),
        ("http://other.test/", "http://other.test/"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("JaVaScRiPt:x", None),
        ("file:///etc/passwd", None),
        ("http://[bad", None),
        ("https://:80/", None),
    ],
)
def test_only_web_addresses_are_links(address: str, absolute: str | None) -> None:
    assert plain.web_address(address, "https://gazette.test/feed/") == absolute


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Sat, 11 Jul 2026 10:00:00 BST", datetime(2026, 7, 11, 9, tzinfo=UTC)),
        ("Sat, 21 Nov 2026 09:00:00 GMT", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("Sat, 11 Jul 2026 10:00:00 CEST", datetime(2026, 7, 11, 8, tzinfo=UTC)),
        ("2026-11-21T09:00:00+01:00", datetime(2026, 11, 21, 8, tzinfo=UTC)),
        ("1795251600", None),
        ("21/11/2026 09:00", None),
        ("Mon, 01 Jan 1900 00:00:00 GMT", None),
        ("Wed, 25 Nov 2026 09:00:00 GMT", None),
        ("never", None),
    ],
)
def test_a_date_is_right_or_none(written: str, moment: datetime | None, now: Callable[[], datetime]) -> None:
    parsed = feedparser.datetimes._parse_date(written)
    assert plain.moment(parsed, written, now()) == moment


def test_a_date_beyond_the_calendar_is_none(now: Callable[[], datetime]) -> None:
    beyond = time.struct_time((99999, 1, 1, 0, 0, 0, 0, 1, 0))
    assert plain.moment(beyond, "", now()) is None
