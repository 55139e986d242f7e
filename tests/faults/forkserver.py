"""Where lives are lived: a process that forks a child for each, and the relay that these mail to."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from monitor.cli.output import Exit
from tests.faults.history import History
from tests.faults.life import Life
from tests.faults.relays import Postbox, relay

ROOT = Path(__file__).parents[2]
ENOUGH = 50
"""Times that a start is tried again while the database thinks that the dead one is alive."""


@dataclass(frozen=True)
class Lab:
    """Where one life after the other is lived."""

    server: subprocess.Popen[str]
    box: Postbox
    port: int

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Lab]:
        """A fork server with a relay of its own."""
        command = [sys.executable, "-m", "tests.faults.life"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with relay() as (box, port), subprocess.Popen(command, cwd=ROOT, **pipes) as server:  # type: ignore[call-overload]
            try:
                assert server.stdout.readline() == "ready\n"
                yield cls(server, box, port)
            finally:
                server.stdin.close()

    def undisturbed(self, life: Life) -> tuple[History, Counter[str]]:
        """What a life leaves that nothing disturbs, and how often it passed each point."""
        whole = self._prepared(replace(life, point=None))
        assert self._live(whole) == 0
        return self._history(whole), Counter(json.loads(Path(whole.folder, "passed").read_text()))

    def interrupted(self, life: Life) -> History:
        """What a life leaves that dies at its point and is then lived to the end."""
        life = self._prepared(life)
        assert self._live(life) == -signal.SIGKILL, f"{life.point} was not passed {life.nth} times"
        assert self._live(replace(life, point=None)) == 0
        return self._history(life)

    def _prepared(self, life: Life) -> Life:
        self.box.renew()
        self.box.greylist(life.plan.greylisted)
        return replace(life, port=self.port)

    def _live(self, life: Life) -> int:
        """The exit status; negative for the signal that ended it."""
        for _ in range(ENOUGH):
            self.server.stdin.write(json.dumps(asdict(life)) + "\n")  # type: ignore[union-attr]
            self.server.stdin.flush()  # type: ignore[union-attr]
            status = int(self.server.stdout.readline())  # type: ignore[union-attr]
            if status != Exit.ALREADY:
                break
            time.sleep(0.1)
        return status

    def _history(self, life: Life) -> History:
        folder = Path(life.folder)
        return History.of(life.url or f"sqlite:///{folder / 'trustwatch.db'}", folder, self.box.taken)


def furnished(folder: Path, database: Path | None) -> str:
    """A state folder with a copy of a database that has its tables, or with none."""
    folder.mkdir()
    if database is not None:
        shutil.copy(database, folder / "trustwatch.db")
    return str(folder)
