"""The loader: what it takes, what it refuses, and that it says where and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from monitor.config import PolicySettings, RuleSettings
from monitor.errors import RuleError
from monitor.types import Kind
from rules import pack
from rules.examples import ORGANISATION
from rules.yamlfile import parse
from tests.rules.posts import post

SHIPPED = len([file for file in (files("rules") / "packs").iterdir() if file.name.endswith(".yaml")])
RUNNING = pack.load(ORGANISATION, PolicySettings(), RuleSettings()).running

RULE = """\
id: BED-001
title: Bed and ward
status: stable
category: patient-identifier
lane: confidential
severity: high
clauses: [CDD-4.4.1-1]
subjects: [public_mention]
owner: patient_confidentiality
route: {to: [patient_confidentiality], digest: immediate, redact: true}
match:
  all:
    - any: ['\\bbed ?\\d{1,2}\\b']
    - '\\bward ?\\d{1,2}\\b'
  near:
    - {a: '\\b(?:lady|patient)\\b', b: '\\bbed ?\\d\\b', words: 4}
unless:
  - '\\bvacanc\\w*\\b'
  - {pattern: '\\bbroken\\b', words: 3}
downgrade:
  - {when: '\\bmy mum\\b', to: info, reason: a relative tells it}
false_positives: [Estates]
tests:
  match:
    - The lady in bed 4 on ward 12
    - "The patient in bed 4 on ward 2 rang and later my own car turned out to be broken"
  no_match:
    - Patient bed 6 on ward 9 is broken
    - "bed 4, ward 2"
    - "vacancy: lady in bed 4 ward 2"
  downgrade:
    - My mum is the lady in bed 4 on ward 12
