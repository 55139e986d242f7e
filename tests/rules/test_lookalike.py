"""Accounts under the organisation's name that ask for personal details, told from those who warn of them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Finding, Kind, Lane, Pace, Relation, Severity
from rules import pack
from rules.engine import RuleSet
from rules.examples import ORGANISATION
from tests.rules.posts import post

ROWS = [
    json.loads(row)
    for row in (files("tests.rules") / "data" / "lookalike.jsonl").read_text("utf-8").splitlines()
]


@cache
def rules() -> RuleSet:
    return pack.load(ORGANISATION, PolicySettings(packs=("CDD", "SWL")), RuleSettings())


def asking(text: str, given: dict[str, Any]) -> Finding | None:
    fields = dict(given)
    if "relation" in fields:
        fields["relation"] = Relation(fields["relation"])
    if "kind" in fields:
        fields["kind"] = Kind(fields["kind"])
    return next((f for f in rules().evaluate(post(text, **fields)) if f.rule_id == "LAL-001"), None)


def test_there_are_as_many_lines_that_ask_as_lines_that_do_not() -> None:
    asks = sum(row["asks"] for row in ROWS)
    assert len(ROWS) >= 40
    assert asks == len(ROWS) - asks


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:40])
def test_each_line_is_met_where_it_asks_and_only_there(row: dict[str, Any]) -> None:
    assert (asking(row["text"], row["given"]) is not None) == row["asks"]


def test_such_a_finding_is_for_comms_critical_and_told_at_once() -> None:
    finding = asking("DM us your NHS number", {"handle": "wvft_help"})
    assert finding is not None
    assert (finding.lane, finding.severity, finding.pace) == (Lane.COMMS, Severity.CRITICAL, Pace.IMMEDIATE)
    assert finding.route == ("comms",)
    assert set(finding.clauses) == {"SWL-5.3-2", "CDD-4.3-1"}


@pytest.mark.parametrize("row", [row for row in ROWS if row["asks"]], ids=lambda row: row["text"][:40])
def test_the_same_words_of_an_account_without_our_name_are_not_met(row: dict[str, Any]) -> None:
    assert asking(row["text"], {"handle": "someone_else", "display_name": "Someone Else"}) is None


def test_a_long_text_is_judged_in_time() -> None:
    assert asking("send us your " * 8_000, {"handle": "wvft_help"}) is None
