"""`monitor evaluate` on labelled accounts and on names of bodies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.cli.output import Exit
from rules.bodies import shipped

ACCOUNTS = Path(__file__).parents[1] / "rules" / "accounts"
REGISTER = ACCOUNTS / "register.json"
HEADER = "id,org,label,expect,kind,handle,display,bio\n"
OURS = "Wearside Vale NHS Foundation Trust"


def evaluate(*more: object) -> Result:
    return CliRunner().invoke(app, ["evaluate", *map(str, more), "--register", str(REGISTER)])


def as_data(*more: object) -> dict[str, Any]:
    result = evaluate(*more, "--json")
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_score_holds_its_figures_on_labelled_accounts() -> None:
    for name in ("development.csv", "unseen.csv"):
        [file] = as_data(ACCOUNTS / name)["files"]
        assert file["impersonations"] >= 60
        assert file["precision"]["value"] >= 0.95
        assert file["recall"]["value"] >= 0.85


def test_no_listed_body_is_told_as_a_lookalike_of_any_of_the_three(tmp_path: Path) -> None:
    table = tmp_path / "bodies.csv"
    names = [name for body in shipped() for name in (body.name, *body.hospitals)]
    table.write_text("name,type\n" + "".join(f'"{name}",trust\n' for name in names), "utf-8")
    [file] = as_data(table)["files"]
    assert len(file["bodies"]) == 3
    for counted in file["bodies"].values():
        assert counted["tried"] > 800
        assert not {"probable", "possible", "unregistered-team"} & set(counted)


def test_accounts_to_look_at_count_neither_way_and_the_wrong_ones_are_listed(tmp_path: Path) -> None:
    table = tmp_path / "accounts.csv"
    rows = [
        f"1,{OURS},1,impersonation,affix,wvft_help,WVFT Help,",
        f"2,{OURS},0,union,union,wvft_nhs,WVFT NHS,",
        f"3,{OURS},1,impersonation,typo,jo,Jo,",
        f"4,{OURS},R,team,team,wvft_choir,WVFT Choir,",
    ]
    table.write_text(HEADER + "\n".join(rows), "utf-8")
    shown = evaluate(table, "--failures")
    assert shown.exit_code == Exit.OK, shown.output
    assert "precision 0.500" in shown.stdout
    assert "recall 0.500" in shown.stdout
    assert "1 for a person to look at" in shown.stdout
    [file] = as_data(table, "--failures")["files"]
    assert [failure["id"] for failure in file["failures"]] == ["2", "3"]


def test_a_bad_row_is_named_by_its_line_and_left_out(tmp_path: Path) -> None:
    table = tmp_path / "accounts.csv"
    table.write_text(f"{HEADER}1,{OURS},maybe,x,x,a,,\n2,Elsewhere,1,x,x,a,,\n3,{OURS},0,x,x,a,A,\n", "utf-8")
    result = evaluate(table)
    assert result.exit_code == Exit.ERROR
    assert "accounts.csv:2: label: must be 1, 0 or R" in result.stderr
    assert "accounts.csv:3: org:" in result.stderr


def test_tables_of_accounts_and_texts_are_measured_apart(tmp_path: Path) -> None:
    table, texts = tmp_path / "accounts.csv", tmp_path / "texts.jsonl"
    table.write_text(HEADER)
    texts.write_text("{}")
    assert evaluate(table, texts).exit_code == Exit.USAGE
