"""The word diff: it loses nothing, names sections rightly and cannot be made slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.parts.wiki import worddiff
from connectors.parts.wiki.wikitext import Wikitext
from connectors.parts.wiki.worddiff import edits, hunks
from monitor.types import CONTEXT, Hunk

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


@given(wikitext, wikitext)
def test_a_block_that_is_narrowed_first_loses_nothing_either(old, new):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worddiff, "_LONG", 0)
        test_applying_the_edits_turns_the_old_text_into_the_new_one.hypothesis.inner_test(old, new)


@given(wikitext, wikitext)
def test_a_hunk_stands_in_its_line_between_its_context(old, new):
    for hunk in hunks(old, new):
        text, words = (new, hunk.new) if hunk.new.strip() else (old, hunk.old)
        assert hunk.before + words + hunk.after in text
        assert "\n" not in hunk.before + hunk.after


@given(st.lists(st.sampled_from("abcdefg"), min_size=3, max_size=9), st.integers(0, 8), st.integers(1, 9))
def test_context_and_hunk_rebuild_the_line(line, at, number):
    changed = [*line[:at], "changed", *line[at + 1 :]]
    above = "\n" * (number - 1)
    (hunk,) = hunks(above + " ".join(line) + "\nbelow", above + " ".join(changed) + "\nbelow")
    assert hunk.before + hunk.new + hunk.after == " ".join(changed)
    assert hunk.before + hunk.old + hunk.after == " ".join(line)
    assert hunk.line == number


@given(wikitext)
def test_equal_texts_have_no_edits(text):
    assert edits(text, text) == []


def test_one_changed_word_is_the_whole_hunk():
    assert hunks(PAGE, PAGE.replace("good", "inadequate")) == (
        Hunk(
            old="good",
            new="inadequate",
            section="Performance",
            before="In 2023 it was rated ",
            after=" overall.",
            line=4,
        ),
    )


def test_positions_count_characters_not_bytes():
    (edit,) = edits("café 🏥 good", "café 🏥 bad")
    assert (edit.start, edit.old, edit.new) == (7, "good", "bad")


def test_a_removed_section_is_named_by_the_heading_that_went_with_it():
    start, end = PAGE.index("== Criticism"), PAGE.index("== See also")
    assert hunks(PAGE, PAGE[:start] + PAGE[end:]) == (
        Hunk(old=PAGE[start:end], new="", section="Criticism", line=6),
    )


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


def test_a_reference_that_went_from_a_long_paragraph_is_a_hunk_of_its_own():
    long, ref = "The ward is good. " * 2000, '<ref name="of the {}">A report</ref>'
    (hunk,) = hunks(f"{long}{ref.format(1)}{ref.format(2)} {long}", f"{long}{ref.format(2)} {long}")
    assert hunk.old == ref.format(1)


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
    assert Wikitext(f"Text.\n{line}\nText.").sections == (name,)


@pytest.mark.parametrize(
    "line", ["<!--\n== Criticism ==\n-->", "<!-- open\n== Criticism ==", "a == b ==", "==", "= =", "|= x"]
)
def test_what_a_reader_does_not_see_as_a_heading_is_none(line):
    assert Wikitext(line).sections == ()


def _rewritten(paragraphs: int) -> tuple[str, str]:
    """Long paragraphs with their words in another order, and lines between them that stay."""
    words = [f"w{n * n % 211}" for n in range(3000)]
    old = "".join(f"{n} {' '.join(words)}\nkept {n}\n" for n in range(paragraphs))
    return old, "".join(f"{n} {' '.join(sorted(words))}\nkept {n}\n" for n in range(paragraphs))


def _article() -> str:
    sentence = "The trust was rated good for the care of patients by the commission in its report. "
    return "".join(f"== Section {n} ==\n{sentence * 10}\n\n" for n in range(130))


HOSTILE = {
    "sorted": (_article(), "".join(sorted(_article().splitlines(keepends=True)))),
    "one line": (_article().replace("\n", " "), _article().replace("\n", " ").replace("good", "bad")),
    "empty lines": ("x" + "\n" * 300_000 + "y", "z" + "\n" * 299_999),
    "one word": ("a " * 200_000, "b" + "a " * 200_001),
    "comments": ("<!--" * 100_000, "<!--" * 100_001 + "x"),
    "nowiki": (_article(), "</nowiki>" + "<nowiki>" * 100_000),
    "equals signs": ("=" * 400_000 + "x", "=" * 399_999),
    "headings": (_article(), "=a=\n" * 200_000),
    "templates": (_article(), "{{a}}" * 200_000),
    "open templates": (_article(), "{{" * 500_000),
    "parameters": (_article(), "{{a" + "|" * 1_000_000 + "}}"),
    "open tags": ("<a" * 100_000, "<a" * 100_001 + "b"),
    "exclamation": (_article(), "!" * 1_000_000),
    "paragraphs": _rewritten(50),
    "all words": (_article(), " ".join(sorted(_article().split()))),
}


@pytest.mark.parametrize(("old", "new"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_cost_a_second_at_worst(old, new):
    started = time.process_time()
    assert hunks(old, new)
    assert time.process_time() - started < 1  # measured: under 0.15 s; hours if it were not bounded


def test_one_word_of_a_long_article_is_found_among_thousands_alike():
    old = _article()
    at = old.index("good", len(old) // 2)
    assert [(h.old, h.new) for h in hunks(old, old[:at] + "poor" + old[at + 4 :])] == [("good", "poor")]


def test_hunks_of_one_line_share_its_number_and_the_words_between_them():
    first, second = hunks("x\none a b c d e f two\n", "x\n1 a b c d e f 2\n")
    assert (first.before, first.after, first.line) == ("", " a b c d e f ", 2)
    assert (second.before, second.after, second.line) == (" a b c d e f ", "", 2)


def test_words_taken_out_of_a_line_have_the_number_that_it_has_now():
    _, hunk = hunks("a\nThe care was not good.\n", "new\nnew\na\nThe care was good.\n")
    assert (hunk.old, hunk.before, hunk.after, hunk.line) == ("not ", "The care was ", "good.", 4)


def test_a_line_that_went_has_the_number_that_it_had():
    _, hunk = hunks("a\nb\nc d e\n", "new\nnew\na\nb\n")
    assert (hunk.old, hunk.before, hunk.after, hunk.line) == ("c d e\n", "", "", 3)


def test_a_line_appended_where_no_line_break_was_has_no_context():
    (hunk,) = hunks("a b", "a b\nc")
    assert (hunk.new, hunk.before, hunk.after, hunk.line) == ("\nc", "", "", 2)


def test_context_is_cut_and_splits_no_character_that_readers_see_as_one():
    family, accent = "\U0001f469\u200d\U0001f467", "e\u0301"
    (hunk,) = hunks(f"{family * 99}good {accent * 99}", f"{family * 99}poor {accent * 99}")
    assert hunk.before == family * (CONTEXT // 3)
    assert hunk.after == " " + accent * ((CONTEXT - 1) // 2)


INFOBOX = """{{infobox_hospital <!-- {{not this}} -->
| name = Wearside Vale
| logo = old.svg
| region=[[County Durham|the county]]
| website = {{URL|https://wvft.test}}
| beds = 812<ref>{{cite news|title=Beds|date=May}}</ref>
}}
It runs {{convert|3|km}} of corridors.<ref>{{cite_news |title=Corridors|url=https://news.test/?a=1}}</ref>
<nowiki>{{example|left}}</nowiki> and {{ nobody closed this. Ward seven.
"""


@pytest.mark.parametrize(
    ("old", "new", "template", "parameter"),
    [
        ("old.svg", "new.svg", "Infobox hospital", "logo"),
        ("logo = ", "image = ", "Infobox hospital", "image"),
        ("| logo = old.svg\n", "", "Infobox hospital", "logo"),
        ("| logo", "| motto = Care\n| logo", "Infobox hospital", "motto"),
        ("the county", "the shire", "Infobox hospital", "region"),
        ("wvft.test", "vale.test", "Infobox hospital", "website"),
        ("812", "813", "Infobox hospital", "beds"),
        ("Beds", "Wards", "Infobox hospital", "beds"),
        ("Corridors", "Halls", "Cite news", "title"),
        ("3|km", "4|km", "Convert", None),
        ("It runs", "{{POV|date=May}}\nIt runs", "POV", None),
        ("corridors", "halls", None, None),
        ("left", "right", None, None),
        ("seven", "eight", None, None),
    ],
)
def test_a_hunk_names_the_template_and_the_parameter_it_lies_in(old, new, template, parameter):
    (hunk,) = hunks(INFOBOX, INFOBOX.replace(old, new, 1))
    assert (hunk.template, hunk.parameter) == (template, parameter)


def test_a_removed_template_is_named_though_the_new_text_has_it_no_more():
    (hunk,) = hunks("{{POV}}\nText.\n", "Text.\n")
    assert (hunk.template, hunk.parameter) == ("POV", None)


pieces = st.sampled_from(["{{", "}}", "a", "|", "=", "\n", "[[", "]]", "<nowiki>", "</nowiki>", "<!--"])


@given(st.lists(pieces).map("".join), st.booleans())
def test_whatever_is_written_a_value_is_named_by_what_stands_before_it(text, part):
    page = Wikitext(text, part=part)
    for position in range(len(text)):
        template, parameter = page.value(position)
        assert template is None or ("{{" in text[: position + 2] and "}}" in text[max(position - 1, 0) :])
        assert parameter is None or "|" in text[: position + 1]
