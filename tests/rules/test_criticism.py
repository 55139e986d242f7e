"""The public's complaints, praise, anger and stories: mentions to answer or learn from, never breaches."""

from __future__ import annotations

from importlib.resources import files

import pytest

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Lane
from rules import pack
from rules.engine import RuleSet
from rules.examples import ORGANISATION
from tests.rules.posts import post

POSTS = (files("tests.rules") / "data" / "public_posts.txt").read_text("utf-8").splitlines()
EVERY = ("CDD", "VOY", "SWL", "NT", "BOL")

# Lines that a rule on identifiers takes for more than a complaint, each known and accepted; by rule.
CONFIDENTIAL: dict[str, set[str]] = {
    "DPC-001": {  # a complaint of one's own data is one however it is made: a person confirms
        "I've asked for my records under the Data Protection Act and heard nothing",
        "My notes were left on a chair in the corridor for anyone to read",
    },
    "IND-001": {"Does anyone know if ward 9 lets you bring a dog in to see a patient?"},
}


def rules(*policies: str) -> RuleSet:
    return pack.load(ORGANISATION, PolicySettings(packs=policies), RuleSettings(enabled=("GRV-001",)))


def test_there_are_three_hundred_and_fifty_posts_and_each_is_its_own() -> None:
    assert len(POSTS) == len(set(POSTS)) >= 350


@pytest.mark.parametrize("policies", [("CDD",), EVERY], ids=["the default policy", "all five"])
def test_no_post_of_the_public_is_a_matter_of_conduct(policies: tuple[str, ...]) -> None:
    in_force = rules(*policies)
    lanes = {finding.lane for text in POSTS for finding in in_force.evaluate(post(text))}
    assert Lane.CONDUCT not in lanes


def test_hardly_a_complaint_is_taken_for_a_breach_of_confidence() -> None:
    in_force = rules(*EVERY)
    alarms: dict[str, set[str]] = {}
    for text in POSTS:
        for finding in in_force.evaluate(post(text)):
            if finding.lane is Lane.CONFIDENTIAL:
                alarms.setdefault(finding.rule_id, set()).add(text)
    assert alarms == CONFIDENTIAL
    assert sum(map(len, alarms.values())) <= 4
