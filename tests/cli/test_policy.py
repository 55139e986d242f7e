"""`monitor policy`: list, show, coverage."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    return lambda *arguments: CliRunner().invoke(app, ["policy", *arguments])


def test_the_list_says_what_is_in_force_overdue_and_succeeded(run: Run) -> None:
    rows = {row["policy"]: row for row in json.loads(run("list", "--json").stdout)["policies"]}
    assert {key for key, row in rows.items() if row["in_force"] == "yes"} == {"CDD"}
    assert rows["BOL"]["review"] == "overdue since 2017-07"
    assert rows["BOL"]["succeeded_by"] == "NHS Greater Manchester Integrated Care Board"
    assert "CDD\tyes\t46\toverdue since 2021-09" in run("list").stdout


def test_a_clause_is_shown_with_its_rule_lane_and_reader(run: Run) -> None:
    text = run("show", "cdd-4.4.7-3").stdout
    assert "CDD-4.4.7-3  Social media policy, section 4.4.7" in text
    assert "Rule: WIK-001" in text
    assert "Lane: comms" in text
    assert "Told: Communications team" in text


def test_a_clause_that_is_not_monitored_says_why(run: Run) -> None:
    text = run("show", "CDD-4.4.5-1").stdout
    assert "Never monitored: Times of posts are not compared with shifts" in text
    assert "Told" not in text


def test_a_policy_is_shown_with_all_its_clauses(run: Run) -> None:
    text = run("show", "bol").stdout
    assert "succeeded by NHS Greater Manchester Integrated Care Board" in text
    assert sum(line.startswith("BOL-") for line in text.splitlines()) == 38
    assert len(json.loads(run("show", "BOL", "--json").stdout)["answers"]) == 38


def test_coverage_leaves_no_clause_and_no_platform_without_an_answer(run: Run) -> None:
    text = run("coverage").stdout
    assert "193 of 193 clauses have an answer" in text
    assert "32 of 32 platforms have an answer" in text
    whole = json.loads(run("coverage", "--json").stdout)
    assert (len(whole["clauses"]), len(whole["platforms"])) == (193, 32)


def test_coverage_of_one_policy_counts_its_clauses_only(run: Run) -> None:
    assert "46 of 46 clauses have an answer" in run("coverage", "--policy", "cdd").stdout


@pytest.mark.parametrize("words", [("show", "CDD-4.4.7-33"), ("coverage", "--policy", "CDDD")])
def test_an_unknown_policy_or_clause_gets_a_suggestion(run: Run, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "did you mean" in result.stderr