"""


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., RuleSettings]:
    def write(text: str = RULE, name: str = "BED-001.yaml") -> RuleSettings:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return RuleSettings(folder=tmp_path)

    return write


def refusal(settings: RuleSettings) -> str:
    with pytest.raises(RuleError) as refused:
        pack.load(ORGANISATION, PolicySettings(), settings)
    return str(refused.value)


def test_a_rule_of_the_organisation_joins_the_shipped_ones(site: Callable[..., RuleSettings]) -> None:
    rules = pack.load(ORGANISATION, PolicySettings(), site())
    findings = rules.evaluate(post("The lady in bed 4 on ward 12"))
    (found,) = (finding for finding in findings if finding.rule_id == "BED-001")
    assert found.rule_id == "BED-001"
    assert len(rules.rules) == SHIPPED + 1


def test_a_rule_of_the_organisation_replaces_the_shipped_one_of_its_id(
    site: Callable[..., RuleSettings],
) -> None:
    shipped = (files("rules") / "packs" / "CNF-001.yaml").read_text(encoding="utf-8")
    settings = site(shipped.replace("status: stable", "status: retired"), "CNF-001.yaml")
    rules = pack.load(ORGANISATION, PolicySettings(), settings)
    assert rules.evaluate(post("marked OFFICIAL-SENSITIVE")) == []
    assert len(rules.rules) == SHIPPED


FAULTS = {
    "unknown key": ("severity: high", "severty: high", 6, "unknown key 'severty': did you mean 'severity'?"),
    "missing key": ("title: Bed and ward\n", "", 1, "the key 'title' is missing"),
    "no match examples": (
        RULE[RULE.index("  match:\n    - The") : RULE.index("  no_match:")],
        "  match: []\n",
        24,
        "at least 1 item",
    ),
    "no tests": (RULE[RULE.index("tests:") :], "", 1, "the key 'tests' is missing"),
    "an example that should match": ('bed 4 on ward 12\n    - "', 'bed on ward\n    - "', 25, "is not met"),
    "an example that should not": ("ward 9 is broken", "ward 9 is fine", 28, "is met, at severity high"),
    "a downgrade that is none": ("- My mum is the", "- The", 32, "keeps its severity"),
    "look-ahead": ("'\\bward ?\\d{1,2}\\b'", "'ward(?= 4)'", 14, "look-around"),
    "look-behind": ("'\\bward ?\\d{1,2}\\b'", "'(?<!x)ward'", 14, "look-around"),
    "back-reference": ("'\\bward ?\\d{1,2}\\b'", "'(a)\\1'", 14, "back-reference"),
    "a repeat above 1,000": ("'\\bward ?\\d{1,2}\\b'", "'a{1001}'", 14, "repeat above 1,000"),
    "broken pattern": ("'\\bward ?\\d{1,2}\\b'", "'a(b'", 14, "not a pattern that RE2 takes"),
    "matches the empty text": ("'\\bvacanc\\w*\\b'", "'x?'", 18, "matches the empty text"),
    "an accent in a pattern": ("'\\bvacanc\\w*\\b'", "'caf\u00e9'", 18, "U+00E9 never occurs"),
    "no-break space in a pattern": ("'\\bvacanc\\w*\\b'", "'a\u00a0b'", 18, "U+00A0 never occurs"),
    "neither match nor detector": (
        RULE[RULE.index("match:\n") : RULE.index("unless")],
        "",
        1,
        "`match` or `detector`",
    ),
    "empty match": (RULE[RULE.index("match:\n") : RULE.index("unless")], "match: {}\n", 11, "needs `any`"),
    "unknown category": ("category: patient-identifier", "category: gossip", 4, "unknown category 'gossip'"),
    "unknown clause": ("[CDD-4.4.1-1]", "[CDD-4.4.1-1, CDD-9.9]", 7, "unknown clause 'CDD-9.9'"),
    "no clause": ("[CDD-4.4.1-1]", "[]", 7, "at least 1 item"),
    "a clause nobody monitors": ("[CDD-4.4.1-1]", "[CDD-4.4.9-1]", 7, "not monitored"),
    "a clause of another group": ("[CDD-4.4.1-1]", "[CDD-4.3-1]", 7, "another category group"),
    "a counter-clause that protects nobody": (
        "subjects:",
        "counter_clauses: [CDD-4.3-1]\nsubjects:",
        8,
        "protects nobody",
    ),
    "unknown routing key": ("to: [patient_confidentiality]", "to: [Jo Bell]", 10, "unknown routing key"),
    "conduct for the public": ("lane: confidential", "lane: conduct", 8, "authorised staff accounts only"),
    "protected beyond the guardian": (
        "lane: confidential",
        "lane: protected",
        10,
        "is outside the protected lane, which is for concerns",
    ),
    "concerns outside its lane": (
        "to: [patient_confidentiality]",
        "to: [concerns]",
        10,
        "`concerns` is outside the confidential lane",
    ),
    "a route outside its lane": (
        "to: [patient_confidentiality]",
        "to: [information, hr]",
        10,
        "`hr` is outside the confidential lane",
    ),
    "an owner outside the lane": (
        "owner: patient_confidentiality",
        "owner: conduct",
        9,
        "`conduct` is outside the confidential lane",
    ),
    "a route to whom people hand cases": (
        "to: [patient_confidentiality]",
        "to: [line_management]",
        10,
        "people hand cases to `line_management`",
    ),
    "a lane that silences itself": (
        "owner:",
        "silences: [confidential]\nowner:",
        9,
        "neither its own lane",
    ),
    "a rule that silences the protected lane": (
        "owner:",
        "silences: [protected]\nowner:",
        9,
        "nor the protected one",
    ),
    "confidential without masks": ("redact: true", "redact: false", 10, "`redact` must be true"),
    "no false positives": ("[Estates]", "[]", 22, "at least 1 item"),
    "unknown detector": (
        "false_positives",
        "detector: psychic\nfalse_positives",
        22,
        "unknown detector 'psychic'",
    ),
    "unknown option": (
        "false_positives",
        "detector: nhs_number\noptions: {regoin: england}\nfalse_positives",
        23,
        "option 'regoin'",
    ),
    "unknown level": (
        "false_positives",
        "detector: nhs_number\nlevels: {enormous: low}\nfalse_positives",
        23,
        "no level 'enormous'",
    ),
    "a downgrade that raises": ("to: info", "to: critical", 21, "never raises"),
    "a number where words belong": ("title: Bed and ward", "title: 4", 2, "valid string"),
    "an unquoted example": ('"bed 4, ward 2"', "bed 4: ward 2", 29, "unknown key 'bed 4'"),
    "a key twice": ("severity: high", "severity: high\nseverity: low", 7, "used twice"),
    "an alias": ("[Estates]", "[&a Estates, *a]", 22, "aliases are not used"),
    "broken YAML": ("title: Bed and ward", "title: [", 4, "not YAML"),
    "a list": (RULE, "- a\n", 1, "table of keys"),
    "an empty file": (RULE, "", 1, "table of keys"),
    "a wrong id": ("id: BED-001", "id: BED-002", 1, "not the name of the file"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_with_file_line_and_reason(
    fault: str, site: Callable[..., RuleSettings], tmp_path: Path
) -> None:
    old, new, line, reason = FAULTS[fault]
    assert old in RULE
    said = refusal(site(RULE.replace(old, new, 1)))
    assert said.startswith(f"{tmp_path}/BED-001.yaml:{line}: "), said
    assert reason in said
    assert "\n" not in said


def test_one_refused_file_does_not_stop_the_others_from_being_checked(
    site: Callable[..., RuleSettings],
) -> None:
    checked = pack.check(PolicySettings(), site(RULE.replace("[Estates]", "[]")))
    assert len(checked.rules) == SHIPPED
    assert len(checked.errors) == 1


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(RuleSettings(folder=tmp_path / "gone"))


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "BED-001.yaml").write_bytes(b"\xff\xfe\x00")
    assert re.search(r"BED-001\.yaml:1: cannot be read", refusal(RuleSettings(folder=tmp_path)))


def test_a_draft_is_checked_and_does_not_run(site: Callable[..., RuleSettings]) -> None:
    rules = pack.load(ORGANISATION, PolicySettings(), site(RULE.replace("status: stable", "status: draft")))
    findings = rules.evaluate(post("The lady in bed 4 on ward 12"))
    assert "BED-001" not in {finding.rule_id for finding in findings}
    assert rules.running == RUNNING


def test_the_default_policy_pack_has_all_its_clauses_and_says_that_its_review_is_overdue() -> None:
    rules = pack.load(ORGANISATION, PolicySettings(), RuleSettings(), today=date(2026, 11, 21))
    assert len(rules.clauses) == 46
    assert rules.clauses["CDD-4.4.7-3"].overdue_since == "2021-09"
    assert rules.clauses["CDD-2-FE"].protects
    assert rules.policies[0].overdue
    before = pack.load(ORGANISATION, PolicySettings(), RuleSettings(), today=date(2021, 9, 1))
    assert before.clauses["CDD-4.4.7-3"].overdue_since is None


def test_a_policy_pack_that_is_not_there_is_refused() -> None:
    with pytest.raises(RuleError, match=r"'NOPE' is not installed; known: .*CDD"):
        pack.load(ORGANISATION, PolicySettings(packs=("NOPE",)), RuleSettings())


def test_a_pack_holds_no_long_sentence_and_no_line_of_a_document() -> None:
    folder = files("rules") / "policies"
    for name in (entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml")):
        value = parse((folder / name).read_text(encoding="utf-8"), name).value
        for clause in value["clauses"]:
            assert len(clause["paraphrase"].split()) <= 15
            assert not {"quote", "file", "lines"} & clause.keys()


PACK = """\
key: XYZ
body: Example body
succeeded_by: null
title: Social media policy
reference: null
version: "1"
effective: null
review_due: null
owner_role: comms
roles: {comms: Press office}
clauses:
  - {id: XYZ-1, section: "1", paraphrase: Be kind., category: bullying, observability: H, roles: [comms]}
