"""`monitor check --image`: what a picture shows is told before it is posted, masked."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from monitor.cli import app
from monitor.cli.output import Exit
from monitor.pictures import analysis
from tests.pictures.draw import codes, hostile, letters, optics
from tests.pictures.draw.fonts import Typesetter

BARE = Typesetter(bare=True)


def check(*arguments: str, **more: Any) -> Result:
    """The command's answer."""
    return CliRunner().invoke(app, ["check", *arguments], **more)


@pytest.fixture(scope="module")
def label(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, letters.Sheet]:
    """A specimen label as a screenshot, and what stands on it."""
    sheet = letters.label(Random(7), BARE)
    file = tmp_path_factory.mktemp("pictures") / "label.png"
    file.write_bytes(optics.png(sheet.image))
    return file, sheet


def test_an_identifier_in_a_picture_is_found_and_never_printed(label: tuple[Path, letters.Sheet]) -> None:
    file, sheet = label
    result = check("--image", str(file), "--fail-on", "medium")
    assert result.exit_code == Exit.FOUND
    assert "NHS number" in result.stdout
    assert "redacted]" in result.stdout
    assert sheet.numbers[0] not in result.stdout
    assert "".join(sheet.numbers[0].split()) not in result.stdout


def test_scripts_read_a_line_for_each_file_whose_spans_index_the_masked_text(
    label: tuple[Path, letters.Sheet], tmp_path: Path
) -> None:
    gone = tmp_path / "gone.png"
    result = check("Our lab", "--image", str(label[0]), "--image", str(gone), "--json")
    seen, missing = map(json.loads, result.stdout.splitlines())
    assert result.exit_code == Exit.NOT_READ
    assert (missing["file"], missing["not_analysed"]) == (str(gone), "there is no such file")
    assert seen["not_analysed"] is None
    spans = [s for found in seen["findings"] for s in found["spans"] if s["where"] == "image 1"]
    assert spans
    assert all("redacted]" in seen["picture"]["text"][s["start"] : s["end"]] for s in spans)


def test_of_a_file_that_could_not_be_seen_nothing_is_said_to_be_found(tmp_path: Path) -> None:
    (tmp_path / "page.jpg").write_bytes(b"<!doctype html>")
    result = check("--image", str(tmp_path / "page.jpg"))
    assert result.exit_code == Exit.NOT_READ
    assert "Not analysed: " in result.stdout
    assert "Nothing found" not in result.stdout


def test_a_location_is_told_with_what_to_do_and_without_the_place(tmp_path: Path) -> None:
    (tmp_path / "where.jpg").write_bytes(hostile.located(codes.code("https://a.test/x?id=1").convert("RGB")))
    result = check("--image", str(tmp_path / "where.jpg"))
    assert "Its metadata hold a location" in result.stdout
    assert "Remove the location before posting" in result.stdout
    assert "QR code: https://a.test/" in result.stdout
    assert "id=1" not in result.stdout
    assert result.exit_code == Exit.OK


def test_a_line_of_a_stream_that_names_a_picture_is_judged_with_it(label: tuple[Path, letters.Sheet]) -> None:
    given = [{"id": 1, "text": "x", "image": str(label[0])}, {"id": 2, "text": "x", "image": "no such.png"}]
    result = check("--jsonl", "-", input="\n".join(map(json.dumps, given)))
    seen, missing = map(json.loads, result.stdout.splitlines())
    assert "not_analysed" not in seen
    assert "PID-003" in {found["rule"] for found in seen["findings"]}
    assert missing["not_analysed"] == ["image"]
    assert missing["picture"]["not_read"] == "there is no such file"


def test_without_the_extra_it_says_how_to_have_pictures_analysed(
    label: tuple[Path, letters.Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis, "find_spec", lambda name: None)
    analysis.installed.cache_clear()
    try:
        result = check("--image", str(label[0]))
    finally:
        monkeypatch.undo()
        analysis.installed.cache_clear()
    assert result.exit_code == Exit.NOT_READ
    assert "pip install 'trustwatch[images]'" in result.stdout
