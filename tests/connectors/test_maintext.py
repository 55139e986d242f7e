"""What is left of a web page, and what is none."""

from __future__ import annotations

import pytest

from connectors.parts.web import maintext

URL = "https://riverside.test/news/parking"
WORDS = "The board of the trust decided on Tuesday night that parking stays as dear as it was before."


def page(title: str, body: str) -> bytes:
    """An HTML page with navigation around its words."""
    around = f"<nav><a href='/'>Home</a></nav><main>{body}</main><footer>Wharf Lane</footer>"
    return f"<html><head><title>{title}</title></head><body>{around}</body></html>".encode()


def test_the_words_are_kept_and_what_is_around_them_is_not() -> None:
    found = maintext.read(page("Parking", f"<p>{WORDS}</p><p>{WORDS}</p>"), URL, "text/html")
    assert found is not None
    assert found["title"] == "Parking"
    assert WORDS in found["text"]
    assert "Home" not in found["text"]
    assert "Wharf Lane" not in found["text"]


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Sign in", "<p>Please sign in.</p>"),
        ("Log in to Riverside", f"<p>{WORDS}</p>"),
        ("Just a moment...", "<p>Checking your browser.</p>"),
        ("Riverside", f'<p>{WORDS}</p><form><input type="password"></form>'),
        ("Empty", ""),
    ],
)
def test_a_door_is_no_page(title: str, body: str) -> None:
    assert maintext.read(page(title, body), URL, "text/html") is None


def test_an_article_about_signing_in_is_a_page() -> None:
    long = "".join(f"<p>{WORDS} {n}</p>" for n in range(10))
    assert maintext.read(page("Sign in, please: why wards keep visitors' books", long), URL, "text/html")


@pytest.mark.parametrize("charset", ["windows-1252", "no-such-charset"])
def test_the_declared_encoding_holds_where_it_is_one(charset: str) -> None:
    document = page("Café", f"<p>{WORDS}</p>").decode().encode("windows-1252")
    found = maintext.read(document, URL, f"text/html; charset={charset}")
    assert found is not None
    assert found["title"] == ("Café" if charset == "windows-1252" else "Caf\ufffd")


def test_a_text_file_is_its_text_and_another_its_name_type_and_size() -> None:
    found = maintext.read(b"one\r\ntwo\x00", "https://h.test/a/notes.txt?x=1", "text/plain; charset=utf-8")
    assert found is not None
    assert (found["title"], found["text"]) == ("notes.txt", "one\ntwo\ufffd")
    found = maintext.read(b"PK", "https://h.test/a/rota.xlsx", "application/zip")
    assert found is not None
    assert (found["title"], found["text"]) == ("rota.xlsx", "application/zip, 2 bytes")


def test_an_endless_page_is_cut() -> None:
    found = maintext.read(b"word " * 100_000, URL, "text/plain")
    assert found is not None
    assert len(found["text"]) == maintext.LONGEST