"""


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("id: XYZ-1", "id: ABC-1", "does not begin with XYZ-"),
        ("roles: [comms]}", "roles: [hr]}", "which `roles` lacks"),
        ("category: bullying", "category: gossip", "unknown category"),
        ("Be kind.", "one two three four five six seven eight nine ten a b c d e f", "at most 15 words"),
        ("key: XYZ", "kye: XYZ", "did you mean 'key'?"),
        ("category: bullying", "category: whistleblowing", "`comms` is outside the protected lane"),
        (
            "clauses:\n",
            'clauses:\n  - {id: XYZ-1, section: "2", paraphrase: B., category: kpi, observability: R}\n',
            "twice",
        ),
    ],
)
def test_a_policy_pack_is_refused_with_its_reason(tmp_path: Path, old: str, new: str, reason: str) -> None:
    (tmp_path / "xyz.yaml").write_text(PACK.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError, match=re.escape(f"{tmp_path}/xyz.yaml:")) as refused:
        pack.load(ORGANISATION, PolicySettings(folder=tmp_path), RuleSettings())
    assert reason in str(refused.value)


def test_two_packs_of_one_key_are_refused(tmp_path: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(PACK, encoding="utf-8")
    with pytest.raises(RuleError, match=r"two\.yaml:1: the key 'XYZ' is that of .*one\.yaml"):
        pack.load(ORGANISATION, PolicySettings(folder=tmp_path), RuleSettings())


def test_packs_stack_and_a_rule_cites_those_in_force(
    tmp_path: Path, site: Callable[..., RuleSettings]
) -> None:
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "xyz.yaml").write_text(PACK, encoding="utf-8")
    only = pack.load(ORGANISATION, PolicySettings(packs=("XYZ",), folder=packs), RuleSettings())
    assert only.running == 0
    assert {rule.runs for rule in only.rules} == {False}
    both = pack.load(ORGANISATION, PolicySettings(packs=("CDD", "XYZ"), folder=packs), RuleSettings())
    assert both.running == RUNNING
    assert len(both.clauses) == 47


def test_an_example_may_be_an_account(site: Callable[..., RuleSettings]) -> None:
    text = RULE.replace('    - "bed 4, ward 2"', "    - {kind: profile, bio: bed 4 ward 2}")
    rules = pack.load(ORGANISATION, PolicySettings(), site(text))
    profile = post("", kind=Kind.PROFILE, bio="The lady in bed 4 on ward 12")
    assert rules.evaluate(profile)[0].spans[0].where == "bio"
