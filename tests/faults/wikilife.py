"""An installation that reads a wiki as it was before and after some edits, and can be killed meanwhile.

Run as a program it is a fork server (`forking.py`): each line that it reads is one life.
"""

from __future__ import annotations

import json
import logging
import os
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from monitor import checkpoints, logs, service
from monitor.config import Settings
from monitor.pipeline import Window
from tests.faults import broken
from tests.faults.forking import serve, share

SNAPSHOTS = ("before", "after")
ASKED, ANSWERED = "request.asked", "request.answered"
"""Beside the named checkpoints: a question is about to leave, its answer has come."""


@dataclass
class WikiLife:
    """One life: it dies at the `nth` time that it reaches `point`, or `after` seconds, whichever is said.

    `fault` names a mistake that is built in (`broken.py`).
    """

    folder: str
    wiki: str
    pages: tuple[str, ...]
    now: str
    """As isoformat: the clock stands still, so that cursors can be compared."""
    url: str | None = None
    point: str | None = None
    nth: int = 1
    after: float | None = None
    fault: str | None = None
    polls: int = len(SNAPSHOTS)

    def live(self) -> None:
        """Live to the end, or to the point. What it passed is counted in the file `passed`."""
        self._passed = Counter[str]()
        checkpoints.arm(self._pass)
        if self.after is not None:
            signal.setitimer(signal.ITIMER_REAL, self.after)  # nothing of ours hears SIGALRM: it just ends
        with patch("connectors.http.Http.get", _watched(self._pass)), broken.built_in(self.fault):
            for number in range(self._reached, self.polls):
                self._poll(SNAPSHOTS[number])
                self._clock.write_text(str(number + 1))
        signal.setitimer(signal.ITIMER_REAL, 0)
        Path(self.folder, "passed").write_text(json.dumps(self._passed))

    @property
    def _clock(self) -> Path:
        return Path(self.folder, "polls")

    @property
    def _reached(self) -> int:
        return int(self._clock.read_text() or 0) if self._clock.exists() else 0

    def _pass(self, point: str) -> None:
        self._passed[point] += 1
        if point == self.point and self._passed[point] == self.nth:
            os.kill(os.getpid(), signal.SIGKILL)

    def _poll(self, snapshot: str) -> None:
        now = datetime.fromisoformat(self.now)
        settings = Settings.model_validate(self._settings(snapshot))
        with service.opened(settings, now=lambda: now) as app, app.store.sole_daemon():
            for source in app.sources():
                app.pipeline().poll(app.task(source), Window(since=now - timedelta(days=60)))

    def _settings(self, snapshot: str) -> dict[str, Any]:
        return {
            "organisation": {
                "name": "Wearside Vale NHS Foundation Trust",
                "short": "WVFT",
                "networks": ["198.51.100.0/24"],
            },
            "store": {"state_dir": self.folder} | ({"url": self.url} if self.url else {}),
            "network": {"contact": "comms@wvft.nhs.test", "private_hosts": ["127.0.0.1"]},
            "rules": {"rehearsal": True},
            "recipients": [
                {"address": "comms@wvft.nhs.test", "role": "comms"},
                {"address": "caldicott@wvft.nhs.test", "role": "patient_confidentiality"},
            ],
            "sources": [
                {
                    "name": "wiki",
                    "kind": "wikipedia",
                    "base_url": self.wiki,
                    "api": f"/{snapshot}/w/api.php",
                    "pages": list(self.pages),
                }
            ],
        }


def _watched(tell: Any) -> Any:
    """`Http.get`, which tells when it is asked and when it has the answer."""
    from connectors.http import Http

    get = Http.get

    def watched(self: Http, *args: Any, **more: Any) -> Any:
        tell(ASKED)
        answer = get(self, *args, **more)
        tell(ANSWERED)
        return answer

    return watched


def main() -> None:
    """Live one life a line."""
    logs.configure(logging.ERROR)
    share()
    with TemporaryDirectory() as folder:
        now = datetime.now(UTC).isoformat()
        WikiLife(folder, "http://127.0.0.1:9", ("Warm",), now, polls=1).live()  # nobody listens there
    serve(lambda fields: WikiLife(**fields).live())


if __name__ == "__main__":
    main()
