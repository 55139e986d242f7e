"""kill -9 at random moments: nothing lost, nothing mailed twice under another Message-ID."""

from __future__ import annotations

import random
import re
import time
from collections import defaultdict

import pytest
from sqlalchemy import text

from monitor.cli.output import Exit
from tests.alerts.relay import Handler
from tests.faults.conftest import Service
from tests.growingfeed import GrowingFeed

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

KILLS = 9
NEW_CASE = re.compile(r"Case (\d+), confidential, new")


def rows(service: Service, query: str) -> list[tuple[object, ...]]:
    with service.database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_kills_at_random_moments_lose_nothing_and_double_nothing(
    service: Service, feed: GrowingFeed, mailbox: tuple[Handler, int]
) -> None:
    chance = random.Random(20261121)
    for kill in range(KILLS):
        feed.items += 6
        _live(service, kill, chance)
        service.kill()
    _at_work(service, KILLS)
    expected = {f"127.0.0.1:{feed.server_port}/{n}" for n in range(feed.items)}
    _until(lambda: len(rows(service, "SELECT id FROM mention")) == len(expected))
    service.terminate()
    _at_work(service, KILLS + 1)
    _until(lambda: not rows(service, "SELECT id FROM delivery_item WHERE status != 'sent'"))
    _until(lambda: not rows(service, "SELECT id FROM delivery WHERE status != 'sent'"))
    service.terminate()

    handler, _ = mailbox
    log = service.log.read_text("utf-8")
    assert log.count('"event": "ready"') > KILLS // 2, "most kills came too early to mean anything"
    assert log.count('"event": "sent"') > KILLS // 3, "too few mails left between the kills"
    stories = {str(title) for (title,) in rows(service, "SELECT title FROM mention")}
    assert stories == {f"Story {n}" for n in range(feed.items)}, "a post was lost"
    numbers = rows(service, "SELECT count(*), count(DISTINCT key), count(DISTINCT mention_id) FROM finding")
    assert set(numbers[0]) == {feed.items // 3}, "a finding was lost or doubled"
    made = {str(m): str(r) for m, r in rows(service, "SELECT message_id, recipient FROM delivery")}
    received = defaultdict(set)
    for message in handler.received:
        received[str(message["Message-ID"]).strip()].add(message.get_body(("plain",)).get_content())
    assert set(received) == set(made), "a mail left that the ledger does not know, or one never left"
    assert all(len(bodies) == 1 for bodies in received.values()), "a retry was another mail"
    assert rows(service, 'SELECT recipient, "window" FROM delivery GROUP BY 1, 2 HAVING count(*) > 1') == []
    told = [
        case
        for message_id, bodies in received.items()
        if made[message_id].startswith("caldicott")
        for case in set(NEW_CASE.findall(next(iter(bodies))))
    ]
    assert sorted(told) == sorted(set(told)), "a case was new in two mails"
    if service.database.dialect.name == "sqlite":
        assert rows(service, "PRAGMA integrity_check") == [("ok",)]


def _live(service: Service, kill: int, chance: random.Random) -> None:
    """One in three dies as it starts, one while the first poll is at work, one among its mails."""
    if kill % 3 == 0:
        service.start(days=kill)
        time.sleep(0.3 + chance.random() * 1.5)
        return
    _at_work(service, kill)
    if kill % 3 == 1:
        time.sleep(chance.random() * 0.4)
    else:
        service.until('"event": "sent"')
        time.sleep(chance.random() * 0.1)


def _at_work(service: Service, days: int) -> None:
    """Start it; again while PostgreSQL has not seen that the one before is dead, as systemd does."""
    for _ in range(20):
        service.start(days=days)
        assert service.process is not None
        while service.process.poll() is None:
            if '"event": "ready"' in service.log.read_text("utf-8")[service.log_began :]:
                return
            time.sleep(0.02)
        assert service.process.returncode == Exit.ALREADY
    raise AssertionError("another daemon holds the database for good")


def _until(done: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not come to rest"
        time.sleep(0.1)
