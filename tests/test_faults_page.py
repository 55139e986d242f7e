"""docs/faults.md: every fault has a line, and every line names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from monitor.checkpoints import POINTS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "faults.md").read_text("utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE, re.MULTILINE)
KILLED = re.findall(r"^\| `([a-z_.]+)` \| (.+) \|$", PAGE, re.MULTILINE)
TEST = re.compile(r"`(tests/[a-z_/0-9]+\.py)::(test_\w+)`")
UNCOVERED = "**Not covered**"


def names_in(path: str) -> set[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_page_has_a_line_for_each_of_the_24_faults() -> None:
    assert [int(number) for number, _ in ROWS] == list(range(1, 25))


def test_every_point_at_which_processes_are_killed_is_on_the_page_as_the_code_says_it() -> None:
    assert [(point, words.split(" | ")[0]) for point, words in KILLED] == list(POINTS.items())


@pytest.mark.parametrize("row", [words for _, words in ROWS], ids=lambda row: row[:40])
def test_every_line_names_a_test_that_exists_or_says_that_there_is_none(row: str) -> None:
    named = TEST.findall(row)
    assert named or UNCOVERED in row
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []


def test_every_test_that_the_page_names_exists() -> None:
    assert [f"{path}::{name}" for path, name in TEST.findall(PAGE) if name not in names_in(path)] == []
