"""The daemon as a process: ready, at work, alone, and gone when told to go."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text as text_of

from tests.alerts.relay import Handler
from tests.faults.conftest import Service
from tests.growingfeed import GrowingFeed

pytestmark = [pytest.mark.timeout(120)]


def test_it_polls_mails_and_stops_within_ten_seconds(
    service: Service, feed: GrowingFeed, mailbox: tuple[Handler, int]
) -> None:
    feed.items = 4
    service.start()
    service.until_ready()
    service.kill()
    service.start(days=1)  # nothing is due on the first day: it was installed after the hour
    service.until('"event": "sent"', times=3)  # a digest each, and what could not wait
    code, seconds = service.terminate()
    assert code == 0
    assert seconds < 10
    assert {message["To"] for message in mailbox[0].received} == {
        "comms@wvft.nhs.test",
        "caldicott@wvft.nhs.test",
    }
    for line in service.log.read_text("utf-8").splitlines():
        assert "999 200 1135" not in line
        assert json.loads(line)["event"]


def test_a_poll_in_progress_holds_the_stop_up_no_longer_than_the_drain(
    service: Service, feed: GrowingFeed
) -> None:
    feed.delay = 25
    service.start()
    service.until_ready()
    while not feed.answered:
        time.sleep(0.05)
    code, seconds = service.terminate()
    assert code == 0
    assert seconds < 10
    assert "poll paper" in service.log.read_text("utf-8").splitlines()[-1]


def test_a_second_daemon_refuses_and_names_the_first(service: Service, feed: GrowingFeed) -> None:
    service.start()
    service.until_ready()
    second = subprocess.run(
        [Path(sys.executable).with_name("monitor"), "--config", service.settings, "run"],
        capture_output=True, text=True, check=False, timeout=60, env=service.environment,
    )  # fmt: skip
    assert second.returncode == 75
    assert service.process is not None
    assert "another daemon holds this database" in second.stderr
    if service.database.dialect.name == "sqlite":
        assert f"process {service.process.pid}" in second.stderr
    service.terminate()


def test_systemd_hears_ready_watchdog_and_stopping(
    service: Service, feed: GrowingFeed, tmp_path: Path
) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        sock.settimeout(20)
        service.environment["NOTIFY_SOCKET"] = address
        service.start()
        heard = [sock.recv(64) for _ in range(3)]
        service.terminate()
        while heard[-1] != b"STOPPING=1":
            heard.append(sock.recv(64))
    assert heard[:2] == [b"READY=1", b"WATCHDOG=1"]


def test_it_purges_what_may_be_kept_no_longer(service: Service, feed: GrowingFeed) -> None:
    text = service.settings.read_text("utf-8")
    service.settings.write_text(text.replace('every = "1s"', 'every = "1s"\nterms = { max_age_days = 1 }'))
    feed.items = 4
    service.start()
    service.until_ready()
    while feed.answered < 2:  # the second poll begins when all of the first is stored
        time.sleep(0.05)
    service.terminate()
    feed.status = 503  # what is still shown would be kept
    service.start(days=3)
    service.until('"event": "purged"')
    service.terminate()
    with service.database.connect() as connection:
        rows = connection.execute(text_of("SELECT text, purged_for FROM mention")).all()
    assert len(rows) == 4
    assert set(rows) == {("", "expired")}
