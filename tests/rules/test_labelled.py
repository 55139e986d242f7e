"""Labelled cases: what a row asks, and how an answer is read off findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.types import Finding, Lane, Reference, Relation, Severity, Span
from rules.categories import GROUP
from rules.examples import ORGANISATION
from rules.labelled import Answer, LabelRefused, Question, cases, found

FINDING = Finding(
    rule_id="NHS-001", rule_version="1", title="NHS number", post=("web", "1"), category="patient-identifier",
    lane=Lane.CONFIDENTIAL, severity=Severity.HIGH, confidence=0.9, reason="", clauses=("CDD-4.2-1",),
    spans=(Span(3, 15, "NHS number"),), level="high",
)  # fmt: skip


def row(**more: object) -> dict[str, object]:
    return {"id": "a", "text": "words", "expect": {"refers": True}} | more


@pytest.mark.parametrize(
    ("expect", "question", "labels"),
    [
        ({"level": "high", "spans": [[3, 15]]}, Question.LEVEL, {"high", "alert"}),
        ({"level": "info"}, Question.LEVEL, {"info"}),
        ({"level": "low", "spans": [[0, 4]]}, Question.LEVEL, {"none"}),
        ({"band": "self"}, Question.BAND, {"self"}),
        ({"refers": False}, Question.REFERS, {"not refers"}),
        ({"hateful": True}, Question.HATEFUL, {"hateful"}),
        ({"categories": ["bullying", "disrepute"]}, Question.CATEGORIES, {"bullying", "disrepute"}),
        ({"categories": []}, Question.CATEGORIES, {"harmless"}),
    ],
)
def test_the_key_of_expect_says_what_is_asked(
    expect: dict[str, object], question: Question, labels: set[str]
) -> None:
    (case,) = cases(row(expect=expect), 1, ORGANISATION)
    assert (case.question, case.expected.labels) == (question, labels)


def test_a_row_may_ask_several_things() -> None:
    asked = cases(row(expect={"refers": True, "hateful": False}), 1, ORGANISATION)
    assert [case.question for case in asked] == ["refers", "hateful"]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"text": None}, "text"),
        ({"expect": {}}, "expect: none of level, band"),
        ({"expect": {"level": "huge"}}, r"expect\.level"),
        ({"expect": {"refers": "yes"}}, r"expect\.refers"),
        ({"expect": {"category": ["x"]}}, r"expect\.category"),
        ({"expect": {"categories": ["bullying", "secret"]}}, "entry 2 is none of the 63"),
        ({"given": {"left_on": "yesterday"}}, r"given\.left_on"),
    ],
)
def test_a_row_that_is_no_case_is_refused_without_its_words(wrong: dict[str, object], where: str) -> None:
    with pytest.raises(LabelRefused, match=where) as caught:
        list(cases(row(**wrong), 1, ORGANISATION))
    assert "secret" not in str(caught.value)
    assert "huge" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "relation"),
    [
        ({"author": "staff"}, Relation.AUTHORISED_STAFF),
        ({"staff": True}, Relation.AUTHORISED_STAFF),
        ({"author": "family"}, Relation.PUBLIC),
        ({"author": "public"}, Relation.PUBLIC),
        ({"relation": "official"}, Relation.OFFICIAL),
        ({}, Relation.PUBLIC),
    ],
)
def test_what_is_given_says_whose_post_it_is(given: dict[str, object], relation: Relation) -> None:
    (case,) = cases(row(given=given), 1, ORGANISATION)
    assert case.post["author"]["relation"] == relation
    assert not case.as_staff


@pytest.mark.parametrize(("given", "staff"), [(None, True), ({}, True), ({"author": "public"}, False)])
def test_a_conduct_label_without_an_author_is_judged_as_staff(given: object, *, staff: bool) -> None:
    (case,) = cases(row(given=given, expect={"hateful": True}), 1, ORGANISATION)
    assert case.as_staff is staff
    assert (case.post["author"]["relation"] is Relation.AUTHORISED_STAFF) is staff


def test_everything_that_is_known_becomes_part_of_the_post() -> None:
    given = {
        "bio": "Nurse", "handle": "jo", "name": "Jo", "left_on": "2026-01-31", "place": "Oswinton",
        "media": ["a cat"], "reply_to_org": True, "weather": "fine",
    }  # fmt: skip
    (case,) = cases(row(given=given), 1, ORGANISATION)
    author = case.post["author"]
    assert (author["bio"], author["handle"], author["name"]) == ("Nurse", "jo", "Jo")
    assert author["left_on"] == date(2026, 1, 31)
    assert (case.post["place"], case.post["media"]) == ("Oswinton", ["a cat"])
    assert "/@WVFTNHS/" in case.post["reply_to"]
    assert case.unused == ("weather",)


def test_a_place_that_is_only_said_to_be_near_is_one_of_ours() -> None:
    (case,) = cases(row(given={"geo": True}), 1, ORGANISATION)
    assert case.post["place"] == ORGANISATION.places[0]
    nowhere = ORGANISATION.model_copy(update={"places": (), "handles": ()})
    for given in ({"geo": True}, {"reply_to_org": True}):
        with pytest.raises(LabelRefused, match="the settings name no"):
            list(cases(row(given=given), 1, nowhere))


def test_the_level_is_that_of_the_numbers_alone_and_their_places_count() -> None:
    birth = replace(FINDING, level="high", spans=(Span(20, 30, "date of birth"),))
    assert found(Question.LEVEL, (), [birth]) == Answer(frozenset({"none"}), frozenset())
    both = found(Question.LEVEL, (), [birth, FINDING])
    assert both == Answer(frozenset({"high", "alert"}), frozenset({(3, 15)}))
    assert both.fits(Answer(both.labels, None))
    assert not both.fits(Answer(both.labels, frozenset({(3, 14)})))


@pytest.mark.parametrize(
    ("levels", "band"),
    [((), "none"), (("weak",), "weak"), (("weak", "breach"), "breach"), (("high",), "none")],
)
def test_the_band_is_the_worst_level_among_findings_about_patients(
    levels: tuple[str, ...], band: str
) -> None:
    findings = [replace(FINDING, level=level) for level in levels]
    findings.append(replace(FINDING, category="bullying", level="breach"))
    assert found(Question.BAND, (), findings).labels == {band}


def test_hateful_is_what_discriminates_or_incites_and_refers_is_what_names() -> None:
    assert found(Question.HATEFUL, (), [replace(FINDING, category="incitement")]).labels == {"hateful"}
    assert found(Question.HATEFUL, (), [replace(FINDING, category="bullying")]).labels == {"not hateful"}
    assert found(Question.REFERS, [Reference(alias="WVFT", score=1, why="")], ()).labels == {"refers"}


def test_every_category_can_be_asked_for() -> None:
    (case,) = cases(row(expect={"categories": list(GROUP)}), 1, ORGANISATION)
    assert case.expected.labels == GROUP.keys()
    assert found(Question.CATEGORIES, (), [FINDING]).labels == {"patient-identifier"}
    assert found(Question.CATEGORIES, (), []).labels == {"harmless"}
