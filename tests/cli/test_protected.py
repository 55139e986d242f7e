"""What commands print, log and write of a post that may be a protected disclosure: nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from tests.growingfeed import GrowingFeed

TEXT = "Nights at WVFT: we were told to backdate the observation charts on our ward and to keep quiet."
LINK = "https://social.test/quietsparrow71/status/555"
TELLING = (
    *(TEXT[at : at + 12] for at in range(len(TEXT) - 11)),
    "quietsparrow",
    LINK,
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
    second = f'[[recipients]]\naddress = "second@wvft.nhs.test"\nrole = "{request.param}"'
    path.write_text(feed.settings(second), encoding="utf-8")
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
        ("digest", "--for", "hr" if "hr" in (tmp_path / "monitor.toml").read_text("utf-8") else "concerns"),
        ("sources", "list"),
        ("sources", "list", "--json"),
        ("sources", "check", "paper"),
        ("filters", "list", "--json"),
        ("rules", "precision"),
        ("rules", "replay", "--since", "90d"),
        ("rules", "replay", "--since", "90d", "--json"),
    )
    for words in commands:
        done = monitor(*words)
        assert done.exit_code == 0, (words, done.output)
        assert told(done.output) == [], words
    written = [
        path for path in tmp_path.rglob("*") if path.is_file() and not path.name.startswith("trustwatch.db")
    ]
    assert len(written) > 3
    assert [told(path.read_text("utf-8", "replace")) for path in written] == [[]] * len(written)


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
