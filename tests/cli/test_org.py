"""`monitor org`: the names that are known, and the sum behind a mention."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.cli.output import Exit

TOML = """\
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"
handles = ["@WVFTNHS"]
places = ["Oswinton"]
negative_context = ["Tidewater, mudflat", "brewery"]
aliases = [{ text = "OGH", tier = 2, weight = 0.3, case = true, unless = ["pub"] }]
"""
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    (tmp_path / "monitor.toml").write_text(TOML, encoding="utf-8")
    return lambda *arguments, **given: CliRunner().invoke(app, ["org", *arguments], **given)


def test_the_sum_is_told_line_by_line(run: Run) -> None:
    result = run("explain", "Ogh outpatients in Oswinton, by the brewery")
    assert result.stdout.splitlines() == [
        'OGH, written "Ogh"',
        "  +0.30  a name that others have too (tier 2)",
        "  -0.20  not in capitals",
        "  +0.25  words of care",
        "  +0.20  a local place",
        "  -0.50  words of another world: brewery",
        "  = 0.05",
        "Does not refer to Wearside Vale NHS Foundation Trust: 0.05 at best, 0.55 is needed.",
    ]
    assert result.exit_code == Exit.OK


def test_what_is_known_besides_the_text_can_be_given(run: Run) -> None:
    given = ("--author-bio", "Born in Oswinton", "--staff", "--reply", "--place", "Oswinton, UK")
    told = run("explain", "the hospital", *given).stdout
    assert "+0.50  an authorised staff account" in told
    assert "+0.60  a reply to the organisation" in told
    assert "+0.35  the author's profile names it or a local place" in told
    assert "+0.25  posted from a local place" in told
    assert "Refers to Wearside Vale NHS Foundation Trust: 1.00 at best" in told


def test_a_script_is_given_every_name_with_its_place(run: Run) -> None:
    answer = json.loads(run("explain", "ask W.V.F.T. or the hospital", "--json").stdout)
    assert (answer["refers"], answer["threshold"]) == (True, 0.55)
    assert [(name["name"], name["score"]) for name in answer["names"]] == [
        ("WVFT", 1.0),
        ("the hospital", 0.08),
    ]
    assert answer["names"][0]["span"] == {"where": "text", "start": 4, "end": 11}
    assert answer["names"][1]["sum"] == [{"weight": 0.08, "reason": "a name that others have too (tier 3)"}]


def test_a_text_may_come_from_standard_input_even_broken(run: Run) -> None:
    result = run("explain", "-", input=b"caf\xff \x00 \x1b[31m WVFT\n")
    assert result.exit_code == Exit.OK
    assert "Refers to Wearside Vale" in result.stdout


def test_what_moves_the_cursor_is_not_printed(run: Run) -> None:
    told = run("explain", "W\u202eV\u200bF\u200bT").stdout
    assert "\u202e" not in told
    assert "Refers" in told


def test_a_text_without_a_name_is_told_so(run: Run) -> None:
    assert "none of its names is met" in run("explain", "good morning").stdout


def test_a_reply_needs_an_account_to_answer(run: Run, tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text(TOML.replace('handles = ["@WVFTNHS"]', ""), encoding="utf-8")
    result = run("explain", "the hospital", "--reply")
    assert result.exit_code == Exit.USAGE
    assert "organisation.handles" in result.output.replace("\n", " ")


def test_every_name_is_listed_with_what_it_counts(run: Run) -> None:
    rows = [line.split("\t") for line in run("names").stdout.splitlines()]
    assert ["WVFT", "short", "1", "1.00", ""] in rows
    assert ["OGH", "alias", "2", "0.30", "counts less without capitals; not beside certain words"] in rows
    assert ["the hospital", "everyday words", "3", "0.08", ""] in rows
    weights = [name["weight"] for name in json.loads(run("names", "--json").stdout)]
    assert weights == sorted(weights, reverse=True)


def test_without_settings_it_answers_for_the_worked_example(run: Run, tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").unlink()
    result = run("explain", "Darlignton Memorial Hospital")
    assert "No settings file: as if for County Durham and Darlington NHS Foundation Trust." in result.stderr
    assert "but for a slip of the pen" in result.stdout
