"""What the fault tests share: a growing feed, a mail relay, and a daemon that can be killed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from sqlalchemy import Engine, create_engine

from monitor.store import migrations
from monitor.store.engine import writer_engine
from tests.alerts.relay import Fault, Handler, Relay
from tests.growingfeed import CALDICOTT, REHEARSAL, GrowingFeed

ROOT = Path(__file__).parents[2]


@dataclass
class Service:
    """The daemon as a process of its own."""

    settings: Path
    log: Path
    environment: dict[str, str]
    database: Engine
    process: subprocess.Popen[bytes] | None = None
    log_began: int = 0

    def start(self, days: int = 0) -> None:
        command = [sys.executable, "-P", "-m", "tests.faults.daemon", str(self.settings), str(days)]
        self.log_began = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log, stdout=log, cwd=ROOT, env=self.environment)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def terminate(self) -> tuple[int, float]:
        """SIGTERM; the exit code and the seconds that it took."""
        assert self.process is not None
        asked = time.monotonic()
        self.process.terminate()
        code = self.process.wait(timeout=30)
        return code, time.monotonic() - asked

    def until(self, event: str, seconds: float = 20, times: int = 1) -> None:
        """Wait until the log of this start says `event`."""
        end = time.monotonic() + seconds
        while (said := self.log.read_text("utf-8")[self.log_began :]).count(event) < times:
            assert time.monotonic() < end, f"no {event!r} in:\n{said}"
            assert self.process is not None
            assert self.process.poll() is None, said
            time.sleep(0.01)

    def until_ready(self) -> None:
        """Wait until the daemon is at work."""
        self.until('"event": "ready"')


@pytest.fixture
def feed() -> Iterator[GrowingFeed]:
    """A feed that is served while the test runs."""
    with GrowingFeed.served() as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[tuple[Handler, int]]:
    """A relay without login that keeps what it gets, and its port."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    relay = Relay(Fault.NONE, port)
    relay.start()
    yield relay.kept, port
    relay.stop()


@pytest.fixture
def service(
    tmp_path: Path, database_url: str, feed: GrowingFeed, mailbox: tuple[Handler, int]
) -> Iterator[Service]:
    """A daemon that polls the feed every second and mails every local day, on each database."""
    settings = tmp_path / "monitor.toml"
    tables = f"""
        [store]
        state_dir = "{tmp_path}"
        [digest]
        at = 00:00:00
        days = "mon-sun"
        [smtp]
        host = "127.0.0.1"
        port = {mailbox[1]}
        security = "none"
        sender = "monitor@wvft.nhs.test"
    """
    # The clock of a later round must not make too old what an earlier one could not read.
    source = 'every = "1s"\nlookback = "100d"'
    text = feed.settings(dedent(tables) + REHEARSAL + CALDICOTT, source=source)
    settings.write_text(text, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    if not database_url.startswith("sqlite"):
        environment |= {"MONITOR_STORE__URL": database_url}
    database = create_engine(database_url)
    running = Service(settings, tmp_path / "daemon.log", environment, database)
    yield running
    database.dispose()
    if running.process is not None and running.process.poll() is None:
        running.kill()


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them."""
    file = tmp_path_factory.mktemp("tables") / "trustwatch.db"
    engine = writer_engine(f"sqlite:///{file}")
    migrations.upgrade(engine)
    engine.dispose()
    return file
