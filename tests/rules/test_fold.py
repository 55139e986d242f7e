"""Folding and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text.fold import fold


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("WVFT", "wvft"),
        ("Café", "cafe"),
        ("wv\u200bft", "wvft"),
        ("ＷＶＦＴ ９９９", "wvft 999"),
        ("don\u2019t \u201csay\u201d", 'don\'t "say"'),
        ("999\u2013000\u00a00018", "999-000 0018"),
        ("СDDFT", "cddft"),
        ("ﬁne ½", "fine 1\u20442"),
        ("İ ß", "i ß"),
    ],
)
def test_what_a_person_reads_as_the_same_folds_to_the_same(raw: str, folded: str) -> None:
    assert fold(raw).text == folded


@given(st.text())
def test_every_folded_character_knows_its_raw_place(raw: str) -> None:
    result = fold(raw)
    assert len(result.index) == len(result.text)
    assert list(result.index) == sorted(result.index)
    assert all(0 <= at < len(raw) for at in result.index)


@given(st.text())
def test_folding_twice_changes_nothing(raw: str) -> None:
    once = fold(raw).text
    assert fold(once).text == once


def test_a_span_comes_back_to_the_raw_characters() -> None:
    raw = "x\u200b ﬁ Ŷy"
    result = fold(raw)
    start = result.text.index("yy")
    first, last = result.raw_span(start, start + 2)
    assert raw[first:last] == "Ŷy"
