"""The shipped packs, and that nothing in them is left without an answer."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.config import PolicySettings, RuleSettings
from rules import coverage, pack
from rules.categories import GROUP
from rules.coverage import Answer

TODAY = date(2026, 11, 22)
SIZES = {"VOY": 35, "SWL": 46, "NT": 28, "CDD": 46, "BOL": 38}
CHECKED = pack.check(PolicySettings(packs=tuple(SIZES)), RuleSettings(), today=TODAY)


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    return {each.clause.id: each for each in coverage.answers(CHECKED.policies.active, CHECKED.rules)}


def test_five_packs_hold_every_clause() -> None:
    assert {policy.key: len(policy.clauses) for policy in CHECKED.policies.installed} == SIZES
    assert len(CHECKED.policies.clauses) == sum(SIZES.values()) == 193
    assert {clause.category for clause in CHECKED.policies.known.values()} == set(GROUP)


def test_every_paraphrase_is_short_and_says_something_of_its_own() -> None:
    paraphrases = [clause.paraphrase for clause in CHECKED.policies.known.values()]
    assert len(set(paraphrases)) == 193
    assert max(len(text.split()) for text in paraphrases) <= 15


def test_every_clause_can_be_found_again_in_the_document_that_holds_it() -> None:
    assert all(clause.locator for clause in CHECKED.policies.known.values())


def test_every_clause_has_an_answer_and_its_class_fits_it(answers: dict[str, Answer]) -> None:
    fitting = {
        "P": {"by a rule", "done today", "planned"},
        "H": {"by a rule", "planned", "by a person"},
        "R": {"done today", "planned"},
        "N": {"never monitored"},
    }
    assert len(answers) == 193
    for answer in answers.values():
        assert answer.status in fitting[answer.clause.observability], answer.clause.id
        assert answer.what, answer.clause.id
        assert answer.lane or answer.clause.observability in "RN", answer.clause.id
        assert answer.told or answer.clause.observability == "N", answer.clause.id


def test_what_no_rule_answers_for_yet_is_named_here(answers: dict[str, Answer]) -> None:
    without = {
        a.clause.id: a.status for a in answers.values() if a.clause.observability in "PH" and not a.rules
    }
    assert "planned" not in without.values()
    assert {key for key, status in without.items() if status == "by a person"} == {"SWL-5-3", "SWL-5.2-1"}
    assert len(without) == 3


def test_every_policy_has_rules_that_run_under_it_alone() -> None:
    running = {
        key: sum(rule.runs for rule in pack.check(PolicySettings(packs=(key,)), RuleSettings()).rules)
        for key in SIZES
    }
    assert min(running.values()) >= 15, running


def test_which_rules_answer_for_a_clause_is_read_off_the_rule_files(answers: dict[str, Answer]) -> None:
    cited = {clause for rule in CHECKED.rules for clause in rule.file.clauses}
    assert cited == {answer.clause.id for answer in answers.values() if answer.rules}
    assert answers["CDD-4.4.7-3"].rules == ("WIK-001",)
    without = coverage.answers(CHECKED.policies.active, ())
    missing = {
        each.status for each in without if each.clause.id in cited and each.clause.observability != "R"
    }
    assert missing == {"no rule yet"}


def test_what_speaks_for_the_author_stands_beside_every_clause_on_conduct(answers: dict[str, Answer]) -> None:
    assert answers["BOL-6.2-4"].protecting == ("BOL-1.1-OK",)
    assert answers["CDD-4.4.1-2"].protecting == ("CDD-2-FE", "CDD-4.4.6")
    assert answers["CDD-4.4.7-3"].protecting == ()


def test_whistleblowing_is_told_to_the_guardian_and_to_nobody_else(answers: dict[str, Answer]) -> None:
    sealed = [answer for answer in answers.values() if answer.lane == "protected"]
    assert {answer.clause.id for answer in sealed} == {"VOY-AC-6", "NT-3.4-6", "CDD-4.4.1-6", "BOL-7.5"}
    assert {answer.told for answer in sealed} == {("concerns",)}


def test_the_bodies_that_were_replaced_name_their_successors() -> None:
    successors = {policy.key: policy.succeeded_by for policy in CHECKED.policies.installed}
    assert successors.pop("CDD") is None
    assert all(name and name.endswith("Integrated Care Board") for name in successors.values())


def test_where_policies_differ_the_stricter_one_applies_and_both_are_shown() -> None:
    modes = {mode.name: mode for mode in CHECKED.policies.modes()}
    assert modes["logo"].applies == "forbidden"
    assert modes["logo"].said == {"CDD": "forbidden", "BOL": "with-permission"}
    assert modes["disclaimer"].applies == "views+shares"
    assert modes["disclaimer_required_when"].applies == "always"


def test_one_breach_of_two_policies_in_force_cites_both() -> None:
    rules = pack.check(PolicySettings(packs=("CDD", "BOL")), RuleSettings()).rules
    derogatory = next(rule for rule in rules if rule.id == "DRG-001")
    assert derogatory.clauses == ("CDD-4.4.3-1", "BOL-6.2-4")
    assert "BOL-1.1-OK" in derogatory.counter_clauses
