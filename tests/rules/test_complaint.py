"""Possible complaints about one's own data: candidates to confirm, told from other complaints."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from monitor.clocks import COMPLAINTS
from monitor.config import PolicySettings, RuleSettings
from monitor.types import Finding, Lane
from rules import pack
from rules.engine import RuleSet
from rules.examples import ORGANISATION
from tests.rules.posts import post

ROWS = (files("tests.rules") / "data" / "complaint.jsonl").read_text("utf-8").splitlines()
CASES = [(row["text"], bool(row["expect"]["categories"])) for row in map(json.loads, ROWS)]


def rules(*policies: str) -> RuleSet:
    return pack.load(ORGANISATION, PolicySettings(packs=policies or ("CDD",)), RuleSettings())


def complaint(in_force: RuleSet, text: str) -> list[Finding]:
    return [found for found in in_force.evaluate(post(text)) if found.category in COMPLAINTS]


def test_hardly_anything_else_is_taken_for_a_complaint_and_most_complaints_are_found() -> None:
    in_force = rules()
    found = {text for text, _ in CASES if complaint(in_force, text)}
    meant = {text for text, is_one in CASES if is_one}
    assert len(found - meant) <= 1, found - meant
    assert len(found & meant) >= 0.85 * len(meant), meant - found


def test_a_candidate_is_confidential_goes_to_the_data_protection_officer_and_is_worded_as_possible() -> None:
    [finding] = complaint(rules(), "Sent a subject access request in May, still no reply from WVFT")
    assert finding.lane is Lane.CONFIDENTIAL
    assert finding.route == ("information",)
    assert finding.title == "Possible data-protection complaint"
    assert "a person confirms" in finding.reason


@pytest.mark.parametrize("policy", ["CDD", "VOY", "SWL", "NT", "BOL"])
def test_every_policy_has_words_on_how_such_a_complaint_is_handled(policy: str) -> None:
    [finding] = complaint(rules(policy), "WVFT breached my confidentiality")
    assert finding.clauses
    assert all(clause.startswith(policy) for clause in finding.clauses)
