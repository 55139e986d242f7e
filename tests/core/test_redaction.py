"""Masks: placed once, positions kept true."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.redaction import apply, masks, moved, redact
from monitor.types import Change, Hunk, Post, Span
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


def _fields(one: Post) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__slots__}
