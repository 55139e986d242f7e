"""`monitor init`: a first settings file that holds."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor import config
from monitor.cli import app
from monitor.cli.init import QUESTIONS
from monitor.cli.output import Exit

ANSWERS = [
    'St Oswin\'s "Community" NHS Trust',
    "SOCT",
    "soct.nhs.test",
    "comms@soct.nhs.test",
    "caldicott@soct.nhs.test",
    "St Oswin's Community NHS Trust",
    "https://news.soct.nhs.test/feed/",
    "mail.soct.nhs.test",
]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("MONITOR_CONFIG", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)


def init(*arguments: str, answers: list[str] | None = None) -> Result:
    typed = "".join(f"{answer}\n" for answer in answers or [])
    return CliRunner().invoke(app, ["init", *arguments], input=typed)


def test_the_sample_passes_the_check_of_the_settings() -> None:
    assert init("--no-input").exit_code == Exit.OK
    checked = CliRunner().invoke(app, ["config", "check", "--offline"])
    assert (checked.exit_code, "FAILED" in checked.stdout) == (Exit.OK, False)


def test_eight_answers_make_a_file_that_holds() -> None:
    assert len(QUESTIONS) == 8
    assert init(answers=ANSWERS).exit_code == Exit.OK
    settings = config.load(Path("monitor.toml"))
    assert settings.organisation.name == ANSWERS[0]
    assert settings.organisation.domains == ("soct.nhs.test",)
    assert [r.address for r in settings.recipients] == ["comms@soct.nhs.test", "caldicott@soct.nhs.test"]
    assert settings.sources[0].options == {"pages": ["St Oswin's Community NHS Trust"]}
    assert settings.sources[1].options == {"url": "https://news.soct.nhs.test/feed/"}
    assert settings.smtp is not None
    assert (settings.smtp.host, settings.smtp.sender) == ("mail.soct.nhs.test", "comms@soct.nhs.test")
    assert settings.network.contact == "comms@soct.nhs.test"


def test_nothing_of_the_invented_trust_is_left_in_a_file_made_from_answers() -> None:
    init(answers=ANSWERS)
    values = str(tomllib.loads(Path("monitor.toml").read_text("utf-8"))).casefold()
    assert "wearside" not in values
    assert "wvft" not in values


def test_what_is_left_empty_is_switched_off() -> None:
    assert init(answers=[*ANSWERS[:4], "", "", "", ""]).exit_code == Exit.OK
    settings = config.load(Path("monitor.toml"))
    assert (settings.sources, settings.smtp, len(settings.recipients)) == ((), None, 1)


def test_a_file_that_is_there_stays_as_it_is() -> None:
    Path("monitor.toml").write_text("mine", "utf-8")
    result = init("--no-input")
    assert result.exit_code == Exit.CONFIG
    assert "is there already" in result.stderr
    assert Path("monitor.toml").read_text("utf-8") == "mine"


def test_an_answer_that_looks_wrong_is_asked_for_again() -> None:
    answers = [*ANSWERS[:2], "https://soct.nhs.test", *ANSWERS[2:3], "not an address", *ANSWERS[3:]]
    result = init(answers=answers)
    assert result.exit_code == Exit.OK
    assert result.stderr.count("That does not look right") == 2
    assert config.load(Path("monitor.toml")).network.contact == "comms@soct.nhs.test"


def test_an_answer_that_does_not_hold_leaves_no_file() -> None:
    result = init("new.toml", answers=[*ANSWERS[:3], "a,b@soct.nhs.test", *ANSWERS[4:]])
    assert result.exit_code == Exit.CONFIG
    assert "recipients.0.address: must be one mail address" in result.stderr
    assert not Path("new.toml").exists()


def test_an_interrupted_questionnaire_leaves_no_file() -> None:
    assert init(answers=ANSWERS[:2]).exit_code == Exit.INTERRUPTED
    assert not Path("monitor.toml").exists()


def test_a_folder_that_is_not_there_is_said_so() -> None:
    result = init("none/monitor.toml", "--no-input")
    assert result.exit_code == Exit.CONFIG
    assert result.stderr == "none/monitor.toml: cannot be written: No such file or directory\n"
