"""Conduct rules: how well they do on labelled staff posts, family by family, and what frees a post."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

import pytest

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Finding, Lane, Severity
from rules import pack
from rules.engine import RuleSet
from rules.examples import ORGANISATION
from tests.rules.posts import post, staff

POLICIES = PolicySettings(packs=("CDD", "VOY", "SWL", "NT", "BOL"))
FAMILIES: Mapping[str, frozenset[str]] = {
    "bullying": frozenset({"bullying"}),
    "defamation": frozenset({"defamation"}),
    "disrepute": frozenset({"disrepute"}),
    "sexual content": frozenset({"sexual-content"}),
    "safeguarding": frozenset({"safeguarding", "incitement"}),
    "unlawful": frozenset({"unlawful"}),
    "grievance": frozenset({"grievance"}),
}
LINES = [
    json.loads(line)
    for line in (files("tests.rules") / "data" / "conduct.jsonl").read_text("utf-8").splitlines()
]


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return pack.load(ORGANISATION, POLICIES, RuleSettings(enabled=("GRV-001",)))


@pytest.fixture(scope="module")
def found(rules: RuleSet) -> list[set[str]]:
    """The categories found in each line."""
    return [{finding.category for finding in rules.evaluate(staff(line["text"]))} for line in LINES]


def findings(rules: RuleSet, text: str) -> dict[str, Finding]:
    return {finding.rule_id: finding for finding in rules.evaluate(staff(text))}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_found_and_little_else_is(found: list[set[str]], family: str) -> None:
    wanted = [not FAMILIES[family].isdisjoint(line["expect"]["categories"]) for line in LINES]
    given = [not FAMILIES[family].isdisjoint(categories) for categories in found]
    both = sum(want and give for want, give in zip(wanted, given, strict=True))
    assert sum(wanted) >= 12
    assert both >= 0.95 * sum(given)
    assert both >= 0.85 * sum(wanted)


def test_no_text_is_labelled_twice_and_half_of_them_are_harmless() -> None:
    assert len({line["text"] for line in LINES}) == len(LINES) >= 300
    assert sum(not line["expect"]["categories"] for line in LINES) >= 150


CONDUCT = {
    "BUL-001": "@jo_hca you are a useless lazy lump",
    "DEF-001": "Dr Hexham killed two patients",
    "DRG-001": "our matron is a complete muppet",
    "DRK-001": "Couple of pints before work never hurt anyone",
    "DRP-001": "WVFT is an absolute circus",
    "GRV-001": "My manager refused my annual leave again",
    "SEX-001": "someone send nudes",
    "SLF-001": "go and kill yourself @jo_hca",
    "UNL-001": "Selling patient data, dm me",
    "VIO-001": "I'm going to punch that manager",
}


@pytest.mark.parametrize(("rule", "text"), CONDUCT.items())
@pytest.mark.parametrize(
    "freed",
    [
        "We strike on Tuesday, join us on the picket line.",
        "Our union says the pay offer will not do.",
        "Staffing was unsafe again last night.",
        "I raised my concerns and filled in a Datix.",
    ],
)
def test_talk_of_unions_pay_and_safety_is_never_looked_at(
    rules: RuleSet, rule: str, text: str, freed: str
) -> None:
    assert rule in findings(rules, text)
    assert CONDUCT.keys().isdisjoint(findings(rules, f"{freed} {text}"))


@pytest.mark.parametrize(("rule", "text"), CONDUCT.items())
def test_what_others_said_is_not_the_authors(rules: RuleSet, rule: str, text: str) -> None:
    assert rule not in findings(rules, f'On the wall of the lift: "{text}"')


@pytest.mark.parametrize("text", CONDUCT.values())
def test_the_public_may_say_the_same(rules: RuleSet, text: str) -> None:
    assert CONDUCT.keys().isdisjoint(finding.rule_id for finding in rules.evaluate(post(text)))


@pytest.mark.parametrize(("rule", "text"), CONDUCT.items())
def test_a_finding_says_why_without_the_words_and_what_speaks_for_the_author(
    rules: RuleSet, rule: str, text: str
) -> None:
    found = findings(rules, text)[rule]
    assert "seems to" in found.reason or "cue of" in found.reason
    assert text not in found.reason
    assert "CDD-2-FE" in found.counter_clauses
    assert all(0 <= span.start < span.end <= len(text) for span in found.spans)


def test_a_threat_keeps_its_severity_since_free_opinion_is_no_ground_to_wait(rules: RuleSet) -> None:
    assert findings(rules, CONDUCT["VIO-001"])["VIO-001"].severity is Severity.HIGH
    assert findings(rules, CONDUCT["SLF-001"])["SLF-001"].severity is Severity.HIGH
    assert findings(rules, CONDUCT["DRG-001"])["DRG-001"].severity is Severity.MEDIUM


def test_threats_and_self_harm_are_found_under_the_default_policy_alone() -> None:
    default = pack.load(ORGANISATION, PolicySettings(), RuleSettings())
    for rule in ("VIO-001", "SLF-001", "BUL-001", "DEF-001", "DRP-001", "SEX-001"):
        assert rule in findings(default, CONDUCT[rule])


def test_a_grievance_is_looked_for_only_where_it_is_switched_on() -> None:
    rules = pack.load(ORGANISATION, POLICIES, RuleSettings())
    assert "GRV-001" not in findings(rules, CONDUCT["GRV-001"])


def test_contempt_for_another_body_is_not_ours(rules: RuleSet) -> None:
    assert "DRP-001" in findings(rules, "I wouldn't send my dog to St Oswin's")
    assert "DRP-001" not in findings(rules, "I wouldn't send my dog to Croydon General")


@pytest.mark.parametrize("text", ["I want to kill myself", "nobody would miss me", "I feel useless"])
def test_a_persons_own_distress_is_no_matter_of_conduct(rules: RuleSet, text: str) -> None:
    assert Lane.CONDUCT not in {finding.lane for finding in findings(rules, text).values()}


@pytest.mark.parametrize("unit", [*CONDUCT.values(), "not a useless nurse, you ", "i said you useless "])
def test_a_megabyte_of_one_remark_is_one_finding_a_rule(rules: RuleSet, unit: str) -> None:
    text = (f"{unit} " * (1_000_000 // len(unit)))[:1_000_000]
    found = rules.evaluate(staff(text))
    assert len({finding.rule_id for finding in found}) == len(found)
    assert all(span.end <= len(text) for finding in found for span in finding.spans)
