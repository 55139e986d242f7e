"""docs/law.md: every line of it is held by a test that exists, or by a decision."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "law.md").read_text("utf-8")
ROWS = [
    line for line in PAGE.splitlines() if line.startswith("| ") and not re.match(r"\| (Asked|Clock)", line)
]
TEST = re.compile(r"`(tests/[a-z_/0-9]+\.py)(?:::(test_\w+))?`")


def names_in(path: str) -> set[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_page_has_a_line_for_each_requirement() -> None:
    assert len(ROWS) >= 48


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_every_line_is_held_by_a_test_that_exists_or_by_a_decision(row: str) -> None:
    held_by = row.rstrip("| ").rpartition("|")[2]
    named = TEST.findall(held_by)
    assert named or "](decisions/" in held_by
    for path, name in named:
        assert (ROOT / path).exists()
        assert not name or name in names_in(path)
    assert "TBD" not in held_by


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([a-z0-9./-]+\.md)\)", PAGE))))
def test_every_page_that_it_names_is_there(link: str) -> None:
    assert (ROOT / "docs" / link).exists()
