"""The comparison of two revisions, made here."""

from __future__ import annotations

from connectors.parts.wiki.comparison import compare

OLD = "The café trust.\n\n== Criticism ==\nRated inadequate.\n\n== See also ==\n"


def test_a_comparison_names_the_sections_of_both_sides_and_counts_bytes():
    new = OLD.replace("== Criticism ==\nRated inadequate.\n\n", "")
    made = compare(OLD, new)
    assert made.sections_before == ("Criticism", "See also")
    assert made.sections_after == ("See also",)
    assert (made.size_before, made.size_after) == (len(OLD) + 1, len(new) + 1)
    assert [(hunk.section, hunk.new) for hunk in made.hunks] == [("Criticism", "")]


def test_a_page_that_was_left_as_it_is_has_no_hunks():
    made = compare(OLD, OLD)
    assert (made.hunks, made.sections_before) == ((), made.sections_after)
