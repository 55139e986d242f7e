"""A small installation that lives through two days, in a process that can be killed at a checkpoint.

Run as a program it is a fork server: rules and imports are loaded once, and each line that it reads is one
life, which a child of it lives. The child of a line that names a point dies there by SIGKILL.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import ssl
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from monitor import checkpoints, logs, service
from monitor.config import Settings
from monitor.delivery import Compose, Desk
from monitor.pipeline import Task, Window
from monitor.sealing import ORIGINALS, Keyring, make_key
from monitor.service import App
from monitor.store import Store
from monitor.store.casework.alerts import acknowledge, alerts_waiting
from monitor.store.originals import rotation
from monitor.store.originals.sealingkeys import FOLDER, add_key
from monitor.types import SERVICE, Message
from monitor.urgent import Alerting
from tests.faults import broken
from tests.faults.forking import serve, share
from tests.faults.plan import Plan, Shelf, Step


@dataclass
class Life:
    """One life of one installation: it goes on at the step that an earlier one had begun.

    It dies at the `nth` time that it reaches `point`. `fault` names a mistake that is built in (`broken.py`).
    """

    seed: int
    folder: str
    port: int
    url: str | None = None
    point: str | None = None
    nth: int = 1
    fault: str | None = None
    reports: int = 9
    keep: str | None = None
    """A folder for a copy of the state at the beginning of each step: another life may begin there."""

    def live(self) -> None:
        """Live to the end, or to the point. What it passed is counted in the file `passed`."""
        self._passed = Counter[str]()
        checkpoints.arm(self._pass)
        rotation.AT_ONCE = 2  # several lots of a few originals
        self._live()
        self._count()

    def _count(self) -> None:
        Path(self.folder, "passed").write_text(json.dumps(self._passed))

    def _pass(self, point: str) -> None:
        self._passed[point] += 1
        if point == self.point and self._passed[point] == self.nth:
            os.kill(os.getpid(), signal.SIGKILL)

    def _live(self) -> None:
        with broken.built_in(self.fault), self._installed() as app, app.store.sole_daemon():
            app.desk(worker="daemon").dispatch.free()
            for step in self.plan.steps[self.reached :]:
                self._begin(step)
                self._take(step, app)

    @cached_property
    def plan(self) -> Plan:
        """What happens in it."""
        return Plan(self.seed)

    @property
    def reached(self) -> int:
        """The step at which it is, or was."""
        return int(self._clock.read_text().split()[0]) if self._clock.exists() else 0

    @property
    def _clock(self) -> Path:
        return Path(self.folder, "step")

    def _begin(self, step: Step) -> None:
        # Who is killed comes back some minutes later.
        begun = f"{step.number} begun"
        again = self._clock.exists() and self._clock.read_text() == begun
        self._now = step.at + timedelta(minutes=6 if again else 0)
        if self.keep is not None:
            self._clock.write_text(str(step.number))
            self._count()
            shutil.copytree(self.folder, Path(self.keep, str(step.number)))
        self._clock.write_text(begun)

    @contextmanager
    def _installed(self) -> Iterator[App]:
        settings = Settings.model_validate(
            self.plan.settings(Path(self.folder), self.port, self.url, self.reports)
        )
        self._now = self.plan.steps[self.reached].at
        with service.opened(settings, now=lambda: self._now) as app:
            yield app

    def _take(self, step: Step, app: App) -> None:
        match step.what:
            case "poll":
                self._poll(step, app)
            case "rotate":
                rotate(app.store, step.at)
            case "retain":
                app.retention().run()
            case "deliver":
                deliver(alarming(app.alerting()), telling(app.desk(worker="daemon")))
            case "bounces":
                read_bounces(app)
            case "acknowledge":
                acknowledge_all(app.store, self._now)

    def _poll(self, step: Step, app: App) -> None:
        for source in app.sources():
            shelf = Shelf(self.plan.shelves[source.name], step.at)
            task = Task(source=source, connector=shelf)
            app.pipeline().poll(task, Window(since=step.at - timedelta(days=7)))


def deliver(alerting: Alerting, desk: Desk) -> None:
    """What the daemon's job does."""
    alerting.tell_due()
    desk.make_due()
    desk.send_due()


def read_bounces(app: App) -> None:
    """What the daemon's job does."""
    if (bounces := app.bounces()) is not None:
        bounces.read()


def acknowledge_all(store: Store, now: datetime) -> None:
    """Somebody sees to every case that waits, one after the other."""
    for alert in alerts_waiting(store):
        with store.transaction() as tx:
            acknowledge(tx, alert.case, SERVICE, now)


def alarming(alerting: Alerting) -> Alerting:
    """The alerts, whose mails say in a header which cases they are about."""
    return replace(alerting, compose=partial(_with_cases, alerting.compose))


def _with_cases(compose: Callable[..., Message], briefing: Any, alerts: Any, **identity: Any) -> Message:
    message = compose(briefing, alerts, **identity)
    cases = " ".join(str(alert.item.number) for alert in alerts)
    return replace(message, headers={**message.headers, "X-New": cases})


def telling(desk: Desk) -> Desk:
    """The desk, whose mails say in a header which cases they tell as new, however a template words it."""
    return replace(desk, compose=partial(_with_header, desk.compose))


def _with_header(compose: Compose, briefing: Any, **identity: str) -> Message:
    message = compose(briefing, **identity)
    new = " ".join(str(item.number) for item in briefing.items if item.is_new)
    return replace(message, headers={**message.headers, "X-New": new})


def rotate(store: Store, now: datetime) -> None:
    """What `monitor keys rotate` does: an unfinished rotation goes on, else there is a new key."""
    ring = Keyring(ORIGINALS, [store.folder / FOLDER])
    with store.reading() as connection:
        unfinished, _ = rotation.behind(connection, ORIGINALS, ring)
    if not unfinished:
        with store.transaction() as tx:
            add_key(tx.connection, make_key(ORIGINALS, store.folder / FOLDER), now)
    for _ in rotation.renew(store, ORIGINALS, ring):
        pass


def _warm() -> None:
    """Load what every life needs: rules are the same in each, and a first life imports the rest."""
    share()
    with TemporaryDirectory() as folder:
        Life(0, folder, port=9).live()  # nobody listens there
    ssl.create_default_context = cache(ssl.create_default_context)  # reads all of the system's certificates
    ssl.create_default_context(cafile=None)


def main() -> None:
    """Live one life a line."""
    logs.configure(logging.ERROR)
    _warm()
    serve(lambda fields: Life(**fields).live())


if __name__ == "__main__":
    main()
