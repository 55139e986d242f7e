"""A comparison by MediaWiki's REST interface, in the shapes of a real answer (1.39, wikidiff2 1.13)."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.parts.wiki.rest import comparison
from monitor.errors import SourceChanged
from monitor.types import Hunk


def _sections(*pairs):
    return [{"level": 2, "heading": f"== {name} ==", "offset": offset} for offset, name in pairs]


def _answer(*lines, old=(), new=()):
    return {
        "from": {"id": 6, "slot_role": "main", "sections": _sections(*old)},
        "to": {"id": 7, "slot_role": "main", "sections": _sections(*new)},
        "diff": list(lines),
    }


def _line(kind, text, number=None, old=None, new=None, ranges=()):
    line = {"type": kind, "text": text, "offset": {"from": old, "to": new}}
    if number is not None:
        line["lineNumber"] = number
    if ranges:
        line["highlightRanges"] = [{"start": s, "length": n, "type": t} for s, n, t in ranges]
    return line


CHANGED = _answer(
    _line(0, "", 11, 487, 487),
    _line(0, "== Café ==", 12, 488, 488),
    _line(3, "Très 🏥 goodpoor care.", 13, 500, 500, [(11, 4, 1), (15, 4, 0)]),
    _line(0, "", 14, 520, 520),
    old=[(488, "Café"), (900, "See also")],
    new=[(488, "Café"), (900, "See also")],
)
REMOVED = _answer(
    _line(0, "Rated good.", 20, 1260, 1260),
    _line(0, "", 21, 1290, 1290),
    _line(2, "== Criticism ==", old=1291),
    _line(2, "A review found failings.", old=1307),
    _line(2, "", old=1332),
    _line(0, "== See also ==", 22, 1333, 1291),
    old=[(1000, "Performance"), (1291, "Criticism"), (1333, "See also")],
    new=[(1000, "Performance"), (1291, "See also")],
)
MOVED = _answer(
    _line(0, "a", 1, 0, 0),
    {
        **_line(4, "A review found some failings in the unit.", old=2),
        "moveInfo": {"id": "movedpara_1_0_lhs", "linkId": "movedpara_3_0_rhs", "linkDirection": 0},
    },
    _line(0, "b line is here", 2, 44, 2),
    {
        **_line(5, "A review found somemany failings in the unit.", 3, None, 17, [(15, 4, 1), (19, 4, 0)]),
        "moveInfo": {"id": "movedpara_3_0_rhs", "linkId": "movedpara_1_0_lhs", "linkDirection": 1},
    },
    _line(0, "e", 4, 59, 59),
)


def test_ranges_count_bytes_and_words_are_those_of_each_side():
    assert comparison(CHANGED).hunks == (
        Hunk(old="good", new="poor", section="Café", before="Très 🏥 ", after=" care.", line=13),
    )


def test_removed_lines_are_one_hunk_under_the_heading_that_went_with_them():
    made = comparison(REMOVED)
    gone = "== Criticism ==\nA review found failings.\n\n"
    assert made.hunks == (Hunk(old=gone, new="", section="Criticism", line=22),)
    assert made.sections_before == ("Performance", "Criticism", "See also")
    assert made.sections_after == ("Performance", "See also")


def test_sizes_are_not_in_the_answer():
    assert (comparison(CHANGED).size_before, comparison(CHANGED).size_after) == (None, None)


def test_a_line_that_moved_is_a_removal_and_an_addition_of_its_words():
    gone, come = comparison(MOVED).hunks
    assert (gone.old, gone.new, gone.line) == ("A review found some failings in the unit.\n", "", 2)
    assert (come.old, come.new, come.line) == ("", "A review found many failings in the unit.\n", 3)


def test_neighbouring_lines_that_came_and_went_are_compared_word_by_word():
    answer = _answer(
        _line(0, "Context.", 8, 40, 40),
        _line(2, "The trust has 812 beds in three hospitals.", old=50),
        _line(1, "The trust has 640 beds in three hospitals.", 9, None, 50),
    )
    (hunk,) = comparison(answer).hunks
    assert (hunk.old, hunk.new, hunk.line) == ("812", "640", 9)


def test_a_section_is_that_of_the_byte_where_a_line_stands():
    answer = _answer(
        _line(1, "Added above.", 3, None, 30),
        _line(0, "between", 4, 30, 43),
        _line(1, "Added below.", 41, None, 700),
        old=[(10, "Care"), (500, "Awards")],
        new=[(10, "Care"), (513, "Awards")],
    )
    assert [(hunk.section, hunk.line) for hunk in comparison(answer).hunks] == [("Care", 3), ("Awards", 41)]


@pytest.mark.parametrize(
    ("text", "template", "parameter"),
    [
        ("| logo = oldnew.svg", None, "logo"),
        ("|beds=oldnew<ref>{{cite news|title=x}}</ref>", None, "beds"),
        ("{{Infobox hospital | logo = oldnew.svg }}", "Infobox hospital", "logo"),
        ('| style="x" | oldnew', None, None),
        ("Care is oldnew.", None, None),
    ],
)
def test_a_line_says_the_parameter_though_its_template_began_above(text, template, parameter):
    at = text.index("oldnew")
    (hunk,) = comparison(_answer(_line(3, text, 4, 90, 90, [(at, 3, 1), (at + 3, 3, 0)]))).hunks
    assert (hunk.old[:3], hunk.new[:3], hunk.template, hunk.parameter) == ("old", "new", template, parameter)


def test_a_move_of_the_page_has_no_hunks():
    assert comparison(_answer(old=[(0, "A")], new=[(0, "A")])).hunks == ()


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"errorKey": "rest-compare-inaccessible", "httpCode": 403},
        {"from": {}, "to": {}, "diff": "<tr>"},
        _answer({"type": 9, "text": "x"}),
        _answer({"type": 0}),
        _answer(_line(3, "x", 1, 0, 0, [(-1, 4, 0)])),
        _answer(_line(3, "x", 1, 0, 0, [(0, 4, 7)])),
    ],
)
def test_another_shape_is_refused_and_not_repeated(body):
    with pytest.raises(SourceChanged, match="not a comparison") as refused:
        comparison(body)
    assert "inaccessible" not in str(refused.value)


def test_the_text_is_cleaned_of_what_cannot_be_stored():
    (hunk,) = comparison(_answer(_line(1, "e\u0301 \x00 \ud800.", 1, None, 0))).hunks
    assert hunk.new == "\u00e9 \ufffd \ufffd\ufffd\ufffd.\n"
    assert json.dumps(hunk.new).encode()


@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from([0, 1]))
def test_no_range_breaks_it(start, length, mark):
    answer = copy.deepcopy(CHANGED)
    answer["diff"][2]["highlightRanges"].append({"start": start, "length": length, "type": mark})
    for hunk in comparison(answer).hunks:
        assert (hunk.old + hunk.new).encode()
