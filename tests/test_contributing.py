"""CONTRIBUTING works: its recipes are taken from the page and followed in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("monitor", "connectors", "rules", "alerts", "tests", "docs")
BLOCK = re.compile(r"^<!-- (file|line|run)(?:: (.+?))? -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def recipe(heading: str) -> list[tuple[str, str, str]]:
    """(file, line or run; where; what) of each marked block below a heading, in order."""
    _, _, section = PAGE.partition(f"\n## {heading}")
    blocks: list[tuple[str, str, str]] = BLOCK.findall(section.partition("\n## ")[0])
    assert blocks, f"CONTRIBUTING.md has no recipe {heading!r}"
    return blocks


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project without its environment and its history."""
    for part in PARTS:
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(commands: str, folder: Path) -> str:
    """What `commands` print in `folder`, with its packages in front of the installed ones."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = os.environ | {"PATH": path, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    own.pop("MONITOR_CONFIG", None)
    done = subprocess.run(
        ["/bin/sh", "-ec", commands], cwd=folder, env=own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout[-4000:]}{done.stderr[-2000:]}"
    return done.stdout


def follow(heading: str, folder: Path) -> str:
    """Do what the recipe says, step by step; what its commands printed."""
    printed = ""
    for kind, where, what in recipe(heading):
        if kind == "file":
            path = folder / where
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(what, encoding="utf-8")
        elif kind == "line":
            add(what, folder, where)
        else:
            printed += run(what, folder)
    return printed


def add(line: str, folder: Path, where: str) -> None:
    """Add one line below the one that `where` ("file, below: line") names."""
    name, _, below = where.partition(", below: ")
    text = (folder / name).read_text("utf-8")
    assert text.count(f"{below}\n") == 1, where
    assert line.count("\n") == 1, "the recipe promises one line"
    (folder / name).write_text(text.replace(f"{below}\n", f"{below}\n{line}"), encoding="utf-8")


def test_a_connector_is_one_file_one_fixture_folder_and_one_line(copy: Path) -> None:
    blocks = recipe("Add a connector")
    assert [where for kind, where, _ in blocks if kind == "file" and "recordings" not in where] == [
        "connectors/govuk.py"
    ]
    assert len([kind for kind, _, _ in blocks if kind == "line"]) == 1
    printed = follow("Add a connector", copy)
    passed = [int(number) for number in re.findall(r"^(\d+) passed", printed, re.MULTILINE)]
    assert passed[0] > 25, "the contract suite did not take the new kind"
    assert len(passed) == 1
    assert "govuk\tcovered\tgovuk\t" in run("monitor sources list --all", copy)


def test_the_connector_keeps_the_house_rules(copy: Path) -> None:
    follow("Add a connector", copy)
    printed = run("ruff check connectors && ruff format --check connectors && lint-imports", copy)
    assert "All checks passed!" in printed
    assert "0 broken." in printed


def test_a_rule_is_one_file(copy: Path) -> None:
    assert [kind for kind, _, _ in recipe("Add a rule")] == ["file", "run"]
    printed = follow("Add a rule", copy)
    assert ", 0 refused.\n" in printed
    assert "PRS-001  Journalist looks for people to talk to\n" in printed
    assert "LOW  Journalist looks for people to talk to  (PRS-001, comms lane)" in printed
    assert "PRS-001\tyes\tstable\tlow\tcomms" in run("monitor rules list", copy)


def test_a_rule_that_fails_its_own_examples_is_refused(copy: Path) -> None:
    follow("Add a rule", copy)
    rule = copy / "rules" / "packs" / "PRS-001.yaml"
    text = rule.read_text("utf-8")
    rule.write_text(
        text.replace("A reporter from the Gazette came to", "A reporter, e-mail me about"), "utf-8"
    )
    refused = run("monitor rules check || test $? = 78", copy)
    assert "rules/packs/PRS-001.yaml:28: example 1 of tests.no_match is met, at severity low" in refused
