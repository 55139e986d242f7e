"""`monitor scan` and `monitor digest` as somebody types them, against a feed on loopback."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from tests.growingfeed import CALDICOTT, REHEARSAL, GrowingFeed

Monitor = Callable[..., Result]


@pytest.fixture
def feed() -> Iterator[GrowingFeed]:
    with GrowingFeed.served() as server:
        server.items = 4
        yield server


@pytest.fixture
def monitor(tmp_path: Path, database_url: str, feed: GrowingFeed, monkeypatch: pytest.MonkeyPatch) -> Monitor:
    """Runs a command on an installation with one good source, on each database."""
    if not database_url.startswith("sqlite"):
        monkeypatch.setenv("MONITOR_STORE__URL", database_url)
    path = tmp_path / "monitor.toml"
    path.write_text(feed.settings(REHEARSAL + CALDICOTT), encoding="utf-8")
    return lambda *words: CliRunner().invoke(app, ["--config", str(path), *words])


def with_a_closed_source(tmp_path: Path) -> None:
    path = tmp_path / "monitor.toml"
    closed = '[[sources]]\nname = "radio"\nkind = "rss"\nurl = "http://127.0.0.1:9/feed"\n'
    path.write_text(path.read_text("utf-8") + closed, encoding="utf-8")


def test_the_resolved_start_comes_first_and_the_findings_last(monitor: Monitor) -> None:
    done = monitor("scan", "--since", "7d")
    assert done.exit_code == 0, done.output
    assert done.stderr.startswith("Scanning 1 source from ")
    assert "(168 hours)" in done.stderr
    assert "CRITICAL  NHS number" in done.stdout
    assert "999 200 1135" not in done.output


def test_json_is_one_object_and_stdout_holds_nothing_else(monitor: Monitor) -> None:
    answer = json.loads(monitor("scan", "--since", "7d", "--json").stdout)
    (source,) = answer["sources"]
    assert (source["state"], source["read"], source["kept"], source["findings"]) == ("ok", 4, 4, 2)
    assert {case["rule"] for case in answer["cases"]} == {"NHS-001"}


def test_jsonl_is_one_object_a_line(monitor: Monitor) -> None:
    lines = [json.loads(line) for line in monitor("scan", "--jsonl").stdout.splitlines()]
    assert [line["type"] for line in lines] == ["source", "case", "case"]


def test_a_source_that_did_not_answer_is_named_and_exits_3(monitor: Monitor, tmp_path: Path) -> None:
    with_a_closed_source(tmp_path)
    done = monitor("scan")
    assert done.exit_code == 3
    assert "Not read: radio" in done.stderr


def test_a_scan_says_from_when_on_each_source_could_be_seen(monitor: Monitor, tmp_path: Path) -> None:
    with_a_closed_source(tmp_path)
    paper, radio = json.loads(monitor("scan", "--since", "7d", "--json").stdout)["sources"]
    seen_from = datetime.fromisoformat(paper["covered_from"])
    assert timedelta(0) < datetime.now(UTC) - seen_from < timedelta(days=7)
    assert radio["covered_from"] is None
    lines = [line.split("\t") for line in monitor("scan", "--since", "7d").stdout.splitlines()[:2]]
    shown = datetime.strptime(lines[0][5], "%d %b %Y %H:%M").replace(tzinfo=ZoneInfo("Europe/London"))
    assert abs(shown - seen_from) < timedelta(minutes=2)  # the feed dates its items anew at each answer
    assert lines[1][:2] + lines[1][5:] == ["radio", "degraded", "unknown"]


def test_nothing_found_is_said_only_of_sources_that_answered(
    monitor: Monitor, tmp_path: Path, feed: GrowingFeed
) -> None:
    with_a_closed_source(tmp_path)
    feed.items = 0
    assert "Nothing new found in the 1 of 2 sources that answered." in monitor("scan").stderr


def test_fail_on_exits_10_only_when_it_is_met(monitor: Monitor) -> None:
    assert monitor("scan", "--fail-on", "critical").exit_code == 10
    assert monitor("scan", "--fail-on", "critical").exit_code == 0, "nothing new the second time"


def test_a_scan_of_no_sources_finds_fault_instead_of_nothing(monitor: Monitor, tmp_path: Path) -> None:
    path = tmp_path / "monitor.toml"
    path.write_text(path.read_text("utf-8").replace('name = "paper"', 'name = "paper"\nenabled = false'))
    done = monitor("scan")
    assert done.exit_code == 78
    assert "no source is enabled" in done.stderr


def test_an_interruption_does_not_wait_for_a_source_that_hangs(
    monitor: Monitor, tmp_path: Path, feed: GrowingFeed
) -> None:
    feed.delay = 20
    # What a shell starts in the background ignores the signal, and so would its children.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{heeding}; from monitor.cli import main; main()"]
    with subprocess.Popen(
        [*command, "--config", str(tmp_path / "monitor.toml"), "scan"], stderr=subprocess.PIPE, text=True
    ) as scan:
        while not feed.answered:
            time.sleep(0.02)
        scan.send_signal(signal.SIGINT)
        assert scan.wait(timeout=5) == 130
        assert scan.stderr is not None
        assert scan.stderr.read().endswith("interrupted\n")


def test_a_dry_run_stores_nothing(monitor: Monitor, tmp_path: Path) -> None:
    assert "CRITICAL" in monitor("scan", "--dry-run").stdout
    assert not (tmp_path / "state").exists()
    assert "CRITICAL" in monitor("scan").stdout


def test_a_seeded_first_run_owes_nobody_anything(monitor: Monitor, feed: GrowingFeed) -> None:
    monitor("scan", "--seed")
    assert "Nothing new" in monitor("digest").stdout
    feed.items = 7
    monitor("scan")
    digest = monitor("digest", "--for", "patient_confidentiality").stdout
    assert digest.count(", case ") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "7x"), "'7x' is not a time"),
        (("--since", "2099-01-01"), "future"),
        (("--fail-on", "huge"), "'huge' is not one of 'info', 'low'"),
        (("--since", "7d", "--until", "8d"), "is not later than --since"),
        (("--send", "--dry-run"), "goes with neither --dry-run nor --seed"),
    ],
)
def test_a_wrong_option_is_one_clear_line(monitor: Monitor, words: tuple[str, ...], said: str) -> None:
    done = monitor("scan", *words)
    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", " ").split())


def test_an_unknown_source_is_named_with_those_that_exist(monitor: Monitor) -> None:
    done = monitor("scan", "-s", "papr")
    assert done.exit_code == 2
    assert "no source is called 'papr': did you mean 'paper'?" in " ".join(
        done.stderr.replace("│", " ").split()
    )


def test_without_a_mail_server_the_digest_is_written_and_the_command_says_so(
    monitor: Monitor, tmp_path: Path
) -> None:
    monitor("scan")
    done = monitor("digest", "--send")
    assert done.exit_code == 0, done.output
    assert "nothing was mailed" in done.stderr
    written = sorted(path.suffix for path in (tmp_path / "state" / "digests").iterdir())
    assert written == sorted((".eml", ".html", ".txt") * 3), "two digests, and what cannot wait"


def test_a_scan_whose_digest_does_not_leave_exits_1(monitor: Monitor, tmp_path: Path) -> None:
    path = tmp_path / "monitor.toml"
    relay = '[smtp]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nsender = "monitor@wvft.nhs.test"\n'
    path.write_text(path.read_text("utf-8") + relay, encoding="utf-8")
    done = monitor("scan", "--send")
    assert done.exit_code == 1, done.output
    assert "will be retried" in done.stderr


def test_showing_a_digest_sends_and_settles_nothing(monitor: Monitor, tmp_path: Path) -> None:
    monitor("scan")
    first, second = monitor("digest"), monitor("digest")
    assert first.stdout.split("made ")[0] == second.stdout.split("made ")[0]
    assert not (tmp_path / "state" / "digests").exists()


def test_a_digest_as_html_and_as_json(monitor: Monitor, tmp_path: Path) -> None:
    monitor("scan")
    done = monitor("digest", "--for", "comms", "--html", str(tmp_path / "d.html"))
    assert "<html" in (tmp_path / "d.html").read_text("utf-8"), done.output
    answer = json.loads(monitor("digest", "--for", "comms", "--json").stdout)
    assert answer["subject"].startswith("[WVFT monitor]")


@pytest.mark.parametrize("words", [("--json",), ("--html", "digest.html")])
def test_digests_of_several_roles_never_share_one_output(
    monitor: Monitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = monitor("digest", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "choose of comms, patient_confidentiality" in " ".join(done.output.replace("│", " ").split())
    assert not (tmp_path / "digest.html").exists()


def test_a_role_that_nobody_holds_is_a_usage_error(monitor: Monitor) -> None:
    done = monitor("digest", "--for", "hr")
    assert done.exit_code == 2
    assert "held: comms, patient_confidentiality" in " ".join(done.output.replace("│", " ").split())
