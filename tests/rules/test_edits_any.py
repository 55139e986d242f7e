"""Any edit at all: effects never raise, point into the edit, and a move is never one."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.types import Change, Hunk, Kind, PageEvent, Post, Span
from rules.edits.effects import effects_of
from tests.rules.edited import HEAD, NAMES, TAIL, edited, kinds
from tests.rules.posts import post

_PIECES = st.sampled_from(
    ["<ref>", "</ref>", '<ref name="a"/>', "{{", "}}", "|", "\n", "== Criticism ==", "| logo = ", "[[File:", "]]",
     "criticised", "inadequate", "Rated good by the CQC. ", "3,000", "''", '"', "<!--", "-->", "İ", "ﬁ", "🏥", "ß",
     "useless managers ", "{{afd}}", "07700 900461", "we are proud", "\u00a0", "lol", " ", "."]
)  # fmt: skip
_TEXTS = st.one_of(st.lists(_PIECES, max_size=12).map("".join), st.text(max_size=60))
_HUNKS = st.builds(
    Hunk,
    old=_TEXTS,
    new=_TEXTS,
    section=st.none() | _TEXTS,
    before=_TEXTS,
    after=_TEXTS,
    line=st.none() | st.integers(1, 3),
    template=st.none() | st.sampled_from(["Infobox hospital", "cite web", ""]),
    parameter=st.none() | st.sampled_from(["logo", "beds", ""]),
)
_HEADINGS = st.lists(_TEXTS, max_size=3).map(tuple)
_CHANGES = st.builds(
    Change,
    page=st.sampled_from(["Wearside Vale Hospital", "Talk:Wearside Vale Hospital", ""]),
    page_id=st.just("1"),
    revision=st.just("2"),
    hunks=st.lists(_HUNKS, max_size=4).map(tuple),
    sections_before=_HEADINGS,
    sections_after=_HEADINGS,
    size_before=st.none() | st.integers(0, 5000),
    size_after=st.none() | st.integers(0, 5000),
    reverts=st.booleans(),
    reverted_by=st.none() | st.just("3"),
    hidden=st.just(()) | st.just(("text",)),
    event=st.none() | st.sampled_from(PageEvent),
)
PARAGRAPHS = [
    "The trust was criticised by the coroner in 2013 for delays.<ref>{{cite news |title=Delays}}</ref>",
    "The board is made up of useless clowns.",
    "The Care Quality Commission rated it inadequate in 2015, and good in 2018.",
    "It is a world-renowned centre of excellence with 512 beds.",
]


@settings(max_examples=80, deadline=None)
@given(_CHANGES, _TEXTS, st.none() | _TEXTS)
def test_effects_never_raise_and_their_spans_lie_in_the_edit(
    change: Change, summary: str, handle: str | None
) -> None:
    item = post(summary, kind=Kind.PAGE_EDIT, change=change, handle=handle)
    for effect in effects_of(item, NAMES):
        assert effect.reason.endswith(".")
        assert 0 < effect.confidence <= 1
        assert effect.undone == (change.reverted_by is not None)
        for span in effect.spans:
            assert 0 <= span.start < span.end <= len(item.part(span.where))


@pytest.mark.parametrize("order", list(permutations(range(len(PARAGRAPHS)))))
def test_paragraphs_may_stand_in_any_order(order: tuple[int, ...]) -> None:
    moved = [PARAGRAPHS[number] for number in order]
    assert kinds("\n\n".join(PARAGRAPHS), "\n\n".join(moved)) == set()


def test_an_edit_judged_twice_is_judged_alike() -> None:
    item = edited("\n\n".join(PARAGRAPHS), PARAGRAPHS[2])
    assert effects_of(item, NAMES) == effects_of(item, NAMES)


def without_context(item: Post) -> Post:
    """As a feed gives the edit: the changed words alone."""
    change = item.change
    assert change is not None
    bare = tuple(Hunk(old=hunk.old, new=hunk.new, section=hunk.section) for hunk in change.hunks)
    return replace(item, change=replace(change, hunks=bare))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (PARAGRAPHS[0], "", {"criticism-removed", "references-lost"}),
        ("", PARAGRAPHS[1], {"derogatory-added"}),
        ("", PARAGRAPHS[3], {"promotional-added"}),
        (PARAGRAPHS[2], PARAGRAPHS[2].replace("inadequate", "unsafe and inadequate"), set()),
    ],
)
def test_the_changed_words_alone_are_enough_for_whole_sentences(
    old: str, new: str, expected: set[str]
) -> None:
    found = effects_of(without_context(edited(old, new)), NAMES)
    assert {effect.kind.value for effect in found} == expected


def test_several_changes_of_one_line_are_read_as_one_sentence() -> None:
    old = "In 2014 inspectors rated the maternity unit of the hospital as inadequate overall."
    new = "In 2015 inspectors rated the surgical unit of the hospital as outstanding overall."
    item = edited(old, new)
    assert item.change is not None
    assert len(item.change.hunks) > 1
    assert "rating-changed" in {effect.kind.value for effect in effects_of(item, NAMES)}


def test_a_span_of_criticism_is_the_sentence_itself() -> None:
    item = edited(f"It has a chapel. {PARAGRAPHS[0]}", "It has a chapel.")
    removed = effects_of(item, NAMES)[0]
    (span,) = removed.spans
    assert isinstance(span, Span)
    assert item.part("removed")[span.start : span.end] == PARAGRAPHS[0].partition("<ref")[0]


def test_an_article_of_its_size_is_read_by_its_changes_only() -> None:
    body = "".join(f"Paragraph {number} tells of ward {number}. " * 20 + "\n\n" for number in range(170))
    article = HEAD + body + TAIL
    assert len(article) > 100_000
    item = edited(article, article.replace("tells of ward 77.", "speaks of ward 77.", 1), whole=True)
    assert item.change is not None
    assert sum(len(hunk.old) for hunk in item.change.hunks) < 100
    assert effects_of(item, NAMES) == ()
