"""Markdown becomes the text that people see."""

from __future__ import annotations

import pytest

from connectors.parts import markdown, plain


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("Two words", "Two words"),
        ("One\nparagraph\n\n\nand another", "One paragraph\nand another"),
        ("**Ward 7** was *lovely*", "Ward 7 was lovely"),
        ("* soap\n* towels", "soap\ntowels"),
        ("# Title\n\ntext", "Title\ntext"),
        ("see [the map](https://wvft.nhs.test/map)", "see the map"),
        ("ward_7_west & 3 < 5", "ward_7_west & 3 < 5"),
        ("<script>alert(1)</script>fine <b>so far</b>", "fine so far"),
        ("1. first\n2. second", "first\nsecond"),
        ("Title\n---", "Title"),
        ("", ""),
    ],
)
def test_marks_go_and_words_stay(written, seen):
    assert markdown.to_text(written) == seen


@pytest.mark.parametrize(
    "written", ["a\nb\n\nc", "one\r\n\r\ntwo", " led by blanks\n \n end ", "café – “so”!"]
)
def test_what_has_no_marks_reads_as_a_parser_would_read_it(written):
    assert markdown.to_text(written) == plain.from_html(markdown._COMMONMARK.render(written))
