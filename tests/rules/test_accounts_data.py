"""The labelled accounts are what their README says: well-formed, invented, and enough of each side."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "accounts"
FILES = ("development.csv", "unseen.csv", "fresh.csv")
COLUMNS = [
    "id", "org", "label", "expect", "kind", "handle", "display", "bio", "url", "avatar",
    "age_days", "followers", "verified",
]  # fmt: skip
LABELS = {"impersonation": "1", "parody": "R", "team": "R", "our_charity": "R"}
REST = {"other_body", "person", "union", "campaign", "unrelated"}


def rows(name: str) -> list[dict[str, str]]:
    """The lines of one file, by column."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == COLUMNS
        return list(reader)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_accounts_has_enough_of_both_sides_and_one_label_for_each_outcome(name: str) -> None:
    lines = rows(name)
    assert len(lines) == len({line["id"] for line in lines}) >= 120
    assert min(Counter(line["label"] for line in lines)[label] for label in "10") >= 50
    assert {line["expect"] for line in lines} == set(LABELS) | REST
    assert [line["id"] for line in lines if line["label"] != LABELS.get(line["expect"], "0")] == []
    names = {entry["name"] for entry in json.loads((FOLDER / "register.json").read_text("utf-8"))}
    assert {line["org"] for line in lines} == names


def test_no_account_stands_in_two_files() -> None:
    accounts = [(r["handle"], r["display"], r["bio"]) for name in FILES for r in rows(name)]
    assert [account for account, times in Counter(accounts).items() if times > 1] == []


@pytest.mark.parametrize("name", FILES)
def test_addresses_and_telephone_numbers_are_nobodys(name: str) -> None:
    for line in rows(name):
        hosts = re.findall(r"https?://([^/\s]+)", f"{line['bio']} {line['url']}")
        real = [host for host in hosts if not host.endswith(".test")]
        assert real == [] or line["expect"] == "other_body", line["id"]
        numbers = re.findall(r"(?<!\w)0[\d ]{9,}", line["bio"])
        assert all(number.startswith("07700 900") for number in numbers), line["id"]
