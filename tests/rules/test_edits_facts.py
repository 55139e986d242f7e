"""Ratings, figures, infobox, citations, sections: what an edit changed, or only wrote otherwise."""

from __future__ import annotations

import pytest

from monitor.config import PolicySettings, RuleSettings
from rules import pack
from rules.examples import ORGANISATION
from tests.rules.edited import HEAD, TAIL, edited, effects, kinds

RATINGS = [
    (
        'The Care Quality Commission gave it a rating of "Requires improvement" in 2019.',
        'The Care Quality Commission gave it a rating of "Good" in 2019.',
    ),
    ("Ofsted judged the nursery to be outstanding.", "Ofsted judged the nursery to be good."),
    (
        "It received three stars in the star ratings of 2004.",
        "It received two stars in the star ratings of 2004.",
    ),
    (
        "It is in segment 4 of the NHS Oversight Framework.",
        "It is in segment 2 of the NHS Oversight Framework.",
    ),
    (
        "The CQC rates the trust as good overall, with outstanding for caring.",
        "The CQC rates the trust as inadequate overall, with outstanding for caring.",
    ),
    (
        'Its quality of services was scored "weak" by the Healthcare Commission.',
        'Its quality of services was scored "excellent" by the Healthcare Commission.',
    ),
]
RATED_STILL = [
    ("The CQC rated it good in 2016.", "The CQC rated it good in 2016 and outstanding in 2019."),
    ('Rated "good" by inspectors.', 'Rated as "Good" by inspectors.'),
]
FIGURES = [
    ("It employs about 6,200 people.", "It employs about 4,200 people."),
    ("The new wing cost £18 million.", "The new wing cost £81 million."),
    ("The inquiry found 31 deaths.", "The inquiry found 3 deaths."),
    ("It serves a population of 650,000.", "It serves a population of 560,000."),
    ("The chapel was consecrated on 4 May 1922.", "The chapel was consecrated on 14 May 1922."),
    ("It has twelve wards.", "It has fourteen wards."),
]
FIGURES_STILL = [
    ("It has 12 wards.", "It has twelve wards."),
    ("It cost £1.2 million.", "It cost £1,200,000."),
    ("It was opened on 4 May 1922.", "It was opened on 4th May, 1922."),
    ("It has 600 beds.", "It has 600 beds and, since 2020, 12 theatres."),
    ("It employs 5000 staff.", "It employs 5,000 staff."),
    ("The wing cost £18m.", "The wing cost £18 million."),
]
CITATIONS = [
    (
        'A wing opened.<ref name="g">{{cite news|title=New wing|url=https://g.test/1|work=Gazette}}</ref>',
        "A wing opened.",
    ),
    (
        'A wing opened.<ref name="g">{{cite news|title=New wing|url=https://g.test/1|work=Gazette}}</ref>',
        "A wing opened.{{citation needed}}",
    ),
    (
        'A wing opened.<ref name=a/> It is red.<ref name="g">{{cite news|title=New wing'
        "|url=https://g.test/1|work=Gazette}}</ref>",
        'A wing opened. It is red.<ref name="g">{{cite news|title=New wing|url=https://g.test/1'
        "|work=Gazette}}</ref>",
    ),
    ("Text.{{sfn|Hall|1990|p=3}}", "Text."),
]
CITED_STILL = [
    (
        'A wing opened.<ref name="g">{{cite news|title=New wing|url=https://g.test/1|work=Gazette}}</ref>',
        'A wing opened.<ref name="gaz">{{cite news|url=https://g.test/1|title=New wing'
        "|newspaper=Gazette|access-date=3 May 2026}}</ref>",
    ),
    (
        'A.<ref name="g">{{cite news|title=New wing|url=https://g.test/1|work=Gazette}}</ref> B.<ref '
        'name="g">{{cite news|title=New wing|url=https://g.test/1|work=Gazette}}</ref>',
        'A.<ref name="g">{{cite news|title=New wing|url=https://g.test/1|work=Gazette}}</ref> B.<ref '
        'name="g"/>',
    ),
    (
        'A wing opened.<ref name="g">{{cite news|title=New wing|url=https://g.test/1|work=Gazette}}</ref>',
        "A wing opened.<ref>Gazette, New wing https://g.test/1</ref>",
    ),
    (
        'A wing opened.<ref name="g">{{cite news|title=New wing|url=https://g.test/1|work=Gazette}}</ref>',
        "A wing opened.{{sfn|Gazette|2020}}",
    ),
    (
        "A.<ref>[https://z.test/a One]</ref><ref>[https://z.test/b Two]</ref>",
        "A.<ref>[https://z.test/a One]; [https://z.test/b Two]</ref>",
    ),
    (
        'A wing opened.<ref name="g">{{cite news|title=New wing|url=https://g.test/1|work=Gazette}}</ref>',
        'A wing opened.<ref name="g">{{cite news|title=New wing|url=https://g.test/1|work=Gazette'
        "|archive-url=https://web.archive.org/web/2020/https://g.test/1|url-status=dead}}</ref>",
    ),
]
INFOBOX = [
    ("WVH.svg", "Other.jpg", {"logo-changed"}),
    ("| logo = WVH.svg\n", "", {"logo-changed"}),
    ("https://wvft.nhs.test", "https://casino.test", {"infobox-changed"}),
    ("beds = 512", "beds = 51", {"infobox-changed", "number-changed"}),
    ("| founded = 1921\n", "", {"infobox-changed"}),
    ("{{URL|https://wvft.nhs.test}}", "{{url|https://www.wvft.nhs.test/}}", set()),
    ("| name", "| image =\n| name", set()),
    ("| beds = 512\n", "| beds = 512<ref>{{cite web |title=x}}</ref>\n", set()),
    ("| beds = 512\n| founded = 1921\n", "| founded = 1921\n| beds = 512\n", set()),
    ("| logo = WVH.svg", "| logo = WVH.svg\n| logo_size = 200px", set()),
    ("| founded = 1921", "| founded = {{start date|1921}}", set()),
]
ART = "\n\n== {} ==\nA mural by Ada Fenn hangs in the main hall, painted in 1955 by local pupils.\n\n"


