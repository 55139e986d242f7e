"""The readable diff of an edit: what people see of it, and in which order."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.passages import lines, passages
from monitor.readable import readable
from monitor.types import CONTEXT, Change, Hunk, Passage

SIGNS = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}


def change(*hunks: Hunk) -> Change:
    return Change(page="Wearside Vale", page_id="1", revision="2", hunks=hunks)


def shown(passage: Passage) -> str:
    return "".join(SIGNS[piece.was].format(piece.text) for piece in passage.pieces)


def one(*hunks: Hunk) -> str:
    (passage,) = passages(change(*hunks))
    return shown(passage)


def side(passage: Passage, was: str) -> str:
    return "".join(piece.text for piece in passage.pieces if piece.was in ("same", was))


def test_a_changed_word_stands_in_its_line_without_markup() -> None:
    hunk = Hunk(
        old="inadequate",
        new="good",
        before="In 2019 the '''trust''' was rated [[Care Quality Commission|",
        after="]] by inspectors.",
    )
    assert one(hunk) == "In 2019 the trust was rated [-inadequate-]{+good+} by inspectors."


def test_a_lost_citation_is_seen_by_who_published_what() -> None:
    cite = "<ref name=x>{{cite news |title=Unsafe |work=[[BBC News]] |url=http://bbc.test/1}}</ref>"
    assert one(Hunk(old=cite, new="", before="It has 500 beds.")) == (
        "It has 500 beds.[- [source: BBC News, Unsafe]-]"
    )


def test_a_citation_that_lost_its_title_shows_both_forms() -> None:
    hunk = Hunk(old="Unsafe", new="Fine", before="Beds.<ref>{{cite news|title=", after="|work=BBC}}</ref>")
    assert one(hunk) == "Beds. [-[source: BBC, Unsafe]-]{+[source: BBC, Fine]+}"


def test_hunks_of_one_line_are_one_place() -> None:
    middle = " inspectors who came without warning "
    first = Hunk(old="seven", new="two", before="In 2019 ", after=middle, line=4, section="History")
    then = Hunk(old="condemned", new="praised", before=middle, after=" it.", line=4, section="History")
    assert lines((first, then)) == [[first, then]]
    assert one(first, then) == (
        "In 2019 [-seven-]{+two+} inspectors who came without warning [-condemned-]{+praised+} it."
    )


def test_a_line_that_went_and_a_line_of_the_same_number_stay_two_places() -> None:
    gone = Hunk(old="The hospital was criticised.\n", new="", line=4)
    changed = Hunk(old="500", new="600", before="It has ", after=" beds.", line=4)
    assert len(passages(change(gone, changed))) == 2


@pytest.mark.parametrize("length", [CONTEXT, CONTEXT + 1, 2 * CONTEXT - 1, 2 * CONTEXT + 50])
def test_a_long_stretch_between_two_hunks_is_left_out_and_never_doubled(length: int) -> None:
    between = " " + " ".join(f"w{n}" for n in range(length))[: length - 1]
    first = Hunk(old="a", new="b", after=between[:CONTEXT], line=1)
    then = Hunk(old="c", new="d", before=between[-CONTEXT:], line=1)
    text = one(first, then)
    assert text.startswith("[-a-]{+b+} w0 w1")
    assert "…" in text
    assert text.count(" w1 ") == 1
    assert len(text) < 170


def test_unchanged_words_are_cut_between_words() -> None:
    hunk = Hunk(old="old", new="new", before="word " * 30, after=" word" * 30)
    text = one(hunk)
    assert text.startswith("… word word")
    assert text.endswith("word …")


def test_what_was_cut_off_inside_a_citation_is_not_shown() -> None:
    before = ("x" * 200 + " |title=Unsafe}}</ref> The trust was rated ")[-CONTEXT:]
    after = (" by inspectors.<ref>{{cite web|title=Report|date=" + "y" * 200)[:CONTEXT]
    text = one(Hunk(old="inadequate", new="good", before=before, after=after))
    assert text == "… The trust was rated [-inadequate-]{+good+} by inspectors. …"


def test_an_infobox_is_named_where_no_section_is() -> None:
    hunk = Hunk(old="a.svg", new="b.svg", before="| logo = ", template="Infobox hospital", parameter="logo")
    (passage,) = passages(change(hunk))
    assert passage.section == "Infobox hospital"
    assert shown(passage) == "logo: [-a.svg-]{+b.svg+}"


def test_what_changed_markup_alone_is_shown_as_it_is() -> None:
    assert one(Hunk(old="", new="'''", before="It has")) == "It has{+'''+}"
    link = Hunk(old="[[Fund]]", new="[[NHS fund|Fund]]", before="The ")
    assert one(link) == "The [[{+NHS fund|+}Fund]]"


def test_with_a_budget_removed_words_come_before_added_ones_and_both_before_citations() -> None:
    found = passages(
        change(
            Hunk(old="<ref>Gazette</ref>", new="", section="Beds"),
            Hunk(old="", new="A new wing opened, the best in the north of England.", section="Wings"),
            Hunk(old="It was criticised.", new="", section="Criticism"),
        ),
        budget=1000,
    )
    assert [passage.section for passage in found] == ["Criticism", "Wings", "Beds"]
    assert [passage.more for passage in found] == [0, 0, 0]


def test_what_a_budget_leaves_out_is_counted() -> None:
    hunks = [Hunk(old=f"Sentence number {n} went.", new="", section=f"S{n}") for n in range(6)]
    found = passages(change(*hunks), budget=320, most=3)
    assert [passage.more for passage in found] == [0, 0, 3]


def test_a_blanked_page_takes_no_more_than_the_budget_and_little_time() -> None:
    began = time.perf_counter()
    (found,) = passages(change(Hunk(old="The trust was criticised. " * 5000, new="Gone.")), budget=320)
    assert sum(len(piece.text) for piece in found.pieces) <= 330
    assert {piece.was for piece in found.pieces} == {"removed", "added"}
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("noise", ["{{a|", "[[a|{{b|", "<ref>", "<b>", "[http://a ", "<!--", "''", "[[File:"])
def test_markup_that_nobody_closes_costs_little(noise: str) -> None:
    began = time.perf_counter()
    readable(noise * 20_000)
    passages(change(Hunk(old=noise * 5_000, new=noise * 4_000 + "x")), budget=320)
    assert time.perf_counter() - began < 2


WORDS = st.lists(st.sampled_from(["the", "trust", "bad", "CQC", "2019", ".", ",", "[[a|b]]"]), max_size=12)


@given(WORDS.map(" ".join), WORDS.map(" ".join), WORDS.map(" ".join), WORDS.map(" ".join))
def test_what_is_removed_and_added_makes_the_two_sides(before: str, old: str, new: str, after: str) -> None:
    for passage in passages(change(Hunk(old=old, new=new, before=before, after=after))):
        if readable(before + old + after) != readable(before + new + after) and len(before + after) < 40:
            assert side(passage, "removed") == readable(before + old + after)
            assert side(passage, "added") == readable(before + new + after)


@pytest.mark.parametrize(
    ("wikitext", "words"),
    [
        ("== Critique ‘été’ ==\nÉté.", "heading “Critique ‘été’”: Été."),
        ("* [[Ysbyty Gwynedd|Ysbyty]] – ''agored''", "Ysbyty – agored"),
        ("a<br/>b &amp; c<!-- no -->", "a b & c"),
        ("{{convert|3|km}} north", "3, km north"),
        ("<ref name=cqc />", "[source: cqc]"),
        ("x<ref>[https://bbc.test/1 Families wait]</ref>", "x [source: Families wait]"),
        ("[[File:Logo.svg|thumb|The [[logo]]]]", "[picture: Logo.svg]"),
        ("see https://x.test/a and [https://y.test/b]", "see https://x.test/a and y.test"),
        ("{| class=w\n|-\n| a || b\n|}", "a b"),
        ("| logo = A.svg\n| beds = 500", "logo: A.svg beds: 500"),
    ],
)
def test_wikitext_is_read_in_plain_words(wikitext: str, words: str) -> None:
    assert readable(wikitext) == words
