"""The policies' process as data: which steps a case is asked, and what counts as an answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor.clocks import COMPLAINTS
from monitor.config import PolicySettings
from monitor.errors import CaseRefused, RuleError
from monitor.store.casework.casefiles import BREACH, CONFIRMED
from monitor.types import Lane
from rules import pack
from rules.files import read
from rules.process import Process, ProcessFile, steps

PROCESS = Process(steps(), frozenset({"BOL-7.2"}))
COMPLAINT = next(iter(COMPLAINTS))
DAY = date(2027, 1, 31)


def asked(lane: Lane, category: str = "bullying", **answers: str) -> list[str]:
    return [step.id for step in PROCESS.asked(lane, category, answers)]


def test_every_step_comes_from_clauses_that_there_are() -> None:
    known = pack.read_policies(PolicySettings()).known
    for step in PROCESS.steps:
        conditional = [answer.clause for answer in step.answers.values() if answer.clause]
        assert known.keys() >= {*step.clauses, *conditional}, step.id


def test_the_steps_that_clocks_and_outcomes_are_read_from_are_there() -> None:
    assert CONFIRMED in PROCESS.step(BREACH).answers
    assert "is-none" in PROCESS.step("complaint").answers
    assert "informally" in PROCESS.step("line_manager").answers
    for name in ("regulator", "complaint_acknowledged", "decision", "policy_review"):
        assert PROCESS.step(name).asks.endswith("?")


@pytest.mark.parametrize(
    ("lane", "answers", "expected"),
    [
        (Lane.COMMS, {}, ["decision"]),
        (Lane.COMMS, {"decision": "no-action"}, ["decision"]),
        (Lane.COMMS, {"decision": "not-ours"}, ["decision", "platform_report"]),
        (
            Lane.COMMS,
            {"decision": "both"},
            ["decision", "acknowledgement", "platform_report", "policy_review"],
        ),
        (Lane.CONFIDENTIAL, {"breach": "unclear"}, ["breach", "decision"]),
        (Lane.CONFIDENTIAL, {"breach": "confirmed"}, ["breach", "regulator", "decision", "policy_review"]),
        (Lane.CONDUCT, {"judgement": "in-line"}, ["judgement", "decision"]),
        (
            Lane.CONDUCT,
            {"judgement": "unclear"},
            ["judgement", "decision", "line_manager", "professional_body"],
        ),
        (Lane.PROTECTED, {"decision": "deleted"}, []),
    ],
)
def test_a_step_is_asked_in_its_lanes_and_after_what_it_depends_on(
    lane: Lane, answers: dict[str, str], expected: list[str]
) -> None:
    assert asked(lane, **answers) == expected


def test_a_possible_complaint_is_asked_whether_it_is_one_and_when_it_was_acknowledged() -> None:
    assert asked(Lane.CONFIDENTIAL, COMPLAINT)[:2] == ["breach", "complaint"]
    assert "complaint_acknowledged" in asked(Lane.CONFIDENTIAL, COMPLAINT, complaint="is-one")
    assert "complaint_acknowledged" not in asked(Lane.CONFIDENTIAL, COMPLAINT, complaint="is-none")


def test_an_answer_to_what_is_not_asked_any_more_counts_for_nothing() -> None:
    given = {"judgement": "in-line", "line_manager": "formally", "decision": "no-action"}
    assert PROCESS.unanswered(Lane.CONDUCT, "bullying", given) == ()


def test_unclear_yet_leaves_the_question_of_a_breach_open() -> None:
    given = {"breach": "unclear", "decision": "no-action"}
    assert [s.id for s in PROCESS.unanswered(Lane.CONFIDENTIAL, "x", given)] == ["breach"]


def test_informally_is_offered_only_where_a_policy_in_force_asks_for_it() -> None:
    step = PROCESS.step("line_manager")
    assert "informally" in step.offered({"BOL-7.2"})
    assert "informally" not in step.offered({"CDD-3.8"})
    with pytest.raises(CaseRefused, match="cannot be 'informally'"):
        Process(steps()).check(step, "informally", "", None)


@pytest.mark.parametrize(
    ("step", "answer", "note", "day", "hint"),
    [
        ("decision", "guilty", "", None, "cannot be 'guilty'; it can be: corrected"),
        ("decision", "deleted", "why not", None, "takes no note"),
        ("decision", "deleted", "", DAY, "takes no day"),
        ("regulator", "told", "", None, "needs a reference: --note"),
        ("regulator", "told", "x" * 81, None, "at most 80 characters"),
        ("professional_body", "not-referred", " ", None, "needs a reason: --note"),
        ("policy_review", "needed", "", None, "needs a day: --on"),
    ],
)
def test_an_answer_that_is_none_or_lacks_something_is_refused(
    step: str, answer: str, note: str, day: date | None, hint: str
) -> None:
    with pytest.raises(CaseRefused, match=hint):
        PROCESS.check(PROCESS.step(step), answer, note, day)


def test_lessons_may_stay_away_and_are_kept_behind_the_day() -> None:
    step = PROCESS.step("policy_review")
    assert PROCESS.check(step, "needed", "", DAY).words == "2027-01-31"
    assert PROCESS.check(step, "needed", " ask earlier ", DAY).words == "2027-01-31: ask earlier"


def test_an_unknown_step_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(CaseRefused, match=r"no step 'verdict'; there are: judgement, breach"):
        PROCESS.step("verdict")


STEPS = """\
steps:
  - {id: first, asks: A, lanes: [comms], clauses: [X], answers: {good: {says: a}, bad: {says: b}}}
  - {id: second, asks: B, lanes: [comms], clauses: [X], answers: {good: {says: a}, bad: {says: b}}}
"""


@pytest.mark.parametrize(
    ("before", "now", "hint"),
    [
        ("id: second", "id: first", "the step 'first' is there twice"),
        ("asks: B", "asks: B, after: [{third: [good]}]", "third with good does not come before it"),
        ("asks: B", "asks: B, after: [{first: [ugly]}]", "first with ugly does not come before it"),
        ("asks: A", "asks: A, after: [{second: [good]}]", "second with good does not come before it"),
        ("asks: B", "asks: B, points: 3", "unknown key 'points'"),
        ("lanes: [comms], clauses: [X]", "clauses: [X]", "the key 'lanes' is missing"),
        ("id: second", "id: Second!", "should match pattern"),
    ],
)
def test_a_process_that_could_not_be_followed_is_refused_with_its_line(
    tmp_path: Path, before: str, now: str, hint: str
) -> None:
    (tmp_path / "p.yaml").write_text(STEPS.replace(before, now), "utf-8")
    with pytest.raises(RuleError, match=hint) as refused:
        read(tmp_path / "p.yaml", "p.yaml", ProcessFile)
    assert str(refused.value).startswith("p.yaml:")
