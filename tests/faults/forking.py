"""A process with everything loaded that forks a child for each life: a beginning is paid for once."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

import monitor.store.store as store_module
from monitor import service
from monitor.cli.output import Exit
from monitor.errors import AlreadyRunning

ROOT = Path(__file__).parents[2]
ENOUGH = 50
"""Times that a start is tried again while the database thinks that the dead one is alive."""


@dataclass(frozen=True)
class ForkServer:
    """The process, as its customers see it."""

    process: subprocess.Popen[str]

    @classmethod
    @contextmanager
    def opened(cls, module: str) -> Iterator[ForkServer]:
        """One that lives the lives of `module`, whose program calls `serve`."""
        command = [sys.executable, "-m", module]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=ROOT, **pipes) as process:  # type: ignore[call-overload]
            try:
                assert process.stdout.readline() == "ready\n"
                yield cls(process)
            finally:
                process.stdin.close()

    def live(self, life: dict[str, Any]) -> int:
        """The exit status of a life, which the module understands; negative for the signal that ended it."""
        for _ in range(ENOUGH):
            self.process.stdin.write(json.dumps(life) + "\n")  # type: ignore[union-attr]
            self.process.stdin.flush()  # type: ignore[union-attr]
            status = int(self.process.stdout.readline())  # type: ignore[union-attr]
            if status != Exit.ALREADY:
                break
            time.sleep(0.1)
        return status


def serve(live: Callable[[dict[str, Any]], None]) -> None:
    """Live one life a line; answer each with the signal that ended it, 0 for none."""
    gc.freeze()  # what is loaded is neither looked through nor copied by a child
    gc.disable()
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _live(live, json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _live(live: Callable[[dict[str, Any]], None], life: dict[str, Any]) -> None:
    """In the child: never back into the loop."""
    code = 1
    try:
        live(life)
        code = 0
    except AlreadyRunning:  # PostgreSQL has not yet seen that its client is dead
        code = Exit.ALREADY
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def share() -> None:
    """Load rules once for all lives, and compile their statements once."""
    made = cache(service.load_rules)
    service.load_rules = lambda organisation, policy, rules, **_: made(organisation, policy, rules)
    for name in ("writer_engine", "reader_engine"):
        setattr(store_module, name, _compiling_once(getattr(store_module, name)))


def _compiling_once(make: Callable[[str], Engine]) -> Callable[[str], Engine]:
    """Engines that share their dialect and what statements were compiled to: a third of a life's work."""
    first: dict[str, Engine] = {}

    def made(url: str) -> Engine:
        engine = make(url)
        known = first.setdefault(engine.dialect.name, engine)
        engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
        return engine

    return made
