"""Where lives are lived: a process that forks a child for each, and the relay that these mail to."""

from __future__ import annotations

import json
import shutil
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from email.message import EmailMessage
from pathlib import Path

from tests.connectors.imapserver import Imap
from tests.faults.forking import ForkServer
from tests.faults.history import History
from tests.faults.life import Life
from tests.faults.plan import GUARDIAN
from tests.faults.relays import Postbox, relay


@dataclass(frozen=True)
class Whole:
    """A life that nothing disturbed: what it left, how often it passed each point, its state at each step."""

    history: History
    passed: Counter[str]
    states: list[Path]

    def at_step(self, life: Life) -> tuple[Life, Counter[str]]:
        """The life at the step in which it is to die, and what had been passed by then."""
        for state in reversed(self.states):
            before = passed_in(state)
            if before[str(life.point)] < life.nth:
                shutil.copytree(state, life.folder, dirs_exist_ok=True)
                return replace(life, nth=life.nth - before[str(life.point)]), before
        return life, Counter()


@dataclass(frozen=True)
class Lab:
    """Where one life after the other is lived."""

    server: ForkServer
    box: Postbox
    port: int
    reports: Imap

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Lab]:
        """A fork server with a relay of its own."""
        with (
            relay() as (box, port),
            Imap().served() as reports,
            ForkServer.opened("tests.faults.life") as server,
        ):
            yield cls(server, box, port, reports)

    def undisturbed(self, life: Life) -> Whole:
        """What a life leaves that nothing disturbs, and what there was at each step of it."""
        kept = Path(f"{life.folder}.kept")
        kept.mkdir()
        whole = self._prepared(replace(life, point=None, keep=str(kept)), ())
        assert self._live(whole) == 0
        states = [kept / str(step.number) for step in life.plan.steps]
        return Whole(self._history(whole), passed_in(Path(whole.folder)), states)

    def interrupted(self, life: Life, whole: Whole | None = None) -> History:
        """What a life leaves that dies at its point and is then lived to the end.

        With `whole` it begins where the undisturbed life took the step in which it is to die.
        """
        life, before = whole.at_step(life) if whole else (life, Counter[str]())
        life = self._prepared(life, whole.history.mails[: before["mail.accepted"]] if whole else ())
        if before["mail.refused"]:
            self.box.greylist(set())
        assert self._live(life) == -signal.SIGKILL, f"{life.point} was not passed {life.nth} times"
        assert self._live(replace(life, point=None)) == 0
        return self._history(life)

    def _prepared(self, life: Life, taken: Sequence[EmailMessage]) -> Life:
        """The relay and the mailbox as they are after the mails that were `taken`."""
        self.box.renew()
        self.box.greylist(life.plan.greylisted)
        self.box.give_back(GUARDIAN, life.plan.returned)
        for mail in taken:
            self.box.keep(mail)
        self.reports.mails = self.box.reports
        return replace(life, port=self.port, reports=self.reports.port)

    def _live(self, life: Life) -> int:
        """The exit status; negative for the signal that ended it."""
        return self.server.live(asdict(life))

    def _history(self, life: Life) -> History:
        folder = Path(life.folder)
        return History.of(life.url or f"sqlite:///{folder / 'trustwatch.db'}", folder, self.box.taken)


def passed_in(folder: Path) -> Counter[str]:
    """How often a life passed each point."""
    return Counter(json.loads((folder / "passed").read_text()))


def furnished(folder: Path, database: Path | None) -> str:
    """A state folder with a copy of a database that has its tables, or with none."""
    folder.mkdir()
    if database is not None:
        shutil.copy(database, folder / "trustwatch.db")
    return str(folder)
