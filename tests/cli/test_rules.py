"""`monitor rules`: check, list, explain."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app

Run = Callable[..., Result]
SHIPPED = len([file for file in (files("rules") / "packs").iterdir() if file.name.endswith(".yaml")])


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    return lambda *arguments: CliRunner().invoke(app, ["rules", *arguments])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    shipped = (files("rules") / "packs" / "CNF-001.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "CNF-901.yaml").write_text(shipped.replace("CNF-001", "CNF-901"), encoding="utf-8")
    return folder


def test_the_shipped_rules_are_fine(run: Run) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout == f"{SHIPPED} rules are fine, 0 refused.\n"


def test_a_folder_or_a_single_file_of_rules_is_checked_beside_the_shipped_ones(run: Run, own: Path) -> None:
    assert run("check", str(own)).stdout.startswith(f"{SHIPPED + 1} rules are fine")
    assert run("check", str(own / "CNF-901.yaml")).stdout.startswith(f"{SHIPPED + 1} rules are fine")


def test_every_refused_file_is_named_with_line_and_reason(run: Run, own: Path) -> None:
    (own / "BAD-001.yaml").write_text("id: BAD-001\n", encoding="utf-8")
    (own / "BAD-002.yaml").write_text("- nothing\n", encoding="utf-8")
    result = run("check", "own")
    assert result.exit_code == 78
    assert "own/BAD-001.yaml:1: the key" in result.stdout
    assert "own/BAD-002.yaml:1: the file must be" in result.stdout
    assert f"{SHIPPED + 1} rules are fine, 2 refused." in result.stdout
    answer = json.loads(run("check", "own", "--json").stdout)
    assert len(answer["refused"]) == 2
    assert "CNF-901" in answer["rules"]


def test_a_path_that_is_not_there_is_a_usage_error(run: Run) -> None:
    result = run("check", "gone")
    assert result.exit_code == 2
    assert "gone" in result.stderr


def test_the_list_says_of_each_rule_whether_it_runs_and_who_sees_it(run: Run) -> None:
    assert "NHS-001\tyes\tstable\tcritical\tconfidential\tNHS number" in run("list").stdout.splitlines()
    rows = json.loads(run("list", "--json").stdout)
    assert {row["rule"] for row in rows if row["lane"] == "conduct"} >= {"DRG-001", "EML-001"}


def test_a_rule_is_explained_with_its_clauses_and_false_alarms(run: Run) -> None:
    text = run("explain", "drg-001").stdout
    assert "CDD-4.4.3-1, section 4.4.3" in text
    assert "The policy also says: CDD-2-FE" in text
    assert "Known false alarm" in text
    assert "Goes to: conduct, hr, daily" in text


def test_an_unknown_rule_gets_a_suggestion(run: Run) -> None:
    result = run("explain", "NHS-01")
    assert result.exit_code == 2
    assert "NHS-001" in result.stderr
