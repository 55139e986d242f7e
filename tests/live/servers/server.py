"""What every real server of the live tests has in common."""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Self

from tests.live.servers.environments import Environment
from tests.live.servers.packages import absent
from tests.live.servers.process import Process, free_port, new_folder

SETTINGS = Path(__file__).parent / "settings"


class Server(ABC):
    """Processes on 127.0.0.1 with a temporary folder of their own.

    As a context manager it is started and seeded inside the block. After the block its processes
    and its folder are gone; where the block failed, the folder with the logs is kept.
    """

    NAME: ClassVar[str]
    PACKAGES: ClassVar[tuple[str, ...]]
    NEEDS_ROOT: ClassVar[bool] = False
    ENVIRONMENT: ClassVar[Environment | None] = None

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._processes: list[Process] = []

    @property
    def folder(self) -> Path:
        """Settings, data and logs; exists while the server runs."""
        if self._folder is None:
            raise RuntimeError(f"{self.NAME} is not running")
        return self._folder

    @classmethod
    def obstacle(cls) -> str | None:
        """Why this server cannot run on this machine, and what to do about it; None if it can."""
        if missing := absent(cls.PACKAGES):
            return f"{cls.NAME}: type `apt-get install --no-install-recommends {' '.join(missing)}`"
        if cls.ENVIRONMENT is not None and not cls.ENVIRONMENT.complete:
            return f"{cls.NAME}: type `python -m tests.live.servers install`"
        if cls.NEEDS_ROOT and os.geteuid() != 0:
            return f"{cls.NAME}: its daemons change user, so run the live tests as root"
        return None

    @property
    @abstractmethod
    def address(self) -> str:
        """Where it listens, in the form that its clients want."""

    @abstractmethod
    def launch(self) -> None:
        """Write the settings into `folder`, start the processes with `run_daemon`, seed."""

    def run_daemon(self, process: Process, ports: Sequence[int]) -> None:
        """Start a process, wait for its ports, and stop it with this server."""
        self._processes.append(process)
        process.start(ports)

    def start(self) -> None:
        self._folder = new_folder(self.NAME)
        try:
            self.launch()
        except BaseException:
            self.stop(keep=True)
            raise

    def stop(self, *, keep: bool = False) -> None:
        """Stop the processes, last started first, and remove the folder unless told to `keep` it."""
        while self._processes:
            self._processes.pop().stop()
        if self._folder is not None and not keep:
            shutil.rmtree(self._folder)
            self._folder = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self.stop(keep=failure is not None)


class WebServer(Server):
    """One that listens on one port, for HTTP."""

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()

    @property
    def address(self) -> str:
        return self.url

    @property
    def url(self) -> str:
        """Its root, without a / at the end."""
        return f"http://127.0.0.1:{self.port}"
