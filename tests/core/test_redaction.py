"""Masks: placed once, positions kept true."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.redaction import apply, masks, moved, redact
from monitor.types import Account, Change, Hunk, Post, Span
from tests.core.world import NUMBER, NumberRule, Numbers, post

WORDS = st.text(alphabet="abc 12\n", max_size=40)


@st.composite
def text_and_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    words = draw(WORDS)
    pairs = draw(st.lists(st.tuples(st.integers(0, len(words)), st.integers(0, len(words))), max_size=5))
    return words, [Span(min(p), max(p), "X") for p in pairs]


@given(text_and_spans())
def test_nothing_inside_a_span_survives_and_everything_outside_does(case: tuple[str, list[Span]]) -> None:
    words, spans = case
    inside = {at for span in spans for at in range(span.start, span.end)}
    kept = "".join(c for at, c in enumerate(words) if at not in inside)
    assert apply(words, masks(spans)).replace("[X redacted]", "") == kept


@given(text_and_spans(), st.integers(0, 40), st.integers(0, 40))
def test_a_moved_span_marks_the_same_words_or_the_mask_over_them(
    case: tuple[str, list[Span]], a: int, b: int
) -> None:
    words, spans = case
    start, end = sorted((min(a, len(words)), min(b, len(words))))
    hidden = masks(spans)
    if start == end:
        return
    marked = apply(words, hidden)[moved(start, hidden) : moved(end, hidden, end=True)]
    inside = [Span(max(m.start, start) - start, min(m.end, end) - start, "X") for m in hidden]
    assert marked == apply(words[start:end], masks(s for s in inside if s.start < s.end))


def test_a_post_without_identifiers_is_itself() -> None:
    plain = post(1)
    assert redact(plain, [], [])[0] is plain


def test_an_edit_of_a_page_is_masked_hunk_by_hunk() -> None:
    change = Change(
        page="Trust",
        page_id="1",
        revision="2",
        hunks=(Hunk(old="plain", new=f"tel {NUMBER}"), Hunk(old=f"was {NUMBER} here", new="gone")),
    )
    edit = Post(**{**_fields(post(1)), "change": change})
    masked, findings = redact(edit, Numbers().spans(edit), NumberRule().evaluate(edit))
    assert masked.change is not None
    assert [(h.old, h.new) for h in masked.change.hunks] == [
        ("plain", "tel [NHS number redacted]"),
        ("was [NHS number redacted] here", "gone"),
    ]
    marks = [masked.part(s.where)[s.start : s.end] for s in findings[0].spans]
    assert marks == ["[NHS number redacted]"] * 2


@pytest.mark.parametrize("url", [f"https://jo:secret@gazette.test/{NUMBER}", "https://jo@gazette.test/"])
def test_a_masked_address_is_its_host(url: str) -> None:
    item = replace(post(1), url=url)
    masked, _ = redact(item, [Span(0, len(url), "NHS number", "url")], [])
    assert masked.url == "https://gazette.test/"


def test_an_address_that_repeats_masked_digits_in_escapes_is_its_host() -> None:
    item = replace(post(1, f"tel {NUMBER}"), url="https://gazette.test/?of=999%20200%201135")
    start = item.text.index(NUMBER)
    masked, _ = redact(item, [Span(start, start + len(NUMBER), "NHS number")], [])
    assert masked.url == "https://gazette.test/"


def test_an_author_is_masked_by_every_name() -> None:
    author = Account(platform="web", handle=NUMBER, display_name=f"Jo {NUMBER}", bio="plain")
    item = replace(post(1), author=author)
    spans = [
        Span(0, len(NUMBER), "NHS number", "handle"),
        Span(3, 3 + len(NUMBER), "NHS number", "display_name"),
    ]
    masked, _ = redact(item, spans, [])
    assert masked.author == replace(
        author, handle="[NHS number redacted]", display_name="Jo [NHS number redacted]"
    )


def test_headings_are_masked_one_by_one() -> None:
    hunks = (Hunk(old="a", new="b"), Hunk(old="c", new="d", section=f"Of {NUMBER}"))
    change = Change(
        page="Trust",
        page_id="1",
        revision="2",
        hunks=hunks,
        sections_before=("History", NUMBER),
        sections_after=("History",),
    )
    text = change.headings
    places = [at for at in range(len(text)) if text.startswith(NUMBER, at)]
    spans = [Span(at, at + len(NUMBER), "NHS number", "headings") for at in places]
    masked, _ = redact(replace(post(1), change=change), spans, [])
    assert masked.change is not None
    assert masked.change.sections_before == ("History", "[NHS number redacted]")
    assert masked.change.sections_after == ("History",)
    assert [h.section for h in masked.change.hunks] == [None, "Of [NHS number redacted]"]


def _fields(one: Post) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}
