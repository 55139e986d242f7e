"""The daemon: one job a source, digests by cron, a clean stop, and word to systemd.

APScheduler 3 fires; what is due, how far a source was read and what was sent live in rows, so a
restart forgets nothing. The main thread does nothing but watch: the stop signal, the heartbeat and
the clock. A job that hangs in a thread cannot be killed, so after the drain the process ends itself.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from monitor import systemd
from monitor.bounces import Bounces
from monitor.compliance import Compliance
from monitor.delivery import Desk
from monitor.errors import StoreError
from monitor.health import JITTER
from monitor.logs import place_of
from monitor.pipeline import Pipeline, Task, Window
from monitor.retention import ClockAhead
from monitor.service import THREADS, App, utc_now
from monitor.sourcing import lookback
from monitor.urgent import Alerting

log = structlog.get_logger("monitor.daemon")

DRAIN_SECONDS = 8
HEARTBEAT_SECONDS = 2
STALE_HEARTBEAT = 10
WATCH_SECONDS = 1
CLOCK_DRIFT = 5
DELIVERY_SECONDS = 10
"""How often it is looked for what is due: what cannot wait leaves at most so long after its poll."""
COMPLIANCE_SECONDS = 3600
"""How often it is looked for items whose check is due; how often that is for one item, its terms say."""
BOUNCE_SECONDS = 300
RETENTION_SECONDS = 3600
"""How often it is looked whether the day's purge was made."""


