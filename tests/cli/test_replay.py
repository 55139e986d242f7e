"""`monitor rules replay`, `monitor cases mark` and `monitor rules precision`: learning from use."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import Result

from monitor import service
from tests.cli.installation import CONFIDENTIAL, PROTECTED, TOML, Installation

TEXTS = ("garden opens", "garden burns", "rose garden", "a rose", "nothing", "tulip garden", "tulip")


def differences(result: Result, installation: Installation) -> tuple[set[Any], set[Any]]:
    """What a replay would add and drop, as (text of the mention, rule)."""
    assert result.exit_code == 0, result.output
    texts = dict(map(tuple, installation.rows("SELECT id, text FROM mention")))
    rules = json.loads(result.stdout)["rules"]
    added = {(texts[number], row["rule"]) for row in rules for number in row["added"]}
    dropped = {(texts[d["mention"]], row["rule"]) for row in rules for d in row["dropped"]}
    return added, dropped


def change(installation: Installation, folder: str) -> None:
    """One rule gone, one narrower, one wider, one new."""
    installation.rule("OWN-002", "garden opens", folder)
    installation.rule("OWN-003", "tulip", folder)
    installation.rule("OWN-004", "rose", folder)


def original(installation: Installation) -> None:
    for number, word in enumerate(("burns", "garden", "tulip garden"), 1):
        installation.rule(f"OWN-00{number}", word)


@pytest.mark.parametrize("given", [True, False], ids=["another folder", "the folder changed"])
def test_the_difference_equals_a_run_from_scratch(installation: Installation, *, given: bool) -> None:
    original(installation)
    posts = installation.posts(*TEXTS)
    installation.store(*posts)
    before = installation.found()
    change(installation, "new")
    if given:
        result = installation.run("rules", "replay", "--rules", "new", "--json")
    for file in (installation.folder / "own").iterdir():
        file.unlink()
    change(installation, "own")
    if not given:
        result = installation.run("rules", "replay", "--json")
    added, dropped = differences(result, installation)
    assert installation.found() == before  # nothing was written

    for table in ("delivery_item", "sealed_original", "finding", "case_file", "occurrence", "mention"):
        forget(installation, table)
    installation.store(*posts)
    after = installation.found()
    assert (added, dropped) == (after - before, before - after)
    assert len(added) == 3
    assert len(dropped) == 4


def forget(installation: Installation, table: str) -> None:
    with service.opened(installation.settings()) as opened, opened.store.transaction() as tx:
        tx.connection.execute(text(f"DELETE FROM {table}"))


def test_one_changed_file_takes_the_place_of_its_rule_alone(installation: Installation) -> None:
    original(installation)
    installation.store(*installation.posts(*TEXTS))
    file = installation.rule("OWN-002", "garden opens", "draft")
    result = installation.run("rules", "replay", "--rules", str(file), "--json")
    added, dropped = differences(result, installation)
    assert added == set()
    assert {rule for _, rule in dropped} == {"OWN-002"}
    assert len(dropped) == 3


def test_a_draft_adds_nothing_and_that_is_said(installation: Installation) -> None:
    installation.store(*installation.posts(*TEXTS))
    file = installation.rule("OWN-002", "garden", "draft")
    file.write_text(file.read_text("utf-8").replace("status: stable", "status: draft"), encoding="utf-8")
    result = installation.run("rules", "replay", "--rules", str(file))
    assert "Nothing would be added, nothing dropped." in result.stdout
    assert "OWN-002 does not run" in result.stderr


def test_verdicts_stand_beside_what_would_be_dropped(installation: Installation) -> None:
    original(installation)
    installation.store(*installation.posts(*TEXTS))
    for number, verdict in ((1, "wrong"), (2, "right")):
        assert installation.run("cases", "mark", str(number), verdict).exit_code == 0
    (installation.folder / "empty").mkdir()
    result = installation.run("rules", "replay", "--rules", "empty")
    assert "OWN-001\t0\t1\t1\t0\t0\n" in result.stdout
    assert "OWN-002\t0\t4\t1\t1\t2\n" in result.stdout
    assert "OWN-002 would drop: case 1 (wrong), case 2 (right), case 3 (undecided)" in result.stdout
    assert "Judged 7 mentions" in result.stderr
    assert "Nothing was written." in result.stderr
    assert "garden" not in result.output


def test_only_mentions_since_the_moment_are_judged(installation: Installation) -> None:
    original(installation)
    installation.store(*installation.posts(*TEXTS), at=installation.now - timedelta(days=9))
    (installation.folder / "empty").mkdir()
    answer = json.loads(
        installation.run("rules", "replay", "--since", "7d", "--rules", "empty", "--json").stdout
    )
    assert (answer["mentions"], answer["rules"]) == (0, [])


def test_what_is_masked_is_not_called_dropped(installation: Installation) -> None:
    text = "pt on ward 4, NHS number 999 200 1135"
    settings = installation.folder / "monitor.toml"
    settings.write_text(settings.read_text("utf-8").replace("[rules]\n", "[rules]\nrehearsal = true\n"))
    installation.store(*installation.posts(text))
    assert "NHS-001" in {rule for _, rule in installation.found()}
    settings.write_text(settings.read_text("utf-8").replace("rehearsal = true\n", ""))
    answer = json.loads(installation.run("rules", "replay", "--json").stdout)
    assert answer["rules"] == []
    assert "masked" in answer["note"]


def test_the_words_of_a_mask_are_not_the_authors(installation: Installation) -> None:
    installation.store(*installation.posts("ring 07700 900123"))
    file = installation.rule("OWN-001", "telephone number redacted", "draft")
    answer = json.loads(installation.run("rules", "replay", "--rules", str(file), "--json").stdout)
    assert answer["rules"] == []


@pytest.mark.parametrize("now_protected", [True, False])
def test_a_possible_disclosure_is_neither_shown_nor_counted(
    installation: Installation, *, now_protected: bool
) -> None:
    protected = installation.rule("OWN-001", "unsafe", **PROTECTED)
    if not now_protected:
        text = protected.read_text("utf-8")
        protected.unlink()
    installation.rule("OWN-002", "garden")
    installation.store(*installation.posts("unsafe garden", "garden"))
    if not now_protected:
        protected.write_text(text, encoding="utf-8")
    (installation.folder / "empty").mkdir()
    arguments = ("--rules", "empty") if now_protected else ()
    answer = json.loads(installation.run("rules", "replay", *arguments, "--json").stdout)
    dropped = [(row["rule"], len(row["dropped"]), row["added"]) for row in answer["rules"]]
    assert dropped == ([("OWN-002", 1, [])] if now_protected else [])
    assert "OWN-001" not in json.dumps(answer)


def test_a_filter_in_force_counts_on_both_sides(installation: Installation) -> None:
    original(installation)
    installation.run("filters", "add", "OWN-004", "--reason", "x", "--expires", "9d", "--pattern", "a rose")
    installation.store(*installation.posts(*TEXTS))
    assert installation.run(
        "filters", "add", "OWN-002", "--reason", "x", "--expires", "9d", "--pattern", "burns"
    ).exit_code == 0  # fmt: skip
    (installation.folder / "empty").mkdir()
    result = installation.run("rules", "replay", "--rules", "empty", "--json")
    _, dropped = differences(result, installation)
    assert ("WVFT garden burns", "OWN-001") in dropped
    assert ("WVFT garden burns", "OWN-002") not in dropped


def test_a_replay_without_a_database_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    (tmp_path / "own").mkdir()
    (tmp_path / "monitor.toml").write_text(TOML, encoding="utf-8")
    result = Installation(tmp_path, service.utc_now()).run("rules", "replay")
    assert result.exit_code == 1
    assert "no database yet" in result.stderr
    assert not (tmp_path / "state").exists()


# -- verdicts -------------------------------------------------------------------------------------


def test_a_wrong_case_suggests_a_filter_that_can_be_typed_as_it_is(installation: Installation) -> None:
    installation.rule("OWN-001", "garden")
    post = installation.posts("garden")[0]
    assert post.author is not None
    hostile = replace(post, author=replace(post.author, handle="@x'; rm $(y) \x1b[2J"))
    installation.store(hostile)
    result = installation.run("cases", "mark", "1", "wrong", "--reason", "our own garden")
    assert result.stdout.startswith("Case 1 is marked wrong.\n")
    assert "\x1b" not in result.stdout
    command = shlex.split(result.stdout.splitlines()[1])
    assert command[:4] == ["monitor", "filters", "add", "OWN-001"]
    assert command[-2:] == ["--expires", "90d"]
    assert installation.run(*command[1:]).exit_code == 0
    assert len(json.loads(installation.run("filters", "list", "--json").stdout)) == 1


def test_a_right_case_suggests_nothing(installation: Installation) -> None:
    installation.rule("OWN-001", "garden")
    installation.store(*installation.posts("garden"))
    assert installation.run("cases", "mark", "1", "right").stdout == "Case 1 is marked right.\n"


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("1", "wrong"), "there is no case 1"),
        (("7", "wrong"), "there is no case 7"),
        (("1", "guilty"), "guilty"),
        (("1", "wrong", "--reason", "it was jo@mail.test"), "e-mail address"),
    ],
)
def test_a_case_that_is_not_there_or_is_protected_cannot_be_marked(
    installation: Installation, words: tuple[str, ...], hint: str
) -> None:
    installation.rule("OWN-001", "unsafe", **PROTECTED)
    installation.store(*installation.posts("unsafe"))
    result = installation.run("cases", "mark", *words)
    assert result.exit_code == 2
    assert hint in result.stderr
    assert "mail.test" not in result.output
    assert installation.rows("SELECT count(*) FROM decision")[0][0] == 0


def test_precision_counts_cases_and_says_when_they_are_too_few(installation: Installation) -> None:
    installation.rule("OWN-001", "garden")
    installation.rule("OWN-002", "rose", **CONFIDENTIAL)
    installation.rule("OWN-003", "unsafe", **PROTECTED)
    words = [f"garden {n}" for n in range(10)]
    installation.store(*installation.posts(*words, "rose", "unsafe"))
    one = installation.posts("garden again")[0]
    installation.store(one)  # the same account on the same day: the same case
    for number in range(1, 11):
        installation.run("cases", "mark", str(number), "wrong")
        if number <= 8:
            installation.run("cases", "mark", str(number), "right")  # the last word counts
    rows = {row["rule"]: row for row in json.loads(installation.run("rules", "precision", "--json").stdout)}
    assert rows.keys() == {"OWN-001", "OWN-002"}
    garden, rose = rows["OWN-001"], rows["OWN-002"]
    assert (garden["findings"], garden["cases"], garden["decided"]) == (11, 10, 10)
    assert (garden["right"], garden["wrong"], garden["precision"]) == (8, 2, 0.8)
    assert (round(garden["low"], 3), round(garden["high"], 3)) == (0.490, 0.943)
    assert (rose["decided"], rose["precision"]) == (0, None)
    told = installation.run("rules", "precision").stdout.splitlines()
    assert told == [
        "OWN-001\t11\t10\t10\t8\t2\t0.80 (0.49 to 0.94)",
        "OWN-002\t1\t1\t0\t0\t0\ttoo few to say",
    ]
