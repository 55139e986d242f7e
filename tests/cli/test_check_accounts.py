"""`monitor check --accounts`: a stream of accounts, each answered by what it is to the organisation."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from PIL import Image
from typer.testing import CliRunner

from monitor.cli import app
from monitor.cli.output import Exit


def check(lines: list[Any], *more: str) -> tuple[int, list[dict[str, Any]], str]:
    given = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    result = CliRunner().invoke(app, ["check", "--accounts", "-", *more], input=given)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_each_account_is_answered_with_its_class_and_the_reasons() -> None:
    code, answers, _ = check(
        [
            {"id": 1, "handle": "cddft_help", "bio": "DM us your NHS number", "avatar": "official"},
            {"id": "b", "handle": "x", "display": "Save Bishop Auckland Hospital", "avatar": "other"},
            {"id": 3, "handle": "CDDFTNHS", "verified": "0", "external_id": 12, "platform": None},
        ]
    )
    assert code == Exit.OK
    assert [(answer["id"], answer["class"]) for answer in answers] == [
        (1, "probable"),
        ("b", "unrelated"),
        (3, "registered"),
    ]
    assert answers[0]["asks"]
    assert answers[0]["nearest"] == "CDDFT"
    assert any("copy of ours" in reason for reason in answers[0]["reasons"])
    assert set(answers[0]) == {"id", "score", "class", "reasons", "mitigations", "nearest", "asks"}


def test_a_line_that_is_no_account_is_answered_with_its_error_and_the_others_still_are() -> None:
    code, answers, said = check(
        ["nonsense", {"id": 2}, {"id": 3, "handle": "x", "age_days": "nan"}, "", {"id": 5, "handle": "x"}]
    )
    assert code == Exit.NOT_READ
    assert [answer["id"] for answer in answers] == [None, 2, 3, 5]
    assert answers[0]["error"] == "line 1: not JSON"
    assert "age_days" in answers[2]["error"]
    assert answers[3]["class"] == "unrelated"
    assert "Lines that could not be read: 3" in said


def test_what_cannot_be_heeded_is_counted_and_a_picture_file_that_is_not_there_is_said() -> None:
    code, answers, said = check([{"id": 1, "handle": "x", "colour": "blue", "avatar": "faces/1.png"}] * 2)
    assert code == Exit.OK
    assert "colour (2)" in said
    assert answers[0]["not_analysed"] == ["avatar"]
    assert answers[0]["not_read"] == "there is no such file"


def test_a_picture_file_is_compared_with_our_avatars(tmp_path: Path) -> None:
    ours, other, broken = (tmp_path / f"{name}.png" for name in ("ours", "other", "broken"))
    Image.effect_mandelbrot((300, 300), (-2.0, -1.5, 1.0, 1.5), 60).convert("RGB").save(ours)
    Image.linear_gradient("L").convert("RGB").save(other)
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and nothing")
    config = tmp_path / "monitor.toml"
    config.write_text(
        '[organisation]\nname = "Wearside Vale NHS Foundation Trust"\nshort = "WVFT"\n'
        f'handles = ["@WVFTNHS"]\n[pictures]\navatars = ["{ours}"]\n'
    )
    lines = "\n".join(
        json.dumps({"id": path.stem, "handle": "helper_19", "display": "Patient Help", "avatar": str(path)})
        for path in (ours, other, broken)
    )
    result = CliRunner().invoke(app, ["--config", str(config), "check", "--accounts", "-"], input=lines)
    copy, stranger, unread = (json.loads(line) for line in result.stdout.splitlines())
    assert any("copy of ours" in reason for reason in copy["reasons"])
    assert (copy["class"], stranger["class"]) == ("probable", "unrelated")
    assert "not_analysed" not in stranger
    assert unread["not_analysed"] == ["avatar"]


def test_accounts_and_a_text_are_not_checked_at_once() -> None:
    assert CliRunner().invoke(app, ["check", "a text", "--accounts", "-"]).exit_code == Exit.USAGE


def test_a_thousand_accounts_are_scored_against_fifty_handles_in_time(tmp_path: Path) -> None:
    handles = ", ".join(f'"@WVFT{number}NHS"' for number in range(50))
    config = tmp_path / "monitor.toml"
    config.write_text(
        '[organisation]\nname = "Wearside Vale NHS Foundation Trust"\nshort = "WVFT"\n'
        f"handles = [{handles}]\n"
        'hospitals = ["St Oswin\'s Hospital"]\n'
    )
    accounts = [
        {"id": number, "handle": f"wvft_help{number}", "display": f"Wearside Vale Hospital {number}"}
        for number in range(1000)
    ]
    lines = "\n".join(map(json.dumps, accounts))
    began = time.process_time()
    result = CliRunner().invoke(app, ["--config", str(config), "check", "--accounts", "-"], input=lines)
    assert result.exit_code == Exit.OK, result.output
    assert len(result.stdout.splitlines()) == 1000
    assert time.process_time() - began < 3  # a shared machine; tests/bench says what it is on a quiet one
