"""Which addresses are one, and which words."""

from __future__ import annotations

import pytest

from monitor import folding
from monitor.types import Kind
from tests.core.world import post

SAME = [
    "https://gazette.test/story",
    "http://www.gazette.test/story/",
    "https://gazette.test/story?utm_source=x&fbclid=1",
    "https://GAZETTE.test:443/story#comments",
    "https://gazette.test/a/../story",
]


def test_one_story_by_five_addresses_is_one() -> None:
    assert len({folding.canonical(url) for url in SAME}) == 1


@pytest.mark.parametrize(
    "url", ["https://gazette.test/story?page=2", "https://gazette.test/other", "http://[bad"]
)
def test_another_story_stays_another(url: str) -> None:
    assert folding.canonical(url) != folding.canonical(SAME[0])


def test_a_plain_address_is_as_the_library_would_make_it() -> None:
    for url in SAME:
        if folding.PLAIN.fullmatch(url):
            assert folding._normal(url) == url


def test_what_a_person_says_never_folds() -> None:
    assert folding.address(post(1, kind=Kind.POST)) is None
    assert folding.words(post(1, "word " * 100, kind=Kind.COMMENT)) is None


def test_few_words_prove_nothing() -> None:
    assert folding.words(post(1, "WVFT")) is None
    assert folding.words(post(1, "WVFT " * 60)) == folding.words(post(1, "wvft\n" * 60))
