"""What commands print, log and write of a post that may be a protected disclosure: nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor import config, service
from monitor.cli import app
from monitor.store.audit import AuditLog
from tests.growingfeed import GrowingFeed

TEXT = "Nights at WVFT: we were told to backdate the observation charts on our ward and to keep quiet."
LINK = "https://social.test/quietsparrow71/status/555"
TELLING = (
    *(TEXT[at : at + 12] for at in range(len(TEXT) - 11)),
    "quietsparrow",
    LINK,
    "status/555",
    "disclosure",
    "whistleblow",
)


class SpokenFeed(GrowingFeed):
    """The feed with one more item: a post that may be a protected disclosure."""

    def document(self) -> bytes:
        item = (
            f"<item><guid>{LINK}</guid><link>{LINK}</link><title></title><author>quietsparrow71</author>"
            f"<pubDate>{format_datetime(datetime.now(UTC))}</pubDate><description>{TEXT}</description></item>"
        )
        return super().document().replace(b"</channel>", item.encode() + b"</channel>")


@pytest.fixture
def feed() -> Iterator[GrowingFeed]:
    with SpokenFeed.served() as server:
        server.items = 2
        yield server  # type: ignore[misc]


Monitor = Callable[..., Result]


@pytest.fixture(params=["hr", "concerns"])
def monitor(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    database_url: str,
    feed: GrowingFeed,
    monkeypatch: pytest.MonkeyPatch,
) -> Monitor:
    """Runs a command on an installation without a Guardian, and on one with."""
    if not database_url.startswith("sqlite"):
        monkeypatch.setenv("MONITOR_STORE__URL", database_url)
    path = tmp_path / "monitor.toml"
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("LOGNAME", "jo")
    second = f'[[recipients]]\naddress = "second@wvft.nhs.test"\nrole = "{request.param}"\nlogin = "gale"'
    text = feed.settings(second).replace('role = "comms"', 'role = "comms"\nlogin = "jo"', 1)
    path.write_text(text, encoding="utf-8")
    return lambda *words: CliRunner().invoke(app, ["--config", str(path), *words])


def told(text: str) -> list[str]:
    return [piece for piece in TELLING if piece.casefold() in text.casefold()]


def test_no_command_prints_or_writes_a_word_of_it(monitor: Monitor, tmp_path: Path) -> None:
    page = tmp_path / "digest.html"
    commands = (
        ("scan", "--since", "7d"),
        ("scan", "--json"),
        ("scan", "--jsonl"),
        ("scan", "--dry-run"),
        ("digest",),
        ("digest", "--for", "comms", "--json"),
        ("digest", "--for", "comms", "--html", str(page)),
        ("digest", "--send"),
        ("scan", "--send"),
        ("scan", "--fail-on", "info", "--until", "2020-01-02", "--since", "2020-01-01"),
        ("-v", "scan", "--json", "--source", "paper"),
        ("sources", "list"),
        ("sources", "list", "--json"),
        ("sources", "check", "paper"),
        ("report", "list", "--json"),
        ("keys", "list"),
        ("keys", "list", "--json"),
        ("compliance", "run"),
        ("compliance", "holds", "--all", "--json"),
        ("filters", "list", "--json"),
        ("rules", "precision"),
        ("rules", "replay", "--since", "90d"),
        ("rules", "replay", "--since", "90d", "--json"),
    )
    for words in commands:
        done = monitor(*words)
        assert done.exit_code == 0, (words, done.output)
        assert told(done.output) == [], words
    second = "hr" if "hr" in (tmp_path / "monitor.toml").read_text("utf-8") else "concerns"
    refused = monitor("digest", "--for", second)
    assert refused.exit_code == 77
    assert told(refused.output) == []
    assert len(written(tmp_path)) > 4
    assert leaking(tmp_path) == {}


def written(folder: Path) -> list[Path]:
    """Every file below: settings, database and its log, lock files, keys, digests, pages."""
    return [path for path in folder.rglob("*") if path.is_file()]


def leaking(folder: Path) -> dict[str, list[str]]:
    """What of it stands in which file, as bytes stand there."""
    found = {path.name: told(path.read_bytes().decode("utf-8", "replace")) for path in written(folder)}
    return {name: pieces for name, pieces in found.items() if pieces}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL's files are the server's
def test_the_database_and_its_log_hold_no_word_of_it_while_somebody_reads_them(
    monitor: Monitor, tmp_path: Path
) -> None:
    monitor("scan")
    with closing(sqlite3.connect(tmp_path / "state" / "trustwatch.db")) as reader:
        assert reader.execute("SELECT count(*) FROM protected_post").fetchone() == (1,)
        for words in (("scan",), ("digest", "--send"), ("protected", "list")):
            monitor(*words)
        assert (tmp_path / "state" / "trustwatch.db-wal").stat().st_size > 0
        assert leaking(tmp_path) == {}


def test_who_is_not_the_guardian_is_refused_alike_whatever_there_is(monitor: Monitor, tmp_path: Path) -> None:
    commands = (
        ("protected", "list"),
        ("protected", "show", "1", "--reason", "to see what it is"),
        ("protected", "show", "99", "--reason", "to see what it is"),
        ("protected", "hand-over", "1"),
        ("keys", "rotate", "protected"),
    )
    monitor("scan", "--until", "2020-01-02", "--since", "2020-01-01")
    before = [monitor(*words).output for words in commands]
    monitor("scan")
    after = [monitor(*words) for words in commands]
    assert [done.exit_code for done in after] == [77] * len(commands)
    assert [done.output for done in after] == before
    assert json.loads(monitor("keys", "list", "--json").stdout)[1]["values"] is None


def test_the_guardian_lists_opens_and_takes_over_and_the_next_mail_says_so(
    monitor: Monitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monitor("scan")
    if 'role = "hr"' in (tmp_path / "monitor.toml").read_text("utf-8"):
        monkeypatch.setenv("LOGNAME", "gale")
        assert monitor("protected", "list").exit_code == 77, "no Guardian is named: it stays sealed"
        return
    monkeypatch.setenv("LOGNAME", "gale")
    (row,) = json.loads(monitor("protected", "list", "--json").stdout)
    assert (row["number"], row["source"], row["state"]) == (1, "paper", "waits")
    assert told(monitor("protected", "list").output) == []
    assert monitor("protected", "show", "1", "--reason", "no").exit_code == 2
    shown = monitor("protected", "show", "1", "--reason", "to meet the author")
    assert shown.exit_code == 0, shown.output
    assert TEXT in shown.stdout
    assert "Name: quietsparrow71" in shown.stdout or "Account: quietsparrow71" in shown.stdout
    assert f"Address: {LINK}" in shown.stdout
    assert "Why it is here: " in shown.stdout
    assert monitor("protected", "hand-over", "1").exit_code == 0
    assert monitor("protected", "list").stdout == ""
    assert '"state": "handed over"' in monitor("protected", "list", "--all", "--json").stdout
    assert monitor("protected", "hand-over", "1").exit_code == 2
    assert leaking(tmp_path) == {}
    with service.opened(config.load(tmp_path / "monitor.toml")) as app, app.store.reading() as connection:
        own = [entry.action for entry in AuditLog(connection, protected=True).entries()]
        everybodys = [entry.action for entry in AuditLog(connection).entries()]
    assert [action for action in own if action != "protected.listed"] == [
        "protected.shown", "protected.handed_over",
    ]  # fmt: skip
    assert not any("protected" in action for action in everybodys)


def test_a_scan_counts_what_the_feed_holds_without_it(monitor: Monitor) -> None:
    first, second = monitor("scan", "--json").output, monitor("scan", "--json").output
    assert '"read": 2' in first
    assert '"read": 2' in second
    assert '"kept": 2' in first


def test_neither_the_exit_code_nor_the_reach_of_a_source_tells_of_it(
    monitor: Monitor, feed: GrowingFeed
) -> None:
    feed.items = 0
    alone = monitor("scan", "--json", "--fail-on", "info")
    assert alone.exit_code == 0
    (source,) = json.loads(alone.stdout)["sources"]
    assert (source["read"], source["state"], source["covered_from"]) == (0, "empty", None)
    assert (
        monitor("cases", "mark", "1", "right").exit_code == monitor("cases", "mark", "9", "right").exit_code
    )


def test_the_doctor_says_whether_the_guardian_can_be_told_and_not_whether_there_is_anything(
    monitor: Monitor,
) -> None:
    before = [line for line in monitor("doctor", "--json").output.splitlines() if "uardian" in line]
    monitor("scan")
    after = [line for line in monitor("doctor", "--json").output.splitlines() if "uardian" in line]
    assert before
    assert after == before
