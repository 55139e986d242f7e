"""docs/accuracy.md comes from `make accuracy`: seeds, tables, shares that agree with their counts."""

from __future__ import annotations

import csv
import re

import pytest

from rules.scoring import Share
from tests import accuracy

PAGE = accuracy.PAGE.read_text("utf-8")
SHARE = re.compile(r"([01]\.\d{3}) \(([01]\.\d{3}) to ([01]\.\d{3})\), ([\d,]+) of ([\d,]+)")


def test_the_page_says_what_it_is_made_from_and_what_it_does_not_say() -> None:
    assert accuracy.HEAD in PAGE
    assert "upper bounds" in PAGE


@pytest.mark.parametrize("draw", accuracy.DRAWS, ids=lambda draw: draw.name)
def test_every_folder_stands_there_with_its_seed_and_the_command_that_draws_it(draw: accuracy.Draw) -> None:
    section = PAGE.partition(f"## {accuracy.TITLES[draw.name]}\n")[2].partition("\n## ")[0]
    assert f"seed {draw.seed} (`{draw.command}`)" in section
    assert int(re.match(r"\s*([\d,]+) pictures", section)[1].replace(",", "")) > 20  # type: ignore[index]
    assert section.count("|---|") >= 1


@pytest.mark.parametrize("name", accuracy.FILES)
def test_the_accounts_are_as_many_as_the_file_has(name: str) -> None:
    with (accuracy.ROOT / accuracy.ACCOUNTS / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    positive = sum(row["label"] == "1" for row in rows)
    assert f"| {name} | {len(rows)} | {positive} |" in PAGE


def test_each_share_agrees_with_its_counts_and_interval() -> None:
    found = SHARE.findall(PAGE)
    assert len(found) > 50
    for value, low, high, hits, of in found:
        share = Share(int(hits.replace(",", "")), int(of.replace(",", "")))
        assert share.interval is not None
        assert (value, low, high) == tuple(f"{each:.3f}" for each in (share.value, *share.interval))


def test_a_share_of_few_is_told_as_a_count_alone() -> None:
    few = {"hits": 2, "of": 3, "value": 2 / 3, "low": 0.2, "high": 0.9}
    assert accuracy.share(few) == "2 of 3"
    assert accuracy.share({"hits": 0, "of": 0, "value": None, "low": None, "high": None}) == "-"
