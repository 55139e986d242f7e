"""Remarks about protected groups: what is hostile in the author's own words, and all that is not.

The lines in data/discrimination.jsonl are ours, in the voice of NHS staff; slurs only where a case is
about one.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.config import PolicySettings, RuleSettings
from rules import pack
from rules.detectors.discrimination import REVIEW, remarks
from rules.engine import RuleSet
from rules.examples import ORGANISATION
from rules.hostility.characteristics import WHOM, characteristic
from rules.hostility.mending import mend
from rules.text.fold import fold
from tests.rules.posts import post, staff

LINES = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "discrimination.jsonl").read_text("utf-8").splitlines()
]
HOSTILE = [line for line in LINES if line["hostile"]]
HARMLESS = [line["text"] for line in LINES if not line["hostile"]]


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    loaded = pack.check(PolicySettings(), RuleSettings()).rules
    return RuleSet([rule for rule in loaded if rule.id in ("DIS-001", "INC-001")], ORGANISATION)


@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: line["text"][:40])
def test_a_hostile_remark_is_found_and_says_about_whom(line: dict[str, str], rules: RuleSet) -> None:
    found = rules.evaluate(staff(line["text"]))
    assert found
    assert WHOM[line["about"]] in " ".join(finding.reason for finding in found)


@pytest.mark.parametrize("text", HARMLESS, ids=lambda text: text[:40])
def test_a_post_that_means_no_harm_raises_nothing(text: str, rules: RuleSet) -> None:
    assert rules.evaluate(staff(text)) == []


def test_the_lines_cover_every_characteristic_that_can_be_a_target() -> None:
    assert {line["about"] for line in HOSTILE} == set(WHOM)


def test_the_public_is_never_judged(rules: RuleSet) -> None:
    assert not any(rules.evaluate(post(line["text"])) for line in HOSTILE)


def test_a_reason_and_a_finding_hold_none_of_the_words(rules: RuleSet) -> None:
    (finding,) = rules.evaluate(staff("Honestly, foreigners are vermin."))
    assert finding.reason == (
        "A hostile or demeaning remark about people of a race, nationality or origin, in the author's own"
        " words."
    )
    assert "vermin" not in repr(finding)


def test_a_call_for_violence_is_the_graver_rule(rules: RuleSet) -> None:
    (finding,) = rules.evaluate(staff("Somebody should shoot these refugees"))
    assert (finding.rule_id, finding.severity.value) == ("INC-001", "high")


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("muslims are scum", 0.7),
        ("muslims are scum and they should be deported", 0.8),
        ("we should just kill these muslims", 0.8),
        ("muslims should not be allowed to vote", 0.6),
        ('he wrote "muslims are scum" on the wall', 0.28),
        ("stop saying that muslims are scum", 0.28),
        ("muslims are scum says a character in that film", 0.35),
    ],
)
def test_a_score_adds_up_and_gates_take_away(text: str, score: float) -> None:
    assert max(remark.score for remark in remarks(text)) == score


@pytest.mark.parametrize(
    "text",
    [
        "Immigrants came in again today. They are vermin.",
        "I have met many immigrants and they are all vermin.",
        "They are vermin. Immigrants, I mean.",
    ],
)
def test_they_are_the_group_of_the_sentence_beside(text: str) -> None:
    assert remarks(fold(text).text)[0].score >= REVIEW


@pytest.mark.parametrize(
    "text",
    [
        "Travellers again. Vermin.",
        "Bulgarians? Thieves, every one.",
        "Muslims on the ward again. Makes me sick.",
    ],
)
def test_a_hostile_fragment_is_read_on_with_the_group_before_it(text: str, rules: RuleSet) -> None:
    (finding,) = rules.evaluate(staff(text))
    (span,) = finding.spans
    assert span.start == 0
    assert span.end > text.index(" ")


@pytest.mark.parametrize(
    "text",
    ["A Traveller was robbed outside. Scum.", "The police spoke to two Travellers. Idiots.", "Vermin."],
)
def test_a_fragment_after_anything_else_is_nobody_certain(text: str, rules: RuleSet) -> None:
    assert rules.evaluate(staff(text)) == []


def test_a_hard_word_in_one_breath_with_a_group_is_worth_a_look_and_no_more(rules: RuleSet) -> None:
    (finding,) = rules.evaluate(staff("Somebody let the Muslims into this street and now it is full of scum"))
    assert (finding.rule_id, finding.severity.value) == ("DIS-001", "low")


@pytest.mark.parametrize("text", ["Hitler should have finished the job.", "Barefoot and pregnant, I say."])
def test_a_slogan_needs_no_group_beside_it(text: str, rules: RuleSet) -> None:
    assert rules.evaluate(staff(text))
    assert rules.evaluate(staff(f"Shame on whoever wrote this: {text}")) == []


@pytest.mark.parametrize(
    "text",
    ["The racists shouted at an immigrant. They are vermin.", "He hit a Muslim nurse. They are vermin."],
)
def test_they_are_nobody_certain_where_others_are_named(text: str) -> None:
    assert all(remark.score < REVIEW for remark in remarks(fold(text).text))


@pytest.mark.parametrize("spelt", ["v e r m i n", "v3rm1n", "vemrin", "verin", "v.e.r.m.i.n"], ids=str)
def test_a_misspelling_that_hides_is_read(spelt: str, rules: RuleSet) -> None:
    text = f"Immigrants are {spelt.replace('verin', 'parsites')} I tell you"
    (finding,) = rules.evaluate(staff(text))
    (span,) = finding.spans
    assert text[span.start : span.end].startswith("Immigrants are ")


@pytest.mark.parametrize(
    "text",
    [
        "bed 4, ward 12b, hba1c 48",
        "h1n1 and covid19 clinic, b12 at 3pm",
        "a b c of asthma care",
        "back in 5 mins",
    ],
)
def test_numbers_and_letters_are_left_alone(text: str) -> None:
    assert mend(text) is None


def test_a_mended_text_knows_the_way_back() -> None:
    text = "well, s c u m and v3rmin."
    mended = mend(text)
    assert mended is not None
    assert mended.text == "well, scum and vermin."
    at = mended.text.index("vermin")
    assert text[slice(*mended.place(at, at + 6))] == "v3rmin"
    assert text[slice(*mended.place(6, 10))] == "s c u m"
    assert text[slice(*mended.place(0, 4))] == "well"


@pytest.mark.parametrize(
    ("text", "name"),
    [("older patients", "age"), ("deaf and muslim staff", "disability"), ("a pay rise", None)],
)
def test_the_characteristic_named_first_is_the_one(text: str, name: str | None) -> None:
    assert characteristic(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "they are not " * 800,
        "hate women " * 900,
        "women hate. they " * 600,
        "h a t e " * 1200,
        '"women" are ' * 800,
        "\u202ewomen\x00 are \U0001f600 scum " * 400,
        "." * 10_000,
        "",
    ],
    ids=lambda text: text[:14],
)
def test_hostile_text_of_any_shape_is_read_to_its_end(text: str, rules: RuleSet) -> None:
    raw = staff(text)
    for finding in rules.evaluate(raw):
        assert all(0 <= span.start < span.end <= len(text) for span in finding.spans)
