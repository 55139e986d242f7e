"""The house: help, exit codes, and errors as one clear line."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import monitor.cli
from monitor import __version__
from monitor.cli import app, output
from monitor.cli.house import House
from monitor.cli.output import Exit
from monitor.errors import (
    AlreadyRunning,
    ConfigError,
    DiskFull,
    MonitorError,
    RuleError,
    SourceUnavailable,
    StoreError,
)

HEAVY = (
    "sqlmodel",
    "sqlalchemy",
    "httpx",
    "pydantic",
    "feedparser",
    "re2",
    "apscheduler",
    "jinja2",
    "tweepy",
    "trafilatura",
    "protego",
)

COMMANDS = (
    "scan", "check", "digest", "deliveries", "report", "import", "run", "demo", "init", "doctor", "config",
    "sources", "rules", "wiki", "lookalikes",
)  # fmt: skip


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['monitor', '--help']\n"
        "from monitor.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print(*(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(f"│ {command} " in done.stdout for command in COMMANDS)
    assert done.stderr.split() == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == Exit.OK
    assert f"Usage: monitor {command}" in result.stdout
    assert "<bool>" not in result.stdout


def test_the_version_is_that_of_the_distribution() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (Exit.OK, f"trustwatch {__version__}\n")


def test_an_unknown_command_or_option_is_a_usage_error() -> None:
    assert CliRunner().invoke(app, ["scna"]).exit_code == Exit.USAGE
    assert CliRunner().invoke(app, ["init", "--ask"]).exit_code == Exit.USAGE


def failing(error: BaseException) -> typer.Typer:
    trial = typer.Typer(cls=House)

    @trial.command()
    def fail() -> None:
        raise error

    @trial.command()
    def other() -> None: ...

    return trial


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("monitor.toml:7:1: digest.at: must be a time"), 78),
        (RuleError("NHS-001.yaml:3: no clause"), 78),
        (AlreadyRunning("another daemon holds this database"), 75),
        (DiskFull("the disk is full"), 74),
        (StoreError("the database is of a newer version"), 1),
        (SourceUnavailable("feeds.test did not answer"), 1),
        (MonitorError("[bold]not markup[/bold]"), 1),
    ],
)
def test_an_error_on_purpose_is_its_own_words_and_an_exit_code(error: MonitorError, code: int) -> None:
    result = CliRunner().invoke(failing(error), ["fail"])
    assert result.exit_code == code
    assert result.stderr == f"{error}\n"
    assert result.stdout == ""


def test_an_interruption_is_no_error() -> None:
    result = CliRunner().invoke(failing(KeyboardInterrupt()), ["fail"])
    assert (result.exit_code, result.stderr) == (Exit.INTERRUPTED, "interrupted\n")


def test_an_unforeseen_error_shows_its_place_but_no_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(monitor.cli, "app", failing(ValueError("a patient's words")))
    monkeypatch.setattr(sys, "argv", ["monitor", "fail"])
    with pytest.raises(SystemExit) as caught:
        monitor.cli.main()
    assert caught.value.code == Exit.ERROR
    shown = capsys.readouterr().err
    assert "unexpected ValueError in test_help.py:" in shown
    assert "patient" not in shown


def test_a_full_disk_under_standard_output_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(monitor.cli, "app", failing(full))
    monkeypatch.setattr(sys, "argv", ["monitor", "fail"])
    with pytest.raises(SystemExit) as caught:
        monitor.cli.main()
    assert caught.value.code == Exit.NO_ROOM
    assert "no room left" in capsys.readouterr().err


def test_nothing_but_a_person_gets_a_progress_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress("Reading", total=3) as bar:
        bar.advance(bar.task_ids[0])
    assert capsys.readouterr() == ("", "")


def test_text_of_strangers_cannot_take_over_the_terminal() -> None:
    hostile = "\x1b[2Jred\u202etxt.exe\u2066 [bold]x[/bold]\r\x07\u200bend \U0001f468\u200d\U0001f469"
    assert output.plain(hostile) == " [2Jredtxt.exe [bold]x[/bold]  end \U0001f468\u200d\U0001f469"
    assert "\\[bold]" in output.clean(hostile)


def test_in_a_pipe_a_table_is_one_line_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("Name", "Note"), [("news", "two\nlines\tand a tab"), ("x" * 200, "")])
    assert capsys.readouterr().out == f"news\ttwo lines and a tab\n{'x' * 200}\t\n"


def test_a_config_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--config", str(tmp_path / "no.toml"), "config", "show"])
    assert result.exit_code == Exit.CONFIG
    assert result.stderr == f"{tmp_path}/no.toml: no such file: `monitor init` writes one\n"
