"""Quiet hours as the settings have them: what is taken, what is refused, what is doubted."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from monitor import config
from monitor.config import UrgentSettings, warnings
from monitor.errors import ConfigError
from tests.cli.installation import HEAD

GUARDIAN = '[[recipients]]\naddress = "cal@wvft.nhs.test"\nrole = "patient_confidentiality"\n'


def settings(tmp_path: Path, urgent: str) -> config.Settings:
    file = tmp_path / "monitor.toml"
    file.write_text(f"{HEAD}{GUARDIAN}[urgent]\n{urgent}\n", encoding="utf-8")
    return config.load(file)


@pytest.mark.parametrize(
    ("hours", "at", "covered"),
    [
        ("20:00-07:00", "20:00", True), ("20:00-07:00", "23:59", True), ("20:00-07:00", "00:00", True),
        ("20:00-07:00", "06:59", True), ("20:00-07:00", "07:00", False), ("20:00-07:00", "19:59", False),
        ("12:00-13:00", "12:30", True), ("12:00-13:00", "13:00", False), ("12:00-13:00", "11:59", False),
    ],
)  # fmt: skip
def test_quiet_hours_run_over_midnight_and_end_on_the_minute(hours: str, at: str, covered: bool) -> None:
    quiet = UrgentSettings.model_validate({"quiet": {"comms": hours}}).quiet["comms"]
    assert quiet.cover(time.fromisoformat(at)) is covered
    assert str(quiet) == hours


@pytest.mark.parametrize(
    ("quiet", "what"),
    [
        ('comms = "20:00"', "must be local times from and to"),
        ('comms = "20:00-24:00"', "must be local times from and to"),
        ('comms = "22:00-01:30"', "when the clocks change"),
        ('comms = "07:00-07:00"', "must begin and end at different times"),
        ('coms = "20:00-07:00"', "did you mean 'comms'?"),
    ],
)
def test_hours_that_cannot_hold_are_refused_with_their_place(tmp_path: Path, quiet: str, what: str) -> None:
    with pytest.raises(ConfigError, match=r"monitor.toml:\d+:\d+: urgent.quiet") as refused:
        settings(tmp_path, f"[urgent.quiet]\n{quiet}")
    assert what in str(refused.value)


def test_quiet_hours_of_those_a_patient_cannot_wait_for_are_doubted(tmp_path: Path) -> None:
    found = settings(tmp_path, '[urgent.quiet]\npatient_confidentiality = "20:00-07:00"\nhr = "20:00-07:00"')
    said = [line for line in warnings(found) if "urgent.quiet" in line]
    assert [line.partition("urgent.quiet.")[2].partition(":")[0] for line in said] == [
        "patient_confidentiality", "hr",
    ]  # fmt: skip
    assert "what may identify a patient then waits" in said[0]
    assert "nobody holds this role" in said[1]


def test_quiet_hours_are_shown_as_they_are_written(tmp_path: Path) -> None:
    found = settings(tmp_path, 'acknowledge_within = "45m"\n[urgent.quiet]\ncomms = "20:00-07:00"')
    assert found.model_dump(mode="json")["urgent"] == {
        "acknowledge_within": "45m", "gather": "5m", "weekends": True, "quiet": {"comms": "20:00-07:00"},
    }  # fmt: skip
