"""One server of one's own: a free port, a folder, a log, started and stopped for sure."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_given: set[int] = set()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment; no port is given twice."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


def listening(port: int) -> bool:
    """Whether somebody answers on this port of 127.0.0.1."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def wait_until(condition: Callable[[], bool], what: str, timeout: float = 60) -> None:
    """Return once `condition()` holds. Raises TimeoutError, naming `what`, after `timeout` seconds."""
    until = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"waited {timeout:g} s in vain for {what}")
        time.sleep(0.05)


def new_folder(name: str, owner: str | None = None) -> Path:
    """A temporary folder that `owner` may write to and the daemons' users may pass through."""
    folder = Path(tempfile.mkdtemp(prefix=f"trustwatch-{name}-"))
    folder.chmod(0o755)
    if owner is not None:
        shutil.chown(folder, owner, owner)
    return folder


def environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    """Ours and `extra`, with the folder that Debian keeps its daemons in on the path."""
    path = f"{os.environ.get('PATH', '/usr/bin:/bin')}:/usr/sbin"
    return {**os.environ, "PATH": path, **(extra or {})}


def run(
    command: str,
    log: Path,
    *,
    user: str | None = None,
    cwd: Path = Path("/"),
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a set-up step to its end. Raises RuntimeError with the last lines of its log.

    `command` is split as a shell would split it.
    """
    with log.open("ab") as out:
        done = subprocess.run(
            shlex.split(command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=cwd,
            env=environment(env),
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    if done.returncode:
        raise RuntimeError(f"`{command}` ended with {done.returncode}; {log} ends with:\n{tail(log)}")


def tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


class Process:
    """A daemon in the foreground of a session of its own, so that its children stop with it."""

    def __init__(
        self,
        command: str,
        *,
        log: Path,
        user: str | None = None,
        env: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.command, self.log, self.user, self.stop_signal = command, log, user, stop_signal
        self.env = environment(env)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, ports: Sequence[int], timeout: float = 60) -> None:
        """Start, and return once all `ports` answer. Raises RuntimeError with the log's last lines where
        it ends before that, TimeoutError where nothing has answered after `timeout` seconds.
        """
        with self.log.open("ab") as out:
            process = self._process = subprocess.Popen(
                shlex.split(self.command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd="/",
                env=self.env,
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
                start_new_session=True,
            )

        def ended() -> bool:
            return process.poll() is not None

        def answering() -> bool:
            return all(map(listening, ports))

        wait_until(lambda: ended() or answering(), f"`{self.command}` to listen", timeout)
        if ended():
            raise RuntimeError(f"`{self.command}` did not start; {self.log} ends with:\n{tail(self.log)}")

    def stop(self, timeout: float = 20) -> None:
        """Ask it to stop, wait for it to be gone, and kill what is left of its session."""
        if self._process is None:
            return
        group = self._process.pid
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            self._process.send_signal(self.stop_signal)
            self._process.wait(timeout)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self._process.wait(timeout)
        self._process = None
