"""`monitor wiki explain`: what an edit does, of files and of revisions, and nothing of it unmasked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.cli.output import Exit
from tests.cli.servedwiki import NEW, OLD, WIKI_SOURCE, ServedWiki, run, written
from tests.cli.test_no_leak import Planted, nhs_numbers, others
from tests.connectors.fakewiki import TITLE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    return tmp_path


def files(folder: Path, old: str = OLD, new: str = NEW) -> tuple[str, str]:
    (folder / "old.txt").write_text(old, "utf-8")
    (folder / "new.txt").write_text(new, "utf-8")
    return "old.txt", "new.txt"


def test_two_files_are_explained_without_any_settings(folder: Path) -> None:
    result = run(
        "wiki", "explain", *files(folder), "--organisation", "Wearside Vale", "--page", "Wearside Vale"
    )
    assert result.exit_code == Exit.OK, result.output
    assert "Wearside Vale: old.txt → new.txt" in result.stdout
    assert re.search(r"^Criticism$", result.stdout, re.MULTILINE)
    assert "[-In 2019 inspectors rated the" in " ".join(result.stdout.split())
    assert re.search(r"\{\+[^}]*faced challenges", result.stdout)
    assert "Criticism removed" in result.stdout
    assert "What to do: " in result.stdout


def test_without_settings_or_a_name_it_says_whose_page_it_takes_it_for(folder: Path) -> None:
    result = run("wiki", "explain", *files(folder))
    assert "explained as if for County Durham and Darlington" in result.stderr


def test_as_json_an_explanation_has_effects_with_evidence_and_the_difference(folder: Path) -> None:
    words = ("--page", TITLE, "--user", "192.0.2.7", "--summary", "tidy", "--tag", "mobile edit")
    result = run("wiki", "explain", *files(folder), *words, "--json")
    answer = json.loads(result.stdout)
    assert list(answer) == [
        "page", "old", "new", "summary", "editor", "effects", "findings", "hunks", "sections_before",
        "sections_after",
    ]  # fmt: skip
    assert answer["editor"]["kind"] == "address"
    assert answer["sections_before"] == ["History", "Criticism"]
    [removed] = [effect for effect in answer["effects"] if effect["effect"] == "criticism-removed"]
    assert removed["rule"] == "WIK-001"
    assert removed["section"] == "Criticism"
    assert removed["evidence"][0]["where"] == "removed"
    assert "avoidable deaths" in " ".join(each["text"] for each in removed["evidence"])
    assert {"section", "old", "new", "before", "after"} == set(answer["hunks"][0])
    assert set(answer["findings"][0]) == {
        "rule", "category", "severity", "lane", "clauses", "reason", "confidence", "evidence",
    }  # fmt: skip


def test_two_revisions_are_explained_with_what_the_wiki_tells(folder: Path, wiki: ServedWiki) -> None:
    written(folder, WIKI_SOURCE.format(url=wiki.url))
    by_number = json.loads(run("wiki", "explain", "2", "3", "--json").stdout)
    assert by_number == json.loads(run("wiki", "explain", "prev", "3", "--json").stdout)
    assert (by_number["page"], by_number["old"], by_number["new"]) == (TITLE, "2", "3")
    assert by_number["editor"]["name"] == "Harbour Lantern"
    assert "criticism-removed" in [effect["effect"] for effect in by_number["effects"]]
    agents = {asked["agent"] for asked in wiki.asked}
    assert all("comms@wvft.nhs.test" in agent for agent in agents)


def test_a_declared_user_name_is_told_with_its_capacity(folder: Path, wiki: ServedWiki) -> None:
    file = written(folder, WIKI_SOURCE.format(url=wiki.url))
    host = wiki.url.removeprefix("http://")
    declared = {
        "wiki": host, "user": "harbour_Lantern", "capacity": "communications officer",
        "disclosed-at": "https://wiki.test/wiki/User:Harbour_Lantern", "declared-on": "2026-11-02",
    }  # fmt: skip
    words = [word for name, value in declared.items() for word in (f"--{name}", value)]
    entered = run("--config", str(file), "registers", "editors", "add", *words)
    assert entered.exit_code == Exit.OK, entered.output
    answer = json.loads(run("wiki", "explain", "2", "3", "--json").stdout)
    assert answer["editor"]["declared"] == "communications officer"
    assert "declared-editor" in [effect["effect"] for effect in answer["effects"]]


def test_the_first_revision_of_a_page_is_compared_with_nothing(folder: Path, wiki: ServedWiki) -> None:
    written(folder, WIKI_SOURCE.format(url=wiki.url))
    assert "0 → 3 bytes (+3)" in run("wiki", "explain", "prev", "1").stdout


def test_a_revision_that_is_not_there_or_hidden_is_a_clear_error(folder: Path, wiki: ServedWiki) -> None:
    written(folder, WIKI_SOURCE.format(url=wiki.url))
    missing = run("wiki", "explain", "2", "99")
    assert missing.exit_code == Exit.USAGE
    assert "has no revision 99" in " ".join(missing.stderr.replace("│", " ").split())
    wiki.hidden.add(3)
    hidden = run("wiki", "explain", "2", "3")
    assert hidden.exit_code == Exit.USAGE
    assert "hides the text of revision 3" in " ".join(hidden.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        (b"\x7fELF\0\x01", "not wikitext in UTF-8"),
        (b"caf\xe9", "not wikitext in UTF-8"),
        (b"x" * ((8 << 20) + 1), "larger than 8 MB"),
    ],
)
def test_a_file_that_is_no_wikitext_is_named_with_the_reason(
    folder: Path, content: bytes | None, said: str
) -> None:
    old, new = files(folder)
    (folder / new).unlink()
    if content is not None:
        (folder / new).write_bytes(content)
    result = run("wiki", "explain", old, new)
    assert result.exit_code == Exit.USAGE
    told = " ".join(result.stderr.replace("│", " ").split())
    assert "for NEW: new.txt" in told
    assert said in told


def test_a_script_can_ask_for_an_exit_code(folder: Path) -> None:
    assert run("wiki", "explain", *files(folder), "--fail-on", "high").exit_code == Exit.FOUND
    assert run("wiki", "explain", *files(folder, OLD, OLD), "--fail-on", "info").exit_code == Exit.OK


@pytest.mark.parametrize("colour", [True, False])
def test_what_went_and_came_can_be_told_apart_with_colours_and_without(folder: Path, colour: bool) -> None:
    names = files(folder, "The unit failed.\n", "The unit thrived.\n")
    # A terminal that has colours; NO_COLOR asks for none: https://no-color.org
    wanted = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "100"} | (
        {} if colour else {"NO_COLOR": "1"}
    )
    done = subprocess.run(
        [sys.executable, "-c", "from monitor.cli import main; main()", "wiki", "explain", *names],
        cwd=folder, env={k: v for k, v in os.environ.items() if k != "NO_COLOR"} | wanted,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ("[-failed-]{+thrived+}" in done.stdout) is not colour
    assert ("\x1b[9;31mfailed\x1b[0m \x1b[1;32mthrived\x1b[0m" in done.stdout) is colour


def test_text_of_strangers_cannot_take_over_the_terminal(folder: Path) -> None:
    result = run("wiki", "explain", *files(folder, "safe\n", "\x1b[2J[red]x[/red]\u202etxt\x07 y\n"))
    assert result.exit_code == Exit.OK
    assert not re.search(r"[\x1b\x07\u202e]", result.stdout)
    assert "[red]x[/red]" in result.stdout


PLACES = ("added", "removed", "beside", "heading", "summary", "user")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    planted=nhs_numbers() | others(),
    place=st.sampled_from(PLACES),
    form=st.sampled_from([(), ("--json",)]),
)
def test_an_identifier_is_shown_nowhere_whatever_part_of_the_edit_has_it(
    folder: Path, planted: Planted, place: str, form: tuple[str, ...]
) -> None:
    story = planted.story
    old, new, summary, user = OLD, NEW, "tidy", "Harbour Lantern"
    match place:
        case "added":
            new = NEW.replace("1921.", f"1921. {story}")
        case "removed":
            old = OLD.replace("1921.", f"1921. {story}")
        case "beside":
            old, new = (text.replace("The hospital opened", f"{story} opened") for text in (OLD, NEW))
            new = new.replace("1921", "1922")
        case "heading":
            new = NEW + f"\n== {story} ==\nWords below it.\n"
        case "summary":
            summary = story
        case "user":
            user = planted.carrier.format(planted.written)
    names = files(folder, old, new)
    result = run(
        "wiki", "explain", *names, "--organisation", "WVFT", "--user", user, "--summary", summary, *form
    )
    assert result.exit_code == Exit.OK
    told = re.sub(r"[^0-9a-z@.]", "", result.output.casefold())
    assert planted.telling not in told
    assert planted.telling not in re.sub(r"[^0-9a-z@]", "", told)
