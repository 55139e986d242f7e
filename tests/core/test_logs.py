"""Logs: JSON, and nothing in them that may not be there."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from monitor import logs


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("GET /x?access_token=abc123 failed", "GET /x?access_token=[redacted] failed"),
        ("Authorization: Bearer", "Authorization: [redacted]"),
        ("Authorization: Bearer abc123 refused", "Authorization: [redacted] refused"),
        ("api_key=abc123 apikey=abc123", "api_key=[redacted] apikey=[redacted]"),
        ("client_secret: abc123, refresh-token=abc", "client_secret: [redacted] refresh-token=[redacted]"),
        ("the monkey: 3, a turkey=4", "the monkey: 3, a turkey=4"),
        ("https://user:hunter2@mail.test/", "https://[redacted]@mail.test/"),
        ("number 999 200 1135 seen", "number [number redacted] seen"),
        ("number 9992001135 seen", "number [number redacted] seen"),
        ("case 214, 12 items", "case 214, 12 items"),
    ],
)
def test_what_may_not_be_logged_is_taken_out(said: str, logged: str) -> None:
    assert logs.redacted(said) == logged


def test_both_kinds_of_logger_write_one_redacted_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger("monitor.test").info("told", reason="token=abc")
    logging.getLogger("somebody.else").warning("password=hunter2\nWARNING forged line")
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["reason"], ours["level"]) == ("told", "token=[redacted]", "info")
    assert theirs["event"].startswith("password=[redacted]")


def test_the_noisy_libraries_say_nothing_below_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(logging.DEBUG)
    for name in logs.QUIET:
        logging.getLogger(name).info("https://feed.test/?key=secret")
    assert capsys.readouterr().err == ""


def test_a_trace_of_an_error_is_redacted_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    try:
        raise ValueError("NHS number 999 200 1135")
    except ValueError:
        structlog.get_logger("monitor.test").exception("failed")
    assert "999 200 1135" not in capsys.readouterr().err
