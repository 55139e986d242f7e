"""Text of strangers: what is taken out, what stays, and which links may be followed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.text import defang, link, safe, shorten

ANYTHING = st.text(st.characters(codec=None), max_size=400)


@given(ANYTHING)
def test_nothing_that_steers_a_terminal_or_a_header_survives(text: str) -> None:
    clean = safe(text)
    assert not [c for c in clean if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert not [c for c in clean if unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF")]
    assert not [c for c in clean if unicodedata.bidirectional(c) in ("LRI", "RLI", "FSI", "PDI")]
    assert clean == clean.strip()
    clean.encode()


@given(ANYTHING)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@given(st.text(st.characters(categories=("L", "N", "P")), max_size=100))
def test_letters_digits_and_punctuation_stay_as_they_are(text: str) -> None:
    assert safe(text) == text


@given(ANYTHING)
def test_a_cut_never_exceeds_its_length_in_characters_or_bytes(text: str) -> None:
    short = shorten(text, 40)
    assert len(short) <= 40
    assert len(short.encode()) <= 80


@given(ANYTHING)
def test_defanging_twice_changes_nothing_and_leaves_no_handle(text: str) -> None:
    once = defang(text)
    assert defang(once) == once
    assert "http://" not in once.lower()
    assert "https://" not in once.lower()


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("a\r\nBcc: b", "a Bcc: b"),
        ("gpj\u202e.exe", "gpj.exe"),
        ("\u2066hidden\u2069", "hidden"),
        ("nul\x00esc\x1b[31m", "nul esc [31m"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("lone \ud800 half", "lone half"),
        ("  two   blanks ", "two blanks"),
        ("na\u0308ive", "na\u0308ive"),
        ("Z" + "\u0301" * 40 + "algo", "Z" + "\u0301" * 3 + "algo"),
        ("👩\u200d⚕\ufe0f", "👩\u200d⚕\ufe0f"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
    ],
)
def test_what_is_taken_out_and_what_stays(given: str, clean: str) -> None:
    assert safe(given) == clean


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("see https://evil.example/login", "see hxxps[://]evil[.]example/login"),
        ("HTTP://EVIL.EXAMPLE", "hxxp[://]EVIL[.]EXAMPLE"),
        ("www.evil.example", "www[.]evil[.]example"),
        ("@WVFTNHS", "[@]WVFTNHS"),
        ("a@b.test", "a[@]b[.]test"),
        ("@nurse@social.test", "[@]nurse[@]social[.]test"),
        ("S-014", "S-014"),
        ("3.5 hours, e.g. nights. Then home", "3.5 hours, e.g. nights. Then home"),
    ],
)
def test_addresses_and_handles_are_written_so_that_nothing_links_them(given: str, shown: str) -> None:
    assert defang(given) == shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://echo.test/a",
        "https://bbc.co.uk@evil.example/",
        "https://192.0.2.7/login",
        "https://xn--80ak6aa92e.test/",
        "https://bbc.co.uk%2eevil.example/",
        "https://[::1",
        "//evil.example",
        "not a link",
        "",
        "https://echo.test/" + "a" * 600,
    ],
)
def test_an_address_that_deceives_is_never_a_link(url: str) -> None:
    assert link(url).href is None


def test_known_hosts_are_shown_as_they_are_and_others_defanged() -> None:
    known, other = link("https://www.bbc.co.uk/news/1"), link("https://notbbc.co.uk/news/1")
    assert (known.href, known.shown, known.host) == (
        "https://www.bbc.co.uk/news/1",
        "https://www.bbc.co.uk/news/1",
        "www.bbc.co.uk",
    )
    assert other.href == "https://notbbc.co.uk/news/1"
    assert other.shown == "hxxps[://]notbbc[.]co[.]uk/news/1"


def test_the_caller_decides_which_hosts_are_known() -> None:
    assert link("https://echo.test/a b", {"echo.test"}).shown == "https://echo.test/a%20b"


@given(ANYTHING)
def test_whatever_can_be_followed_is_http(text: str) -> None:
    href = link(text).href
    assert href is None or href.startswith(("http://", "https://"))


def test_a_cut_shows_that_it_was_cut() -> None:
    assert shorten("Wearside Vale", 9) == "Wearside…"
    assert shorten("Wearside", 9) == "Wearside"
