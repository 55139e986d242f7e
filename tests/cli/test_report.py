"""`monitor report`: what people report goes the way of any other post, and tells nobody too much."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from monitor import sealing, service
from monitor.cli import app
from monitor.sealing import ORIGINALS, Keyring
from monitor.store.originals.sealed import POST, originals_of
from monitor.store.protected import waiting
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


def kept(installation: Installation) -> list[tuple[str, bytes]]:
    """Every picture that is sealed with a report, opened: its part and its bytes."""
    ring = Keyring(ORIGINALS, [installation.folder / "state" / "keys"])
    with service.opened(installation.settings()) as app, app.store.reading() as connection:
        mentions = connection.execute(text("SELECT id FROM mention")).scalars()
        parts = [part for mention in mentions for part in originals_of(connection, mention)]
    return [(p.part, ring.open(p.sealed, p.place)) for p in parts if p.part != POST]


def on_disk(installation: Installation, content: bytes) -> list[Path]:
    """The files of the state folder that hold `content` as it is."""
    files = (file for file in (installation.folder / "state").rglob("*") if file.is_file())
    return [file for file in files if content in file.read_bytes()]


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
def test_a_screenshot_is_sealed_with_its_report_and_lies_nowhere_else(
    garden: Installation, kind: str
) -> None:
    result = add(garden, "--screenshot", str(picture(garden.folder, kind)), "--by", "sam")
    ((part, content),) = kept(garden)
    assert content == PICTURES[kind]
    assert on_disk(garden, content) == []
    assert "is sealed." in result.stdout
    ((said,),) = garden.rows("SELECT text FROM mention")
    name = part.removeprefix("screenshot:")
    assert said == f"Screenshot kept as {name.replace('.', '*.')}\nReported by sam"
    assert name.endswith(f".{kind}")
    assert "Jane" not in result.output


def test_a_screenshot_of_a_possible_disclosure_is_sealed_to_the_guardian(garden: Installation) -> None:
    garden.rule("OWN-003", "whistle", **PROTECTED)
    add(garden, "--words", "The whistle", "--screenshot", str(picture(garden.folder)), "--anonymous")
    assert kept(garden) == []
    assert on_disk(garden, PICTURES["png"]) == []
    ring = Keyring(sealing.PROTECTED, [garden.folder / "state" / "keys"])
    with service.opened(garden.settings()) as app, app.store.reading() as connection:
        (row,) = waiting(connection)
    (content,) = json.loads(ring.open(row.sealed, row.place))["pictures"].values()
    assert base64.b64decode(content) == PICTURES["png"]


def test_pictures_of_an_older_version_are_sealed_at_the_next_start_and_removed(garden: Installation) -> None:
    folder = garden.folder / "state" / "reports"
    add(garden, "--screenshot", str(picture(garden.folder)), "--by", "sam")
    with service.opened(garden.settings()) as app, app.store.transaction() as tx:
        tx.connection.execute(text("DELETE FROM sealed_original"))
    folder.mkdir()
    digest = hashlib.sha256(PICTURES["png"]).hexdigest()
    (folder / f"{digest}.png").write_bytes(PICTURES["png"])
    (folder / f".{digest}.png.123").write_bytes(PICTURES["png"][:5])
    (folder / f"{'0' * 64}.gif").write_bytes(PICTURES["gif"])  # its report was purged
    assert kept(garden) == [(f"screenshot:{digest[:8]}.png", PICTURES["png"])]
    assert list(folder.iterdir()) == []


def test_an_older_picture_that_no_report_names_goes_to_the_guardian_where_it_may_be_theirs(
    garden: Installation,
) -> None:
    garden.rule("OWN-003", "whistle", **PROTECTED)
    add(garden, "--words", "The whistle", "--anonymous")
    folder = garden.folder / "state" / "reports"
    folder.mkdir()
    (folder / f"{'a' * 64}.png").write_bytes(PICTURES["png"])
    ring = Keyring(sealing.PROTECTED, [garden.folder / "state" / "keys"])
    with service.opened(garden.settings()) as app, app.store.reading() as connection:
        told = [json.loads(ring.open(row.sealed, row.place)) for row in waiting(connection)]
    assert [base64.b64decode(value["pictures"].get("aaaaaaaa.png", "")) for value in told] == [
        b"",
        PICTURES["png"],
    ]
    assert on_disk(garden, PICTURES["png"]) == []


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
    assert not (garden.folder / "state").exists(), "nothing was stored"


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
    with service.opened(garden.settings()) as daemon, daemon.store.sole_daemon():
        assert "The report is kept." in add(garden, "--words", "The garden", "--anonymous").stdout


def test_every_report_ends_with_where_staff_can_turn_to(garden: Installation) -> None:
    garden.rule("OWN-009", "unsafe", **PROTECTED)
    settings = garden.folder / "monitor.toml"
    signpost = '\n[governance]\nsignpost = "Fern listens, on 01632 960111."\n'
    settings.write_text(settings.read_text("utf-8") + signpost, "utf-8")
    for words in ("The garden burns", "It is unsafe here", "Nothing of the kind"):
        assert add(garden, "--words", words).stderr.rstrip().endswith("Fern listens, on 01632 960111.")
