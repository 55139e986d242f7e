"""`monitor config`: checked, shown without secrets, described in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner, Result

import connectors
from monitor.cli import app
from monitor.cli.output import Exit
from monitor.cli.settings_text import reference, schema
from monitor.config import Settings
from monitor.config.problems import model_in

DOCS = Path(__file__).parents[2] / "docs"
FILE = """\
[organisation]
name = "Wearside Vale NHS Foundation Trust"
short = "WVFT"
aliases = [{ text = "Wearside Vale" }]
[smtp]
host = "mail.wvft.nhs.test"
sender = "comms@wvft.nhs.test"
[[recipients]]
address = "comms@wvft.nhs.test"
[[sources]]
name = "news"
kind = "rss"
url = "https://news.wvft.nhs.test/feed?key=hunter2"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("MONITOR_CONFIG", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "monitor.toml").write_text(FILE, "utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["config", *arguments])


def test_a_good_file_is_said_to_be_good() -> None:
    result = run("check", "--offline")
    assert result.exit_code == Exit.OK
    assert "ok      sources: news (rss)" in result.stdout
    assert "rules in force, for CDD" in result.stdout


def test_a_source_of_an_unknown_kind_is_named_at_its_line(folder: Path) -> None:
    (folder / "monitor.toml").write_text(FILE.replace('"rss"', '"rs"'), "utf-8")
    result = run("check", "--offline")
    assert result.exit_code == Exit.CONFIG
    assert "FAILED  sources: monitor.toml:12:1: sources.0.kind: no connector of kind 'rs'" in result.stdout


def test_a_wrong_option_of_a_source_is_named_at_its_line(folder: Path) -> None:
    (folder / "monitor.toml").write_text(FILE + "pagse = 3\n", "utf-8")
    result = run("check", "--offline", "--json")
    assert result.exit_code == Exit.CONFIG
    (failure,) = [verdict for verdict in json.loads(result.stdout) if verdict["outcome"] == "failure"]
    assert failure["check"] == "sources"
    assert failure["detail"] == "monitor.toml:14:1: sources.0.pagse: unknown key: did you mean 'pages'?"


def test_a_broken_rule_of_the_organisation_is_a_failure(folder: Path) -> None:
    (folder / "own").mkdir()
    (folder / "own" / "OWN-001.yaml").write_text("id: OWN-001\n", "utf-8")
    (folder / "monitor.toml").write_text(FILE + '[rules]\nfolder = "own"\n', "utf-8")
    result = run("check", "--offline")
    assert result.exit_code == Exit.CONFIG
    assert "FAILED  rules: " in result.stdout
    assert "OWN-001.yaml" in result.stdout


def test_an_unreachable_mail_server_fails_the_check_unless_offline(folder: Path) -> None:
    text = FILE.replace('"mail.wvft.nhs.test"', '"127.0.0.1"\nport = 1')
    (folder / "monitor.toml").write_text(text, "utf-8")
    result = run("check")
    assert result.exit_code == Exit.CONFIG
    assert "FAILED  mail server: mail: 127.0.0.1:1 could not be reached" in result.stdout
    assert run("check", "--offline").exit_code == Exit.OK


def test_what_is_shown_holds_no_secret(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_SMTP__PASSWORD", "hunter2")
    monkeypatch.setenv("MONITOR_STORE__URL", "postgresql://tw:hunter2@db.wvft.nhs.test/tw")
    monkeypatch.setenv("MONITOR_NETWORK__PROXY", "http://tw:hunter2@proxy.wvft.nhs.test:3128")
    for arguments in (("show",), ("show", "--json")):
        result = run(*arguments)
        assert result.exit_code == Exit.OK
        assert "hunter2" not in result.stdout
        assert result.stdout.count("**********") == 4


def test_each_value_is_shown_with_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_DIGEST__AT", "09:00")
    rows = {row["key"]: (row["value"], row["from"]) for row in json.loads(run("show", "--json").stdout)}
    assert rows["organisation.short"] == ("WVFT", "monitor.toml:3:1")
    assert rows["organisation.aliases.0.text"] == ("Wearside Vale", "monitor.toml:4:14")
    assert rows["digest.at"] == ("09:00", "environment MONITOR_DIGEST__AT")
    assert rows["sources.0.every"] == ("30m", "default")
    assert rows["smtp.port"] == (587, "default")
    lines = run("show").stdout.splitlines()
    assert "digest.on_empty\tsend\tdefault" in lines
    assert "smtp.user\tnot set\tdefault" in lines


def test_the_schema_in_the_documentation_is_current() -> None:
    printed = run("schema").stdout
    assert (DOCS / "monitor.schema.json").read_text("utf-8") == printed, "make reference"
    assert json.loads(printed) == schema()


def test_what_a_kind_of_source_cannot_do_without_is_asked_for_at_the_source(folder: Path) -> None:
    wiki = '[[sources]]\nname = "wiki"\nkind = "wikipedia"\npages = ["Trust"]\n'
    (folder / "monitor.toml").write_text(FILE + wiki, "utf-8")
    done = run("check", "--offline")
    assert done.exit_code == Exit.CONFIG
    assert "monitor.toml:14:1: sources.1: contact: wikis turn unnamed readers away" in done.output


def test_every_key_is_documented() -> None:
    text = (DOCS / "configuration.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`{name}`" in text or f"[{name}]" in text
        described(model_in(field.annotation), text)
    for kind in documented(text):
        described(connectors.load(kind).Options, text)


def documented(text: str) -> list[str]:
    """The kinds of source that the page has; a new connector may come before its page."""
    return [kind for kind in connectors.CONNECTORS if f'with `kind = "{kind}"`' in text]


def described(model: type[BaseModel] | None, text: str) -> None:
    for key, field in model.model_fields.items() if model else ():
        assert f"| `{key}` |" in text
        described(model_in(field.annotation), text)


def test_the_reference_in_the_documentation_is_current() -> None:
    text = (DOCS / "configuration.md").read_text("utf-8")
    assert documented(text)
    assert text.endswith(f"{reference(documented(text))}\n"), "make reference"


def test_every_key_of_the_settings_has_a_meaning() -> None:
    rows = [line for line in reference().splitlines() if line.startswith("| `")]
    core = reference().split('with `kind = "')[0].splitlines()
    assert len(rows) > 60
    assert not [line for line in core if line.startswith("| `") and line.endswith("|  |")]
