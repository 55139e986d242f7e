"""The servers' own machinery: it says why a server cannot run, and leaves nothing running."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from tests.live.servers import environments
from tests.live.servers.environments import Environment
from tests.live.servers.packages import unavailable
from tests.live.servers.process import Process, free_port, listening
from tests.live.servers.server import Server

LISTEN = "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(60)"


class Listener(Server):
    """Any program on a port."""

    NAME = "listener"
    PACKAGES: ClassVar[tuple[str, ...]] = ()

    def __init__(self, program: str = LISTEN) -> None:
        super().__init__()
        self.program, self.port = program, free_port()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def launch(self) -> None:
        command = f'{sys.executable} -c "{self.program}" {self.port}'
        self.run_daemon(Process(command, log=self.folder / "log"), [self.port])


class Absent(Listener):
    PACKAGES = ("trustwatch-no-such-package",)


class Uninstalled(Listener):
    ENVIRONMENT = Environment("uninstalled", "no-such-program==1.0")


def test_a_stopped_server_is_gone_with_its_folder() -> None:
    with Listener() as server:
        folder = server.folder
        assert listening(server.port)
    assert not listening(server.port)
    assert not folder.exists()


def test_a_server_that_ends_early_says_what_its_log_says_and_keeps_it() -> None:
    server = Listener("raise SystemExit('no room left')")
    with pytest.raises(RuntimeError, match="no room left"):
        server.start()
    assert (server.folder / "log").exists()
    shutil.rmtree(server.folder)


def test_a_failing_block_keeps_the_logs() -> None:
    server = Listener()
    with pytest.raises(ZeroDivisionError), server:
        _ = 1 / 0
    assert (server.folder / "log").exists()
    shutil.rmtree(server.folder)


def test_an_absent_package_is_named_with_what_to_type() -> None:
    assert Listener.obstacle() is None
    assert "apt-get install --no-install-recommends trustwatch-no-such-package" in (Absent.obstacle() or "")


def test_a_program_that_is_not_installed_is_named_with_what_to_type(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(environments, "CACHE", tmp_path)
    assert "python -m tests.live.servers install" in (Uninstalled.obstacle() or "")


def test_an_installation_counts_only_when_it_came_to_its_end_in_this_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(environments, "CACHE", tmp_path)
    fetched: list[str] = []

    def fetch(self: Environment, log: Path) -> None:
        fetched.append(self.requirement)
        self.folder.mkdir()
        if self.requirement.endswith("3.0"):
            raise RuntimeError("no such version")

    monkeypatch.setattr(Environment, "_fetch", fetch)
    first, second, third = (Environment("program", f"program=={n}.0") for n in (1, 2, 3))
    first.install()
    first.install()
    assert first.complete
    assert not second.complete
    second.install()
    with pytest.raises(RuntimeError, match="no such version"):
        third.install()
    assert fetched == ["program==1.0", "program==2.0", "program==3.0"]
    assert not any(environment.complete for environment in (first, second, third))


def test_an_absent_server_skips_unless_it_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRUSTWATCH_LIVE", raising=False)
    with pytest.raises(pytest.skip.Exception):
        unavailable("no such server")
    monkeypatch.setenv("TRUSTWATCH_LIVE", "required")
    with pytest.raises(pytest.fail.Exception):
        unavailable("no such server")
