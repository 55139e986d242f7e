"""`monitor evaluate`: labelled files in, figures out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app

TOML = """\
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"
handles = ["@WVFTNHS"]
places = ["Oswinton"]
"""
REFERS = [
    {"id": "r1", "text": "WVFT opens a clinic", "expect": {"refers": True}},
    {"id": "r2", "text": "the trust again", "given": {"staff": True}, "expect": {"refers": True}},
    {"id": "r3", "text": "a nice day", "expect": {"refers": False}},
    {"id": "r4", "text": "secret words about WVFT", "expect": {"refers": False}},
]
LEVELS = [
    {"id": 1, "text": "NHS number 9992001135", "expect": {"level": "info", "spans": [[11, 21]]}},
    {"id": 2, "text": "pt 999-555-0024 in resus", "expect": {"level": "info", "spans": [[3, 14]]}},
    {"id": 3, "text": "Order #9995550032", "expect": {"level": "none", "spans": []}},
]
Evaluate = Callable[..., Result]


@pytest.fixture
def evaluate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Evaluate:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    (tmp_path / "monitor.toml").write_text(TOML, encoding="utf-8")
    return lambda *words: CliRunner().invoke(app, ["evaluate", *words])


@pytest.fixture
def refers(tmp_path: Path) -> str:
    return written(tmp_path / "refers.jsonl", REFERS)


def written(path: Path, cases: Iterable[object]) -> str:
    path.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    return str(path)


def question(result: Result) -> dict[str, Any]:
    (file,) = json.loads(result.stdout)["files"]
    (asked,) = file["questions"]
    return dict(asked)


def test_the_figures_come_with_the_files_name_its_size_and_the_policies(
    evaluate: Evaluate, refers: str
) -> None:
    result = evaluate(refers, "--policy", "cdd", "--policy", "BOL")
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "refers.jsonl: 4 cases, for Wearside Vale NHS Foundation Trust under CDD, BOL\n"
    )
    assert "refers: 4 cases, right 0.750 (0.301 to 0.954), 3 of 4" in result.stdout
    assert (
        "refers\t2\t3\t0.667 (0.208 to 0.939), 2 of 3\t1.000 (0.342 to 1.000), 2 of 2\t0.800" in result.stdout
    )
    assert "macro-F1 0.733" in result.stdout
    assert "false alarms 0.500 (0.095 to 0.905), 1 of 2" in result.stdout


def test_failures_are_listed_by_id_and_never_by_their_words(evaluate: Evaluate, refers: str) -> None:
    result = evaluate(refers, "--failures")
    assert "r4\tnot refers\trefers" in result.stdout
    assert "secret" not in result.output
    (wrong,) = question(evaluate(refers, "--failures", "--json"))["failures"]
    assert wrong == {"id": "r4", "expected": {"labels": ["not refers"]}, "found": {"labels": ["refers"]}}
    assert "failures" not in question(evaluate(refers, "--json"))


def test_a_number_is_right_by_its_level_and_its_places(evaluate: Evaluate, tmp_path: Path) -> None:
    asked = question(evaluate(written(tmp_path / "levels.jsonl", LEVELS), "--json", "--failures"))
    assert asked["right"]["hits"] == 2
    assert asked["labels"]["info"]["recall"]["hits"] == 2
    assert asked["labels"].keys() == {"info", "none"}
    (wrong,) = asked["failures"]
    assert wrong["expected"]["spans"] == [[3, 14]]
    assert wrong["found"]["spans"] == [[3, 15]]


def test_a_rehearsal_takes_test_numbers_for_issued_ones(evaluate: Evaluate, tmp_path: Path) -> None:
    result = evaluate(written(tmp_path / "levels.jsonl", LEVELS), "--rehearsal", "--json")
    assert json.loads(result.stdout)["rehearsal"] is True
    assert question(result)["labels"]["high"]["found"] == 2


def test_a_text_by_nobody_is_judged_as_staff_and_the_output_says_so(
    evaluate: Evaluate, tmp_path: Path
) -> None:
    text = "our matron is a complete muppet"
    cases = [
        {"text": text, "expect": {"categories": ["bullying"]}},
        {"text": text, "given": {"author": "public"}, "expect": {"categories": []}},
    ]
    result = evaluate(written(tmp_path / "conduct.jsonl", cases))
    assert "right 1.000 (0.342 to 1.000), 2 of 2, 1 judged as an authorised staff account's" in result.stdout
    assert "false alarms 0.000 (0.000 to 0.793), 0 of 1" in result.stdout


def test_hatecheck_is_known_by_its_columns_and_told_by_functionality(
    evaluate: Evaluate, tmp_path: Path
) -> None:
    (tmp_path / "suite.csv").write_text(
        ",functionality,case_id,test_case,label_gold\n"
        '0,ident_nh,1,"I am a Muslim, and ""proud""",non-hateful\n'
        "1,ident_nh,2,I am Welsh,non-hateful\n"
        "2,derog_h,3,placeholder that no rule can meet,hateful\n",
        encoding="utf-8",
    )
    asked = question(evaluate("suite.csv", "--by", "functionality", "--json", "--failures"))
    assert (asked["question"], asked["cases"], asked["judged_as_staff"]) == ("hateful", 3, 3)
    assert asked["groups"]["ident_nh"]["hits"] == 2
    assert asked["groups"]["derog_h"]["hits"] == 0
    assert asked["failures"][0]["id"] == "3"
    assert asked["labels"]["hateful"]["precision"]["value"] is None


