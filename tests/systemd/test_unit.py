"""The systemd unit keeps what it promises: restarts that help, and a daemon that is shut in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor import sandbox

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = SYSTEMD / "trustwatch.service"
WEB = SYSTEMD / "trustwatch-web.service"

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason="systemd-analyze is not installed: apt-get install systemd",
)


def settings_of(unit: Path) -> dict[str, list[str]]:
    """Every setting of a unit with its values; a key may stand on several lines."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture(scope="module")
def settings() -> dict[str, list[str]]:
    return settings_of(UNIT)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Type", "notify"),
        ("Restart", "on-failure"),
        ("User", "trustwatch"),
        ("StateDirectory", "trustwatch"),
        ("StateDirectoryMode", "0700"),
        ("UMask", "0077"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("LimitCORE", "0"),
    ],
)
def test_the_daemon_is_shut_in(settings: dict[str, list[str]], key: str, value: str) -> None:
    assert settings[key] == [value]


def test_the_pages_are_shut_in_as_the_daemon_is_and_may_reach_nothing() -> None:
    daemon, web = settings_of(UNIT), settings_of(WEB)
    own = {"Description", "After", "ExecStart", "TimeoutStopSec", "IPAddressDeny", "MemoryMax", "TasksMax"}
    own |= {"Environment", "ProcSubset"}  # it opens no pictures
    assert {key: web[key] for key in web.keys() - own - {"IPAddressAllow"}} == {
        key: daemon[key] for key in web.keys() - own - {"IPAddressAllow"}
    }
    left_out = {"Wants", "WatchdogSec", "CacheDirectory", "CacheDirectoryMode", "LoadCredential", "OOMPolicy"}
    assert daemon.keys() - web.keys() == left_out
    assert (web["IPAddressDeny"], web["IPAddressAllow"]) == (["any"], ["localhost"])


@pytest.mark.parametrize("unit", [UNIT, WEB], ids=["daemon", "web"])
def test_the_command_line_is_one_that_the_command_takes(unit: Path) -> None:
    program, *arguments = settings_of(unit)["ExecStart"][0].split()
    monitor = Path(sys.executable).with_name(Path(program).name)
    answer = subprocess.run([monitor, *arguments, "--help"], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


def test_a_fault_that_needs_a_person_is_not_restarted(settings: dict[str, list[str]]) -> None:
    assert settings["RestartPreventExitStatus"] == ["78"]


def test_no_secret_stands_in_the_unit_or_its_environment(settings: dict[str, list[str]]) -> None:
    assert settings["LoadCredential"] == ["smtp-password:/etc/trustwatch/credentials/smtp-password"]
    assert not any("password" in value.lower() for value in settings["Environment"])


def test_private_networks_are_out_of_reach(settings: dict[str, list[str]]) -> None:
    denied = settings["IPAddressDeny"][0].split()
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7"} <= set(denied)


def test_what_opens_strangers_files_has_the_memory_of_its_limits_and_leaves_the_daemon_its_own(
    settings: dict[str, list[str]],
) -> None:
    most = sum(limits.memory * limits.at_once for limits in (sandbox.PARSERS, sandbox.PICTURES))
    allowed = int(settings["MemoryMax"][0].removesuffix("M")) * 2**20
    assert 256 * 2**20 < allowed - most < 1024 * 2**20


def test_nothing_that_recognises_text_reports_it(settings: dict[str, list[str]]) -> None:
    assert "ORT_DISABLE_TELEMETRY=1" in settings["Environment"][0].split()
    assert sandbox.PICTURES.environment["ORT_DISABLE_TELEMETRY"] == "1"


def test_the_account_of_the_unit_is_made_by_sysusers(settings: dict[str, list[str]]) -> None:
    lines = (SYSTEMD / "trustwatch.sysusers").read_text().splitlines()
    accounts = [line.split()[1] for line in lines if line.startswith("u ")]
    assert accounts == settings["User"]


@needs_systemd
@pytest.mark.parametrize(("unit", "tenths"), [(UNIT, 11), (WEB, 9)], ids=["daemon", "web"])
def test_the_exposure_of_10_is_at_most_1_1_and_for_the_pages_0_9(unit: Path, tenths: int) -> None:
    answer = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={tenths}", unit],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "SYSTEMD_PAGER": ""},
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


@needs_systemd
@pytest.mark.parametrize("unit", [UNIT, WEB], ids=["daemon", "web"])
def test_systemd_finds_nothing_to_complain_of(unit: Path, tmp_path: Path) -> None:
    # It also looks for the program, which is installed on a real machine only.
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/trustwatch/bin/monitor", sys.executable))
    answer = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