@pytest.mark.parametrize(("old", "new"), RATINGS)
def test_another_rating_in_the_same_statement_is_told(old: str, new: str) -> None:
    assert kinds(old, new) == {"rating-changed"}
    assert kinds(old, new, reverts=True) == {"revert"}


@pytest.mark.parametrize(("old", "new"), RATED_STILL)
def test_a_further_rating_changes_none(old: str, new: str) -> None:
    assert kinds(old, new) == set()


@pytest.mark.parametrize(("old", "new"), FIGURES)
def test_another_figure_in_the_same_statement_is_told(old: str, new: str) -> None:
    assert kinds(old, new) == {"number-changed"}


@pytest.mark.parametrize(("old", "new"), FIGURES_STILL)
def test_a_figure_written_otherwise_or_added_is_none(old: str, new: str) -> None:
    assert kinds(old, new) == set()


@pytest.mark.parametrize(("old", "new"), CITATIONS)
def test_a_citation_lost_is_told(old: str, new: str) -> None:
    assert kinds(old, new) == {"references-lost"}


@pytest.mark.parametrize(("old", "new"), CITED_STILL)
def test_a_citation_renamed_merged_or_archived_is_kept(old: str, new: str) -> None:
    assert kinds(old, new) == set()


@pytest.mark.parametrize(("old", "new", "expected"), INFOBOX)
def test_the_infobox_tells_its_values_apart(old: str, new: str, expected: set[str]) -> None:
    article = HEAD + TAIL
    assert old in article
    assert kinds(article, article.replace(old, new), whole=True) == expected


def test_a_value_is_of_the_infobox_where_no_template_is_known_and_no_section_stands_above() -> None:
    assert kinds("| chief executive = A. Person", "| chief executive = B. Other", whole=True) == {
        "infobox-changed"
    }


def test_a_section_that_leaves_whole_is_told_and_one_renamed_is_not() -> None:
    removed = effects(ART.format("Art"), "\n\n")
    assert set(removed) == {"section-removed"}
    assert removed["section-removed"].section == "Art"
    assert kinds(ART.format("Art"), ART.format("Artworks")) == set()


def test_a_page_emptied_is_blanked_and_its_restoration_is_a_revert() -> None:
    article = HEAD + ART.format("Art") + TAIL
    assert "blanking" in kinds(article, "nothing here", whole=True)
    assert kinds("nothing here", article, "rvv", whole=True) == {"revert"}
    assert "blanking" not in kinds("A stub.", "", whole=True)


def test_a_picture_of_the_lead_changed_is_told() -> None:
    lead = "[[File:{}|thumb|The entrance]]\nWearside Vale Hospital is in Oswinton."
    assert kinds(lead.format("Old.jpg"), lead.format("New.jpg"), whole=True) == {"logo-changed"}


def test_citations_that_went_with_criticism_are_told_with_it_and_not_again():
    rules = pack.load(ORGANISATION, PolicySettings(packs=("CDD",)), RuleSettings())
    source = "<ref>{{cite news|title=Letters|work=The Vale Courier}}</ref>"
    critical, plain = "The coroner criticised the hospital for ignoring complaints.", "It has a chapel."
    for words, left, rule in (
        (critical, "", "WIK-001"),
        (plain, plain, "WIK-003"),
        (critical, critical, "WIK-003"),
    ):
        found = rules.evaluate(edited(f"{words}{source}", left))
        assert [finding.rule_id for finding in found] == [rule]