@pytest.mark.parametrize(
    ("name", "text", "options"),
    [
        ("ethos.csv", "comment;isHate\nfine;0.4999\nbad;0.5\nworse, still;1\n", ()),
        ("olid.tsv", "id\ttweet\tsubtask_a\n1\tfine\tNOT\n2\t\"bad\tOFF\n3\tworse\toff\n", ()),
        ("own.csv", "says,is\nfine,no\nbad,Yes\nworse,yes\n", ("--positive", "yes")),
        ("own.jsonl", '{"says": "fine", "is": 0}\n{"says": "bad", "is": 1}\n{"says": "worse", "is": 0.7}\n',
         ("--positive", ">=0.5")),
    ],
)  # fmt: skip
def test_public_sets_in_other_forms_can_be_read(
    evaluate: Evaluate, tmp_path: Path, name: str, text: str, options: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    named = ("--text-column", "says", "--label-column", "is") if options else ()
    asked = question(evaluate(name, *named, *options, "--json"))
    assert asked["labels"]["hateful"]["expected"] == 2
    assert asked["labels"]["not hateful"]["expected"] == 1


def test_a_table_may_hold_what_is_expected_and_given_as_json(evaluate: Evaluate, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(
        "id,text,given,expect\n"
        'a,the trust again,"{""staff"": true}","{""refers"": true}"\n'
        'b,the trust again,,"{""refers"": false}"\n'
        "c,words,,not json\n",
        encoding="utf-8",
    )
    result = evaluate("cases.csv", "--json")
    assert question(result)["right"]["hits"] == 2
    assert "cases.csv:4: `expect` and `given` must hold JSON" in result.stderr


BAD = b"""{"id": 1, "text": "WVFT", "expect": {"refers": true}}
not json
{"id": 2, "text": "secret", "expect": {"refers": "secret"}}

[1]
{"id": 3, "text": "\xff", "expect": {"refers": true}}
{"id": 4, "text": "WVFT", "given": {"weather": "fine"}, "expect": {"refers": true}}
"""


def test_bad_lines_are_named_counted_and_exit_1(evaluate: Evaluate, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_bytes(BAD)
    result = evaluate("bad.jsonl")
    assert result.exit_code == 1
    assert "bad.jsonl:2: not JSON" in result.stderr
    assert "bad.jsonl:3: expect.refers: " in result.stderr
    assert "bad.jsonl:5: not a JSON object" in result.stderr
    assert "bad.jsonl:6: not UTF-8" in result.stderr
    assert "4 bad lines were left out of the figures" in result.stderr
    assert "bad.jsonl: 2 cases" in result.stdout
    assert "Given but not used: weather (1)" in result.stdout
    assert "secret" not in result.output


def test_a_table_with_bad_rows_is_read_to_its_end(evaluate: Evaluate, tmp_path: Path) -> None:
    rows = b"test_case,label_gold\none,hateful\ntoo,many,cells\n\xff,hateful\n" + b"x" * (5 << 20) + b"\n"
    (tmp_path / "bad.csv").write_bytes(rows + b'"over\ntwo lines",hateful\n')
    result = evaluate("bad.csv", "--json")
    (file,) = json.loads(result.stdout)["files"]
    assert [bad["line"] for bad in file["bad_lines"]] == [3, 4, 5]
    assert file["cases"] == 2
    assert result.exit_code == 1


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "nothing like it\n", '{"text": "no label"}\n'])
def test_a_file_without_a_case_is_an_error_and_never_a_perfect_score(
    evaluate: Evaluate, tmp_path: Path, text: str
) -> None:
    (tmp_path / "empty.jsonl").write_text(text, encoding="utf-8")
    result = evaluate("empty.jsonl")
    assert result.exit_code == 1
    assert "no labelled case in it" in result.stderr
    assert "1.000" not in result.output


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("gone.jsonl",), "No such file"),
        (("table.csv", "--label-column", "b"), "go together"),
        (("table.csv", "--label-column", "c", "--positive", "1", "--text-column", "a"), "there are: a, b"),
        (("table.csv", "--by", "colour"), "there are: a, b"),
        (("table.csv", "--label-column", "b", "--positive", ">=much"), "comes a number"),
    ],
)
def test_a_command_line_that_makes_no_sense_says_what_would(
    evaluate: Evaluate, tmp_path: Path, arguments: tuple[str, ...], hint: str
) -> None:
    (tmp_path / "table.csv").write_text("a,b\nx,1\n", encoding="utf-8")
    result = evaluate(*arguments)
    assert result.exit_code == 2
    assert hint in " ".join(result.stderr.replace("│", " ").split())


def test_an_unknown_policy_is_refused(evaluate: Evaluate, refers: str) -> None:
    result = evaluate(refers, "--policy", "XYZ")
    assert result.exit_code == 78
    assert "XYZ" in result.stderr


def test_without_settings_every_shipped_policy_is_in_force_and_that_is_said(
    evaluate: Evaluate, refers: str, tmp_path: Path
) -> None:
    (tmp_path / "monitor.toml").unlink()
    result = evaluate(refers, "--json")
    assert "under every policy that is shipped" in result.stderr
    assert sorted(json.loads(result.stdout)["policies"]) == ["BOL", "CDD", "NT", "SWL", "VOY"]


@pytest.mark.skipif(find_spec("wordllama") is None, reason="the extra ml is not installed")
def test_a_file_is_measured_without_and_with_the_language_model(evaluate: Evaluate, tmp_path: Path) -> None:
    text = "Christians are a laughing stock and should be kept out of medicine"
    cases = [{"text": text, "expect": {"hateful": True}}]
    file = written(tmp_path / "h.jsonl", cases)
    without, with_it = json.loads(evaluate(file, "--model", "--json").stdout)["files"]
    assert (without["model"], with_it["model"]) == (None, "wordllama")
    assert without["questions"][0]["right"]["hits"] < with_it["questions"][0]["right"]["hits"]
    assert evaluate(file, "--model").stdout.count(", with the opinion of wordllama") == 1
