"""The word diff: it loses nothing, names sections rightly and cannot be made slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.parts.wiki.worddiff import edits, headings, hunks
from monitor.types import Hunk

PAGE = """The trust runs two hospitals.

== Performance ==
In 2023 it was rated good overall.

== Criticism ==
An inspection found serious failings.<ref>{{cite web|url=https://cqc.test/r}}</ref>

== See also ==
* [[List of trusts]]
"""

words = st.sampled_from(
    ["rated", "good", "== A ==", "=B=", "St Oswin's", "é", "🏥", " ", "\n", "\n\n", "<ref>", "=", "."]
)
wikitext = st.lists(words, max_size=40).map("".join)


@given(wikitext | st.text(), wikitext | st.text())
def test_applying_the_edits_turns_the_old_text_into_the_new_one(old, new):
    result, at = "", 0
    for edit in edits(old, new):
        assert old.startswith(edit.old, edit.start)
        assert edit.start >= at
        result += old[at : edit.start]
        assert len(result) == edit.new_start
        result, at = result + edit.new, edit.start + len(edit.old)
    assert result + old[at:] == new


@given(wikitext, wikitext)
def test_hunks_keep_every_visible_character_of_the_edits(old, new):
    made = [(_visible(edit.old), _visible(edit.new)) for edit in edits(old, new)]
    seen = [(_visible(hunk.old), _visible(hunk.new)) for hunk in hunks(old, new)]
    assert "".join(old for old, _ in seen) == "".join(old for old, new in made if old != new)
    assert "".join(new for _, new in seen) == "".join(new for old, new in made if old != new)


def _visible(text):
    return "".join(text.split())


@given(wikitext)
def test_equal_texts_have_no_edits(text):
    assert edits(text, text) == []


def test_one_changed_word_is_the_whole_hunk():
    assert hunks(PAGE, PAGE.replace("good", "inadequate")) == (
        Hunk(old="good", new="inadequate", section="Performance"),
    )


def test_positions_count_characters_not_bytes():
    (edit,) = edits("café 🏥 good", "café 🏥 bad")
    assert (edit.start, edit.old, edit.new) == (7, "good", "bad")


def test_a_removed_section_is_named_by_the_heading_that_went_with_it():
    start, end = PAGE.index("== Criticism"), PAGE.index("== See also")
    assert hunks(PAGE, PAGE[:start] + PAGE[end:]) == (Hunk(old=PAGE[start:end], new="", section="Criticism"),)


def test_an_added_section_is_named_by_its_own_heading():
    (hunk,) = hunks(PAGE, PAGE.replace("== See also", "== Awards ==\nBest trust.\n\n== See also"))
    assert (hunk.old, hunk.section) == ("", "Awards")


def test_what_stands_above_the_first_heading_has_no_section():
    (hunk,) = hunks(PAGE, PAGE.replace("two", "three"))
    assert hunk.section is None


def test_a_blanked_page_comes_as_one_hunk_a_section():
    blanked = hunks(PAGE, "")
    assert [hunk.section for hunk in blanked] == [None, "Performance", "Criticism", "See also"]
    assert "".join(hunk.old for hunk in blanked) == PAGE


def test_a_passage_moved_elsewhere_is_a_removal_and_an_addition():
    paragraph = "An inspection found serious failings.<ref>{{cite web|url=https://cqc.test/r}}</ref>\n"
    gone, come = hunks(PAGE, PAGE.replace(paragraph, "") + paragraph)
    assert (gone.section, gone.old.strip(), gone.new) == ("Criticism", paragraph.strip(), "")
    assert (come.section, come.old, come.new) == ("See also", "", paragraph)


def test_a_sentence_written_anew_is_not_cut_up_at_chance_matches():
    old = "In 2025 a review of the maternity unit found failings.\n"
    new = "In 2025 staff of the children's ward won an award.\n"
    (hunk,) = hunks(old, new)
    assert hunk.old == "a review of the maternity unit found failings"


def test_two_distant_changes_in_a_line_stay_two():
    assert [h.old for h in hunks("one a b c d e f two\n", "1 a b c d e f 2\n")] == ["one", "two"]


def test_moved_line_breaks_and_spaces_alone_are_no_hunk():
    assert hunks("a b\n\nc", "a  b\n\n\nc") == ()
    assert hunks("==Criticism==\n", "== Criticism ==\n") == ()
    assert edits("a b", "a  b") != []


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("== Criticism ==", "Criticism"),
        ("==Criticism==  ", "Criticism"),
        ("=== CQC = inspection ===", "CQC = inspection"),
        ("== Criticism == <!-- keep -->", "Criticism"),
    ],
)
def test_headings_are_found_as_editors_write_them(line, name):
    assert [heading.name for heading in headings(f"Text.\n{line}\nText.")] == [name]


@pytest.mark.parametrize(
    "line", ["<!--\n== Criticism ==\n-->", "<!-- open\n== Criticism ==", "a == b ==", "==", "= =", "|= x"]
)
def test_what_a_reader_does_not_see_as_a_heading_is_none(line):
    assert headings(line) == []


def _article() -> str:
    sentence = "The trust was rated good for the care of patients by the commission in its report. "
    return "".join(f"== Section {n} ==\n{sentence * 10}\n\n" for n in range(130))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_article(), "".join(sorted(_article().splitlines(keepends=True)))),
        (_article().replace("\n", " "), _article().replace("\n", " ").replace("good", "bad")),
        ("x" + "\n" * 300_000 + "y", "z" + "\n" * 299_999),
        ("a " * 200_000, "b" + "a " * 200_001),
        ("<!--" * 100_000, "<!--" * 100_001 + "x"),
        ("=" * 400_000 + "x", "=" * 399_999),
        ("<a" * 100_000, "<a" * 100_001 + "b"),
    ],
    ids=["sorted", "one line", "empty lines", "one word", "comments", "equals signs", "open tags"],
)
def test_hostile_texts_cost_seconds_at_worst(old, new):
    started = time.perf_counter()
    assert edits(old, new)
    headings(new)
    assert time.perf_counter() - started < 5  # measured: under 0.3 s; hours if it were not bounded


def test_one_word_of_a_long_article_is_found_among_thousands_alike():
    old = _article()
    at = old.index("good", len(old) // 2)
    assert [(h.old, h.new) for h in hunks(old, old[:at] + "poor" + old[at + 4 :])] == [("good", "poor")]
