"""`monitor check`: the rules on what is given by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.config import PolicySettings, RuleSettings
from rules import pack
from rules.examples import ORGANISATION

TOML = """\
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"
handles = ["@WVFTNHS"]

[rules]
rehearsal = true
"""
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    (tmp_path / "monitor.toml").write_text(TOML, encoding="utf-8")
    return lambda *arguments, **given: CliRunner().invoke(app, ["check", *arguments], **given)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_draft_is_told_in_plain_words_and_masked(run: Run) -> None:
    result = run("pt 999 000 0018 is on ward 4 of WVFT, ring 07700 900123")
    assert result.exit_code == 0
    assert "CRITICAL  NHS number  (NHS-001, confidential lane)" in result.stdout
    assert "CDD-4.2-1, section 4.2" in result.stdout
    assert "0018" not in result.output
    assert "900123" not in result.output


def test_a_harmless_draft_says_by_how_many_rules_nothing_was_found(run: Run) -> None:
    result = run("Our new garden opens on Friday")
    assert result.exit_code == 0
    assert "Does not refer to the organisation." in result.stdout
    running = pack.load(ORGANISATION, PolicySettings(), RuleSettings()).running
    assert f"Nothing found by {running} rules." in result.stdout


def test_an_account_alone_can_be_checked(run: Run) -> None:
    result = run("--handle", "wvft_official")
    assert "ACC-001" in result.stdout


def test_control_characters_of_a_post_never_reach_the_terminal(run: Run) -> None:
    result = run("\x1b[2J [red]pt 999 000 0018 on ward 4")
    assert "\x1b" not in result.stdout
    assert "[red]" in result.stdout


def test_json_has_the_documented_shape(run: Run) -> None:
    result = run("--json", "pt 999 000 0018 of WVFT")
    answer = json.loads(result.stdout)
    assert answer["references"] == [{"alias": "WVFT", "score": 1.0}]
    (found,) = answer["findings"]
    assert found["rule"] == "NHS-001"
    assert found["lane"] == "confidential"
    assert found["spans"] == [{"where": "text", "start": 3, "end": 15, "label": "NHS number"}]
    assert {"category", "severity", "clauses", "reason", "confidence"} < found.keys()


def test_jsonl_answers_every_line_and_goes_on_after_a_broken_one(run: Run) -> None:
    given = [
        {"id": "a", "text": "WVFT was fine"},
        {"id": "b", "text": 5},
        {"id": "c"},
        {"id": "d", "text": "hi", "kind": "poem"},
        {
            "id": "e",
            "text": "useless lazy nurses",
            "author": {"relation": "authorised_staff"},
            "image": "x.png",
        },
        {"id": 6, "text": "useless lazy nurses", "author": {"handle": "jo"}, "unknown": True},
        {"id": "g", "text": "a\ud800\x00 pt 999 000 0018", "title": None, "author": None},
    ]
    text = "\n".join(json.dumps(line) for line in given) + '\nnot json\n[1]\n\n{"id": "h", "text": "x"}'
    result = run("--jsonl", "-", input=text)
    answers = lines(result)
    assert [answer["id"] for answer in answers] == ["a", "b", "c", "d", "e", 6, "g", None, None, "h"]
    assert [answer["id"] for answer in answers if "error" in answer] == ["b", "c", "d", None, None]
    assert answers[7]["error"] == "line 8: not JSON"
    by_id = {answer["id"]: answer for answer in answers}
    assert by_id["e"]["not_analysed"] == ["image"]
    assert [found["rule"] for found in by_id["e"]["findings"]] == ["DRG-001"]
    assert by_id[6]["findings"] == []
    assert [found["rule"] for found in by_id["g"]["findings"]] == ["NHS-001"]
    assert result.exit_code == 3


def test_what_a_post_answers_and_shows_is_part_of_what_is_given(run: Run) -> None:
    given = {"text": "the trust lost my letter", "place": "Oswinton", "media": ["a letter"]}
    alone = lines(run("--jsonl", "-", input=json.dumps(given)))
    reply = given | {"reply_to": "https://social.test/@WVFTNHS/1"}
    (answer,) = lines(run("--jsonl", "-", input=json.dumps(reply)))
    assert alone[0]["references"] == []
    assert answer["references"][0]["alias"] == "the trust"


def test_what_only_python_calls_json_is_refused(run: Run) -> None:
    answers = lines(run("--jsonl", "-", input='{"id": NaN, "text": "x"}\n{"id": 1e999, "text": "x"}\n'))
    assert [answer["error"] for answer in answers] == ["line 1: not JSON", "line 2: not JSON"]


def test_an_error_never_repeats_what_was_given(run: Run) -> None:
    result = run("--jsonl", "-", input='{"id": "a", "text": {"pt": "999 000 0018"}}\n')
    assert "error" in lines(result)[0]
    assert "0018" not in result.output


def test_a_line_too_long_to_hold_is_answered_and_the_next_one_read(run: Run) -> None:
    text = '{"id": "long", "text": "' + "x" * (9 << 20) + '"}\n{"id": "next", "text": "x"}\n'
    answers = lines(run("--jsonl", "-", input=text))
    assert answers[0] == {"id": None, "error": "line 1: longer than 4 MiB"}
    assert answers[1]["id"] == "next"


def test_jsonl_reads_a_file_and_names_one_that_is_not_there(run: Run, tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text('{"id": 1, "text": "WVFT"}\n', encoding="utf-8")
    assert lines(run("--jsonl", "posts.jsonl"))[0]["id"] == 1
    result = run("--jsonl", "gone.jsonl")
    assert result.exit_code == 2
    assert "gone.jsonl" in result.stderr


@pytest.mark.parametrize(("severity", "code"), [("critical", 10), ("low", 10)])
def test_fail_on_is_met_at_and_above_the_severity(run: Run, severity: str, code: int) -> None:
    assert run("pt 999 000 0018 on ward 4", "--fail-on", severity).exit_code == code
    assert run("a nice day", "--fail-on", severity).exit_code == 0


def test_fail_on_counts_every_line_of_a_stream(run: Run) -> None:
    text = '{"id": 1, "text": "pt 999 000 0018 on ward 4"}\n{"id": 2, "text": "nice"}\nbroken\n'
    assert run("--jsonl", "-", "--fail-on", "high", input=text).exit_code == 10


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("text", "--jsonl", "-"),
        ("text", "--fail-on", "awful"),
        ("text", "--kind", "poem"),
        ("x", "--relation", "y"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_a_usage_error(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_without_a_settings_file_the_worked_example_is_used_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    result = CliRunner().invoke(app, ["check", "--json", "UHND maternity"])
    assert "No settings file" in result.stderr
    assert json.loads(result.stdout)["references"][0]["alias"] == "UHND"


def test_a_refused_rule_stops_the_command_with_its_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "BAD-001.yaml").write_text("id: BAD-001\n", encoding="utf-8")
    (tmp_path / "monitor.toml").write_text(TOML + 'folder = "own"\n', encoding="utf-8")
    result = run("hello")
    assert result.exit_code == 78
    assert "BAD-001.yaml:1: the key" in result.stderr


def test_the_first_answer_comes_while_the_input_is_still_open(run: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from monitor.cli import main; main()", "check", "--jsonl", "-"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        began = time.monotonic()
        process.stdin.write(b'{"id": 1, "text": "WVFT"}\n')
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        assert answer["references"][0]["alias"] == "WVFT"
        assert time.monotonic() - began < 30  # it does not wait for the end; the time itself is a figure
        process.stdin.close()
        assert process.wait(30) == 0
