"""Indirect identification: who fits a description, whose story it is, and the sum that is shown."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from math import prod
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import People, PolicySettings, RuleSettings
from monitor.errors import RuleError
from monitor.types import Finding, Lane, Severity
from rules import pack
from rules.crowd.estimate import Estimate
from rules.crowd.weights import features, read, weights
from rules.engine import RuleSet
from rules.examples import ORGANISATION
from tests.rules.posts import post, staff

CASES = yaml.safe_load(Path(__file__).with_name("crowd_cases.yaml").read_text("utf-8"))
BY_AUTHOR = [
    (author, band, text) for author, bands in CASES.items() for band, texts in bands.items() for text in texts
]
CATALOGUE = (files("rules") / "catalogue" / "crowd.yaml").read_text("utf-8")


@cache
def both_rules() -> RuleSet:
    checked = pack.check(PolicySettings(packs=("CDD",)), RuleSettings())
    kept = [rule for rule in checked.rules if rule.id in ("IND-001", "OWN-001")]
    return RuleSet(kept, ORGANISATION, checked.policies.clauses)


@pytest.fixture
def rules() -> RuleSet:
    return both_rules()


def found(rules: RuleSet, text: str, author: str = "staff") -> dict[str, Finding]:
    told = staff(text) if author == "staff" else post(text)
    return {finding.rule_id: finding for finding in rules.evaluate(told)}


def band(rules: RuleSet, text: str, author: str = "staff") -> str:
    findings = found(rules, text, author)
    if identified := findings.get("IND-001"):
        return "breach" if identified.severity == Severity.HIGH else "weak"
    return "self" if "OWN-001" in findings else "none"


@pytest.mark.parametrize(("author", "expected", "text"), BY_AUTHOR)
def test_a_description_is_in_the_band_of_those_who_fit_it(
    rules: RuleSet, author: str, expected: str, text: str
) -> None:
    assert band(rules, text, author) == expected


@pytest.mark.parametrize(
    ("text", "by_staff", "by_the_public"),
    [
        ("Our triplets on SCBU went home today", "breach", "self"),
        ("I was on ward 3 for nine days", "none", "self"),
        ("My friend is in bed 2 on ward 8", "breach", "self"),
        ("A patient with dementia sang to me today", "weak", "none"),
        ("The lady in bed 4 on ward 12 has dementia", "breach", "breach"),
        ("My mum is in bed 4 on ward 12", "self", "self"),
        ("A teacher with sepsis came in to A&E today", "weak", "none"),
    ],
)
def test_who_wrote_it_decides_whose_story_it_is(
    rules: RuleSet, text: str, by_staff: str, by_the_public: str
) -> None:
    assert (band(rules, text), band(rules, text, "public")) == (by_staff, by_the_public)


def test_an_own_story_beside_a_stranger_s_is_both(rules: RuleSet) -> None:
    text = "My gran is on ward 4. The man in bed 6 on ward 4 has dementia and is left to shout."
    findings = found(rules, text, "public")
    assert (findings["IND-001"].severity, findings["OWN-001"].severity) == (Severity.HIGH, Severity.INFO)
    assert (findings["IND-001"].lane, findings["OWN-001"].lane) == (Lane.CONFIDENTIAL, Lane.COMMS)


def test_what_stands_far_apart_is_not_one_description(rules: RuleSet) -> None:
    near = "The lady in bed 9 made me laugh. She is 81."
    far = f"The lady in bed 9 made me laugh. {'We talked of the weather. ' * 6}My car is 81 years old."
    assert (band(rules, near), band(rules, far)) == ("breach", "weak")


@pytest.mark.parametrize("author", ["staff", "public"])
def test_an_aside_silences_its_own_sentence_and_no_other(rules: RuleSet, author: str) -> None:
    stranger = "The lady in bed 9 on ward 31 has dementia"
    assert band(rules, f"Anyone for a swap on Friday? {stranger}.", author) == "breach"
    assert band(rules, f"Simulation: {stranger}.", author) == "none"


@pytest.mark.parametrize("author", ["staff", "public"])
def test_spans_are_the_features_in_the_raw_text(rules: RuleSet, author: str) -> None:
    text = "\u200bW\u00e0rd\u00a031 \u2013 the lady in \uff42\uff45\uff44\u00a09 has dement\u00adia"
    finding = found(rules, text, author)["IND-001"]
    assert {span.label: text[span.start : span.end] for span in finding.spans} == {
        "ward or unit": "W\u00e0rd\u00a031",
        "bed or side room": "\uff42\uff45\uff44\u00a09",
        "condition or event": "dement\u00adia",
    }


def test_a_feature_that_is_not_counted_is_not_marked_either(rules: RuleSet) -> None:
    finding = found(rules, "The lady in bed 9 on ward 31 today with sepsis")["IND-001"]
    assert "day or time" not in {span.label for span in finding.spans}
    assert "day or time" not in finding.reason


def test_an_own_story_marks_its_features(rules: RuleSet) -> None:
    text = "Still cross. My mum is in bed 9 on ward 31"
    spans = found(rules, text, "public")["OWN-001"].spans
    assert {text[span.start : span.end] for span in spans} == {"bed 9", "ward 31"}


@pytest.mark.parametrize(("author", "expected", "text"), BY_AUTHOR)
def test_the_reason_names_kinds_of_features_and_not_the_words(
    rules: RuleSet, author: str, expected: str, text: str
) -> None:
    shown = {feature.shown for feature in features().values()}
    for finding in found(rules, text, author).values():
        named = set(re.findall(r" x ([a-z ]+) \(1 in", finding.reason))
        assert named <= shown
        assert bool(named) == (finding.rule_id == "IND-001")
        assert finding.spans


def test_the_worked_example_reads_as_a_sum(rules: RuleSet) -> None:
    finding = found(rules, "The lady in bed 4 on ward 12 with dementia kept me up")["IND-001"]
    assert finding.reason == (
        "About 0.06 people fit: 1,000 in-patients x ward or unit (1 in 40) x bed or side room (1 in 28)"
        " x condition or event (1 in 15). It is an estimate for a person to judge."
    )


@given(
    st.sets(st.sampled_from(sorted(features())), min_size=1),
    st.builds(People, inpatients=st.integers(1, 5000), attendances=st.integers(1, 5000)),
    st.booleans(),
)
def test_the_sum_that_is_shown_gives_the_number_that_is_shown(
    names: set[str], people: People, several: bool
) -> None:
    estimate = Estimate.of(names, people, several=several)
    said = re.fullmatch(r"About ([\d.,]+) people fit: ([\d,]+) [a-z -]+(.*)", estimate.arithmetic)
    assert said is not None
    k, anchor = (float(said[group].replace(",", "")) for group in (1, 2))
    factors = [int(each.replace(",", "")) for each in re.findall(r"\(1 in ([\d,]+)\)", said[3])]
    assert estimate.k == pytest.approx(anchor / prod(factors))
    assert k == pytest.approx(estimate.k, rel=0.06)


@pytest.mark.parametrize(
    ("names", "people", "expected"),
    [
        ({"ward"}, People(), "weak"),
        ({"ward", "bed"}, People(), "breach"),
        ({"ward", "bed"}, People(inpatients=6000), "weak"),
        ({"age"}, People(catchment=300_000), "none"),
        ({"time"}, People(attendances=900), "weak"),
        ({"time"}, People(attendances=6000), "none"),
        ({"birth_date"}, People(), "breach"),
        (set(), People(), "none"),
    ],
)
def test_the_organisation_s_own_numbers_decide_the_band(
    names: set[str], people: People, expected: str
) -> None:
    assert Estimate.of(names, people).band == expected


def test_several_people_are_never_more_than_weak() -> None:
    assert Estimate.of({"ward", "bed", "condition"}, People(), several=True).band == "weak"
    assert Estimate.of({"condition"}, People(attendances=1), several=True).band == "weak"


def test_a_town_counts_only_where_the_organisation_lists_it(rules: RuleSet) -> None:
    listed = found(rules, "Looked after a 90 year old man from Oswinton today")["IND-001"]
    unlisted = found(rules, "Looked after a 90 year old man from Elsewhere today")["IND-001"]
    assert ("town or village" in listed.reason, "town or village" in unlisted.reason) == (True, False)


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('fraction: "1 in 28"', "fraction: 28", 'fraction: "1 in 28"', "must be a fraction"),
        ('fraction: "1 in 28"', 'fraction: "1 in 1"', 'fraction: "1 in 28"', "must be a fraction"),
        ("    shown: bay", "    weight: 3\n    shown: bay", "    shown: bay", "Extra inputs"),
        ("not_with: [ward, bed]", "not_with: [cot]", "features:", "'time' is not counted with 'cot'"),
        ("{number}", "{numbers}", "- '\\bward (?:no", "no list of words called 'numbers'"),
        ("'\\bside ?-?room [a-h]\\b'", "'(?=a)'", "'\\bside ?-?room [a-h]\\b'", "look-around"),
        ("{breach: 5,", "{breach: 50000,", "bands:", "`breach` must lie below `weak`"),
        ("  inpatients: in-patients\n", "", "anchors:", "no words for the anchor 'inpatients'"),
    ],
)
def test_a_fault_in_the_weights_is_refused_with_its_place(old: str, new: str, key: str, reason: str) -> None:
    line = CATALOGUE[: CATALOGUE.index(key)].count("\n") + 1
    with pytest.raises(RuleError, match=re.escape(reason)) as error:
        read(CATALOGUE.replace(old, new, 1), "crowd.yaml")
    assert str(error.value).startswith(f"crowd.yaml:{line}: ")


def test_the_weights_are_read_once() -> None:
    assert weights() is weights()


@given(st.text(max_size=300), st.booleans())
def test_any_text_at_all_is_read_and_spans_lie_within_it(text: str, by_staff: bool) -> None:
    text = f"the lady in bed 9 {text} ward 31 my mum, 91, has dementia {text}"
    for finding in both_rules().evaluate(staff(text) if by_staff else post(text)):
        assert all(0 <= span.start < span.end <= len(text) for span in finding.spans)