class Daemon:
    """Runs one installation until it is told to stop."""

    def __init__(self, app: App) -> None:
        self._stop = threading.Event()
        self.app = replace(app, stop=self._stop.is_set)
        self._running: set[str] = set()
        self._beat = time.monotonic()
        self._retention = self.app.retention()
        self._scheduler = BackgroundScheduler(
            timezone=app.settings.organisation.zone,
            executors={
                "default": ThreadPoolExecutor(THREADS),
                # Threads of their own: a slow source or mail server cannot starve what others rely on.
                "desk": ThreadPoolExecutor(2),
                "compliance": ThreadPoolExecutor(1),
                "retention": ThreadPoolExecutor(1),
                "bounces": ThreadPoolExecutor(1),
                "heart": ThreadPoolExecutor(1),
            },
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def run(self) -> int:
        """Work until SIGTERM or SIGINT; the exit code. Raises AlreadyRunning beside another daemon."""
        with self.app.store.sole_daemon() as still_ours:
            self.app.channel()  # settings that cannot work are refused now, not at half past seven
            self.app.chats()
            tasks = [*map(self.app.task, self.app.sources()), *self.app.searches()]
            self._schedule(tasks)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: self._stop.set())
            self._scheduler.start()
            systemd.notify("READY=1")
            log.info("ready", sources=len(tasks), process=os.getpid())
            code = self._watch(still_ours)
            self._drain()
        return code

    # -- jobs -------------------------------------------------------------------------------------

    def _schedule(self, tasks: list[Task]) -> None:
        pipeline, desk = self.app.pipeline(), self.app.desk(worker="daemon")
        alerting = self.app.alerting()
        if freed := desk.dispatch.free():
            log.info("freed claims of an earlier process", deliveries=freed)
        with self.app.store.transaction() as tx:
            tx.ask_refused_again()
        with self._retaining("clock"):
            self._retention.believe_clock()  # before the first poll makes it look right
        for task in tasks:
            self._add_poll(pipeline, task)
        at = self.app.settings.digest
        digest_at = CronTrigger(
            day_of_week=at.days, hour=at.at.hour, minute=at.at.minute,
            timezone=self.app.settings.organisation.zone,
        )  # fmt: skip
        digest = partial(self._deliver, desk, alerting, "digest")
        self._scheduler.add_job(digest, digest_at, name="digest", executor="desk")
        deliver = partial(self._deliver, desk, alerting, "deliveries")
        self._repeat("deliveries", deliver, DELIVERY_SECONDS, "desk")
        compliance = partial(self._comply, self.app.compliance(), tasks)
        self._repeat("compliance", compliance, COMPLIANCE_SECONDS, "compliance")
        self._repeat("retention", self._retain, RETENTION_SECONDS, "retention")
        if (bounces := self.app.bounces()) is not None:
            self._repeat("bounces", partial(self._read_bounces, bounces), BOUNCE_SECONDS, "bounces")
        self._repeat("heartbeat", self._stamp, HEARTBEAT_SECONDS, "heart")

    def _repeat(self, name: str, work: Callable[[], None], seconds: int, executor: str) -> None:
        """Do `work` now and every so many seconds."""
        trigger = IntervalTrigger(seconds=seconds)
        self._scheduler.add_job(work, trigger, name=name, executor=executor, next_run_time=utc_now())

    def _add_poll(self, pipeline: Pipeline, task: Task) -> None:
        every = task.source.every.total_seconds()
        now, due = self.app.now(), self.app.store.next_due(task.source.name)
        wait = max(due - now, timedelta(0)) if due else timedelta(0)
        self._scheduler.add_job(
            self._poll,
            IntervalTrigger(seconds=every, jitter=every * JITTER),
            args=(pipeline, task),
            id=f"poll {task.source.name}",
            next_run_time=utc_now() + wait,
        )

    def _poll(self, pipeline: Pipeline, task: Task) -> None:
        """One poll, if the source's row says that it is due: a source that asked us to wait is left alone."""
        due = self.app.store.next_due(task.source.name)
        slack = timedelta(seconds=task.source.every.total_seconds() * JITTER)
        if due is not None and due - slack > self.app.now():
            return
        with self._named(f"poll {task.source.name}"):
            pipeline.poll(task, Window(since=lookback(task.source, self.app.now())))

    def _deliver(self, desk: Desk, alerting: Alerting, job: str) -> None:
        """Make what is due and send what is owed: at the digest's hour, at start-up, and for retries."""
        with self._named(f"{job}: alerts"):  # what fails here holds up no digest
            alerting.tell_due()
        with self._named(job):
            desk.make_due()
            desk.send_due(self._stop.is_set)

    def _read_bounces(self, bounces: Bounces) -> None:
        """Correct the ledger by what came back."""
        with self._named("bounces"):
            bounces.read(self._stop.is_set)

    def _comply(self, compliance: Compliance, tasks: list[Task]) -> None:
        """Ask again about what is stored, and purge what may not be kept."""
        with self._named("compliance"):
            for task in tasks:
                if not self._stop.is_set():
                    compliance.enforce(task)
            self.app.forget_files()

    def _retain(self) -> None:
        """Once a day: purge what was kept for long enough."""
        with self._retaining("retention"):
            self._retention.run_daily()
            self.app.forget_files()

    @contextmanager
    def _retaining(self, name: str) -> Iterator[None]:
        with self._named(name):
            try:
                yield
            except ClockAhead as wait:
                log.warning("retention waits", reason=str(wait))

    def _stamp(self) -> None:
        self._beat = time.monotonic()

    def _named(self, name: str) -> _Named:
        return _Named(name, self._running)

    # -- the main thread --------------------------------------------------------------------------

    def _watch(self, still_ours: Callable[[], bool]) -> int:
        drift = time.time() - time.monotonic()
        while not self._stop.wait(WATCH_SECONDS):
            if time.monotonic() - self._beat < STALE_HEARTBEAT:
                systemd.notify("WATCHDOG=1")
            moved = time.time() - time.monotonic() - drift
            if abs(moved) > CLOCK_DRIFT:
                drift += moved
                self._anchor_again(moved)
            if not still_ours():
                log.error("the hold on the database is lost; stopping, so that nobody works beside us")
                self._stop.set()
                return 1
        return 0

    def _anchor_again(self, moved: float) -> None:
        """After a step of the clock: interval jobs would wait for the old time (up to hours)."""
        log.warning("the clock moved", seconds=round(moved))
        with self._named("clock"):
            self._retention.clock_moved(timedelta(seconds=moved))
        for job in self._scheduler.get_jobs():
            if isinstance(job.trigger, IntervalTrigger):
                self._scheduler.reschedule_job(job.id, trigger=job.trigger)
        self._scheduler.wakeup()

    def _drain(self) -> None:
        """Let running jobs finish their page or mail, but not for ever."""
        systemd.notify("STOPPING=1")
        self._scheduler.pause()
        end = time.monotonic() + DRAIN_SECONDS
        while self._running and time.monotonic() < end:
            time.sleep(0.05)
        log.info("stopped", unfinished=sorted(self._running))
        self._scheduler.shutdown(wait=False)


class _Named:
    """Marks a job as running by name, and keeps its failure from being silent."""

    def __init__(self, name: str, running: set[str]) -> None:
        self._name, self._running = name, running

    def __enter__(self) -> None:
        self._running.add(self._name)

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        self._running.discard(self._name)
        if isinstance(error, StoreError):
            log.error("the store failed", job=self._name, reason=str(error))
            return True
        if error is not None:
            log.error("a job failed", job=self._name, error=type(error).__name__, place=place_of(error))
        return isinstance(error, Exception)


def leave(code: int) -> None:
    """End the process now, hung threads included; log handlers are flushed first."""
    logging.shutdown()
    os._exit(code)
