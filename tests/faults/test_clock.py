"""Clocks that change and jump: one digest for each local date, and no job that waits for an old time."""

from __future__ import annotations

import threading
import time as real_time
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from apscheduler.job import Job
from sqlalchemy import text

from monitor import config, daemon, service
from monitor.config import DigestSettings, StoreSettings
from monitor.daemon import Daemon
from monitor.store import Store, open_store
from tests.core.world import LONDON, World
from tests.growingfeed import GrowingFeed

pytestmark = pytest.mark.faults

AUTUMN, SPRING = date(2026, 10, 25), date(2027, 3, 28)
AT = (time(0, 0), time(2, 30), time(7, 30), time(23, 30))
JUMPS = (timedelta(0), timedelta(hours=1), timedelta(hours=-1), timedelta(hours=-3), timedelta(hours=26))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open store."""
    opened = open_store(StoreSettings(state_dir=tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def service_of(tmp_path: Path) -> Iterator[Daemon]:
    """A daemon that is set up and does not work yet."""
    with GrowingFeed.served() as feed:
        file = tmp_path / "monitor.toml"
        file.write_text(feed.settings(f'[store]\nstate_dir = "{tmp_path}"\n[digest]\ndays = "mon-sun"\n'))
        with service.opened(config.load(file)) as app:
            made = Daemon(app)
            made._schedule([app.task(source) for source in app.sources()])
            yield made
            if made._scheduler.running:
                made._scheduler.shutdown(wait=True)


def job(of: Daemon, name: str) -> Job:
    return next(each for each in of._scheduler.get_jobs() if each.name == name)


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("changes", [AUTUMN, SPRING], ids=str)
@pytest.mark.parametrize("at", AT, ids=str)
def test_a_local_date_has_one_digest_whatever_the_clock_does(
    at: time, changes: date, jump: timedelta, store: Store
) -> None:
    """The clock jumps right after the digest of the day on which it changes; a job looks every hour."""
    world = World(store, settings=DigestSettings(at=at, days="mon-sun"))
    world.recipients = world.recipients[:1]
    first = datetime.combine(changes - timedelta(days=1), time(0, 30), LONDON).astimezone(UTC)
    world.at, desk, jumped, seen = first, world.desk(), False, set()
    while world.at < first + timedelta(days=3, hours=2):
        made, local = desk.make_due(), world.at.astimezone(LONDON)
        seen |= {str(local.date())} if local.time() >= at else set()
        if made and not jumped and world.at.astimezone(LONDON).date() == changes:
            world.at, jumped = world.at + jump, True
        world.at += timedelta(hours=1)
    with store.reading() as connection:
        windows = list(connection.execute(text('SELECT "window" FROM delivery ORDER BY id')).scalars())
    assert jumped
    assert len(windows) == len(set(windows)), "two digests for one date"
    assert set(windows) == seen, "a date on which the clock came to the hour, and no digest"


@pytest.mark.parametrize("changes", [AUTUMN, SPRING], ids=str)
def test_the_scheduler_fires_the_digest_once_on_the_day_the_clocks_change(
    changes: date, service_of: Daemon
) -> None:
    trigger = job(service_of, "digest").trigger
    moment = datetime.combine(changes - timedelta(days=1), time(0), LONDON)
    fired = []
    for _ in range(4):
        moment = trigger.get_next_fire_time(moment if fired else None, moment)
        fired.append(moment.astimezone(UTC))
    local = [each.astimezone(LONDON) for each in fired]
    assert [each.time() for each in local] == [time(7, 30)] * 4
    assert [b.date() - a.date() for a, b in pairwise(local)] == [timedelta(days=1)] * 3


@pytest.mark.parametrize("moved", [3600, -3600, 86400], ids=lambda seconds: f"{seconds:+} s")
def test_after_a_step_of_the_clock_no_job_waits_for_the_old_time(
    moved: int, service_of: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step back leaves interval jobs an hour in the future: the daemon sees it and anchors them anew."""
    scheduler = service_of._scheduler
    scheduler.start(paused=True)
    jobs = [job(service_of, name) for name in ("deliveries", "compliance", "retention", "heartbeat")]
    for each in jobs:
        each.modify(next_run_time=service.utc_now() + timedelta(hours=5))
    clock = Stepping(moved)
    monkeypatch.setattr(daemon, "time", clock)
    monkeypatch.setattr(daemon, "WATCH_SECONDS", 0.02)
    watch = threading.Thread(target=service_of._watch, args=(lambda: True,))
    watch.start()
    end = real_time.monotonic() + 10
    while clock.looked < 6 and real_time.monotonic() < end:
        real_time.sleep(0.01)
    service_of._stop.set()
    watch.join()
    for each in jobs:
        interval = each.trigger.interval
        assert service.utc_now() <= each.next_run_time + timedelta(seconds=5)
        assert each.next_run_time <= service.utc_now() + interval


class Stepping:
    """`time`, whose wall clock steps the third time that somebody looks."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self.looked = 0
        self.monotonic = real_time.monotonic

    def time(self) -> float:
        self.looked += 1
        return real_time.time() + (self._seconds if self.looked > 2 else 0)
