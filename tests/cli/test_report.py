"""`monitor report`: what people report goes the way of any other post, and tells nobody too much."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from tests.cli.installation import CONFIDENTIAL, PROTECTED, Installation

PICTURES = {
    "png": b"\x89PNG\r\n\x1a\n picture",
    "jpg": b"\xff\xd8\xff\xe0 picture",
    "gif": b"GIF89a picture",
    "webp": b"RIFF\x00\x00\x00\x00WEBP picture",
}


@pytest.fixture
def garden(installation: Installation) -> Installation:
    installation.rule("OWN-001", "garden")
    return installation


def add(installation: Installation, *words: str) -> Result:
    result = installation.run("report", "add", *words)
    assert result.exit_code == 0, result.output
    return result


def picture(folder: Path, kind: str = "png") -> Path:
    path = folder / f"Jane Doe.{kind}"
    path.write_bytes(PICTURES[kind])
    return path


def kept(installation: Installation) -> list[Path]:
    folder = installation.folder / "state" / "reports"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_report_makes_a_case_at_once(garden: Installation) -> None:
    result = add(
        garden, "--link", "https://club.test/1", "--words", "The garden burns", "--by", "ward manager"
    )
    assert "The report is kept." in result.stdout
    assert "LOW  A word  (case 1, comms lane)" in result.stdout
    assert garden.found() == {("The garden burns\nReported by ward manager", "OWN-001")}


def test_all_that_is_known_of_it_is_kept(garden: Installation) -> None:
    add(
        garden, "--link", "https://www.club.test/1", "--words", "Look", "--account", "@jo",
        "--posted", "2026-11-01", "--by", "sam",
    )  # fmt: skip
    ((*found, posted),) = garden.rows("SELECT source, platform, kind, author, url, created_at FROM mention")
    assert found == ["reports", "club.test", "report", "@jo", "https://www.club.test/1"]
    assert str(posted).startswith("2026-11-01")


def test_what_identifies_a_patient_is_masked_and_shown_to_nobody(garden: Installation) -> None:
    result = add(garden, "--words", "She posted NHS number 943 476 5919")
    assert "943 476 5919" not in result.output
    assert all("943 476 5919" not in str(row) for row in garden.rows("SELECT text FROM mention"))


def test_the_same_report_twice_adds_nothing_and_says_so(garden: Installation) -> None:
    words = ("--words", "The garden burns", "--by", "sam", "--screenshot", str(picture(garden.folder)))
    add(garden, *words)
    assert "there already; nothing was added" in add(garden, *words).stdout
    assert json.loads(add(garden, *words, "--json").stdout)["new"] is False
    assert garden.rows("SELECT count(*) FROM mention") == [(1,)]
    assert len(garden.found()) == len(kept(garden)) == 1


def test_two_people_may_report_the_same(garden: Installation) -> None:
    for name in ("jo", "sam"):
        add(garden, "--words", "The garden burns", "--by", name)
    assert garden.rows("SELECT count(*) FROM mention") == [(2,)]


def test_of_an_anonymous_report_nobody_is_kept(garden: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "jdoe")
    add(garden, "--words", "The garden", "--anonymous")
    assert garden.found() == {("The garden", "OWN-001")}
    add(garden, "--words", "The garden")
    assert ("The garden\nReported by jdoe", "OWN-001") in garden.found()


@pytest.mark.parametrize("kind", PICTURES)
def test_a_screenshot_is_kept_privately_under_its_digest(garden: Installation, kind: str) -> None:
    result = add(garden, "--screenshot", str(picture(garden.folder, kind)), "--by", "sam")
    (file,) = kept(garden)
    assert file.read_bytes() == PICTURES[kind]
    assert file.suffix == f".{kind}"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "not read yet" in result.stdout
    ((text,),) = garden.rows("SELECT text FROM mention")
    assert text == f"Screenshot kept as {file.stem[:8]}*.{kind}\nReported by sam"
    assert "Jane" not in result.output


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("page.png", b"<html>", "is no picture"),
        ("sound.webp", b"RIFF\x00\x00\x00\x00WAVE", "is no picture"),
        ("empty.png", b"", "is no picture"),
        ("huge.png", PICTURES["png"] + bytes(20 * 2**20), "larger than 20 MB"),
        ("missing.png", None, "cannot be read"),
    ],
)
def test_what_is_no_screenshot_is_refused_and_nothing_is_stored(
    garden: Installation, name: str, content: bytes | None, why: str
) -> None:
    if content is not None:
        (garden.folder / name).write_bytes(content)
    result = garden.run("report", "add", "--screenshot", str(garden.folder / name))
    assert result.exit_code == 2
    assert why in " ".join(result.output.replace("│", " ").split())
    assert not kept(garden)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--words", "  "),
        ("--link", "javascript:alert(1)"),
        ("--words", "x", "--posted", "the other day"),
        ("--words", "x", "--by", "jo", "--anonymous"),
        ("--words", "x" * 100_001),
    ],
)
def test_a_report_that_cannot_be_understood_is_a_usage_error(
    garden: Installation, words: tuple[str, ...]
) -> None:
    assert garden.run("report", "add", *words).exit_code == 2


def test_words_may_come_from_standard_input(garden: Installation) -> None:
    config = ("--config", str(garden.folder / "monitor.toml"))
    CliRunner().invoke(app, [*config, "report", "add", "--words", "-", "--anonymous"], input="A garden\n")
    assert garden.found() == {("A garden", "OWN-001")}


def test_reports_are_listed_with_their_cases_and_without_what_is_confidential(garden: Installation) -> None:
    garden.rule("OWN-002", "orchard", **CONFIDENTIAL)
    for words in ("The garden", "The orchard", "The meadow"):
        add(garden, "--words", words, "--platform", "WhatsApp", "--anonymous")
    garden.store(*garden.posts("elsewhere"))
    rows = json.loads(garden.run("report", "list", "--json").stdout)
    assert [(row["headline"], row["cases"], row["platform"]) for row in rows] == [
        ("The meadow", [], "whatsapp"), ("(confidential)", [2], "whatsapp"), ("The garden", [1], "whatsapp"),
    ]  # fmt: skip
    assert garden.run("report", "list").stdout.count("\n") == 3


def test_a_list_without_reports_says_how_to_make_one(garden: Installation) -> None:
    assert "monitor report add" in garden.run("report", "list").stderr


def test_what_may_be_a_protected_disclosure_shows_nowhere(garden: Installation) -> None:
    garden.rule("OWN-003", "whistle", **PROTECTED)
    plain = add(garden, "--words", "The meadow", "--anonymous").output
    assert add(garden, "--words", "The whistle", "--anonymous").output == plain
    again = add(garden, "--words", "The meadow", "--anonymous").output
    assert add(garden, "--words", "The whistle", "--anonymous").output == again
    assert "whistle" not in garden.run("report", "list").output


def test_a_report_is_in_the_next_digest(garden: Installation) -> None:
    add(garden, "--words", "The meadow is on fire", "--anonymous")
    digest = garden.run("digest", "--for", "comms").stdout
    assert "The meadow is on fire" in digest
    assert "reports, seen" in digest
    assert "Not read" not in digest.partition("gazette")[0]


def test_the_sources_are_those_of_the_settings(garden: Installation) -> None:
    add(garden, "--words", "The meadow", "--anonymous")
    assert [row["name"] for row in json.loads(garden.run("sources", "list", "--json").stdout)] == ["gazette"]


def test_a_source_cannot_have_the_name_of_the_reports(garden: Installation) -> None:
    path = garden.folder / "monitor.toml"
    path.write_text(path.read_text("utf-8").replace('name = "gazette"', 'name = "reports"'), encoding="utf-8")
    result = garden.run("report", "add", "--words", "The meadow")
    assert result.exit_code == 78
    assert "sources" in result.stderr


@pytest.mark.skipif(os.name != "posix", reason="the lock is one of POSIX")
def test_a_report_is_taken_while_the_daemon_holds_the_database(garden: Installation) -> None:
    from monitor import service

    with service.opened(garden.settings()) as daemon, daemon.store.sole_daemon():
        assert "The report is kept." in add(garden, "--words", "The garden", "--anonymous").stdout
