"""Finding clauses again in a document that was wrapped, paged and hyphenated, and nowhere else."""

from __future__ import annotations

import hashlib
import textwrap

import pytest

from rules.schema import ClauseEntry, Locator
from rules.wording import Wording, places

KIND = "Staff are asked to be kind to one another, online as well as in the canteen."
LOGO = "Nobody may put the Wearside Vale logo on their own page without the press office\u2019s agreement."
DOCUMENT = f"Social media at Wearside Vale\n\n1 Kindness\n{KIND}\n\n2 Logo\n{LOGO}\n"


def locator(sentence: str) -> Locator:
    plain = "".join(char if char.isalnum() else " " for char in sentence.casefold()).split()
    return Locator(words=len(plain), sha256=hashlib.sha256(" ".join(plain).encode()).hexdigest()[:16])


def clause(number: int, sentence: str) -> ClauseEntry:
    return ClauseEntry(
        id=f"WVX-{number}",
        section=str(number),
        paraphrase=f"Duty {number}.",
        category="bullying",
        observability="H",
        locator=locator(sentence),
    )


CLAUSES = [clause(1, KIND), clause(2, LOGO)]


def wordings(text: str) -> dict[str, list[str]]:
    return {key: [place.wording for place in found] for key, found in places(text, CLAUSES).items()}


def test_a_clause_is_found_where_it_stands_and_quoted_to_its_full_stop() -> None:
    found = places(DOCUMENT, CLAUSES)
    (place,) = found["WVX-1"]
    assert DOCUMENT[place.start : place.end] == place.wording == KIND
    assert [place.wording for place in found["WVX-2"]] == [LOGO]


def test_lines_marks_quotes_and_capitals_do_not_matter() -> None:
    text = textwrap.fill(DOCUMENT.replace("\u2019", "'").replace("Staff are", "\u2022 STAFF ARE"), 30)
    found = wordings(text)
    assert found["WVX-1"] == [KIND.replace("Staff are", "STAFF ARE")]
    assert found["WVX-2"] == [LOGO.replace("\u2019", "'")]


def test_a_word_cut_by_a_line_end_is_joined() -> None:
    assert wordings(DOCUMENT.replace("canteen", "can-\n   teen"))["WVX-1"] == [KIND]


def test_a_compound_cut_at_its_hyphen_keeps_it() -> None:
    compound = clause(3, "Work-related posts go through the press office.")
    found = places("Work-\nrelated posts go through the press office.", [compound])
    assert [place.wording for place in found["WVX-3"]] == ["Work-related posts go through the press office."]


def test_a_footer_in_the_middle_of_a_clause_is_left_out() -> None:
    footers = [f"\nSocial media policy, page {number} of 9\n" for number in (1, 2, 3)]
    text = DOCUMENT.replace("one another,", f"one another,{footers[0]}") + footers[1] + "Annex" + footers[2]
    assert wordings(text)["WVX-1"] == [KIND]


def test_a_footer_in_the_middle_of_a_cut_word_is_left_out() -> None:
    footers = [f"\nSocial media policy, page {number} of 9\n" for number in (1, 2, 3)]
    text = DOCUMENT.replace("canteen", f"can-{footers[0]}teen") + footers[1] + "Annex" + footers[2]
    assert wordings(text)["WVX-1"] == [KIND]


def test_a_reworded_clause_is_not_found_and_the_nearest_is_not_taken() -> None:
    assert wordings(DOCUMENT.replace("canteen", "corridor"))["WVX-1"] == []


def test_a_clause_that_stands_twice_is_found_twice() -> None:
    assert wordings(DOCUMENT + KIND)["WVX-1"] == [KIND, KIND]


@pytest.mark.parametrize("text", ["", "\n", "\x00", "kind", "\ud800", "-\n" * 500, "\u202e" + KIND[:20]])
def test_text_without_the_clause_yields_none(text: str) -> None:
    assert wordings(text) == {"WVX-1": [], "WVX-2": []}


def test_only_the_very_words_stand_for_a_clause() -> None:
    assert Wording(KIND).stands_for(locator(KIND))
    assert not Wording(LOGO).stands_for(locator(KIND))
    assert not Wording(KIND).stands_for(None)


def test_a_mark_stands_for_the_clause_it_was_made_for() -> None:
    marked = Wording("Other words", marked_for=locator(KIND).sha256)
    assert marked.stands_for(locator(KIND))
    assert not marked.stands_for(locator(LOGO))
    assert Wording("Other words", marked_for="").stands_for(None)
