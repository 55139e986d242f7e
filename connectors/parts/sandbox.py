"""A killable child process for parsers: a hang, a crash or a memory bomb in it costs one document.

A thread would not do: one long call into C holds the interpreter's lock, and with it every other
thread, for as long as it runs. The child is a plain subprocess, not `multiprocessing`, because that
would run the caller's main script again. It is kept warm between documents and knows no secrets:
its environment holds search paths only, and it answers in JSON, which cannot carry code. However
many threads ask, AT_ONCE children work: all of them at their limit leave the daemon its memory.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import signal
import struct
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import Empty, LifoQueue
from threading import BoundedSemaphore, Timer
from typing import IO, Any

DEADLINE = 15.0  # seconds of wall clock for one document: on a busy machine the CPU limit comes first
CPU_SECONDS = 3
MEMORY = 768 * 2**20
AT_ONCE = 2  # times MEMORY stays below MemoryMax of systemd/trustwatch.service
LARGEST_ANSWER = 32 * 2**20
DOCUMENTS_PER_CHILD = 200  # a leak in a parser ends with its child
_START_UP = 30.0
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
_LENGTH = struct.Struct("!I")


class ParserError(Exception):
    """The parser gave no answer: it hung, crashed, took too much, or raised."""


def run(function: str, document: bytes, *arguments: str) -> Any:
    """Call `function` ("module:name") in a child with the document and arguments; its JSON answer.

    Raises ParserError after 5 s of wall clock, 3 s of CPU time, 768 MB of memory, or any exception of the
    function. Safe from several threads: each takes a child of its own, or waits its turn.
    """
    with _turns:
        child = _take(function)
        try:
            answer = child.ask(json.dumps([function, *arguments]).encode(), document)
        except BaseException:
            child.close()
            raise
        _give_back(child)
        return answer


class _Child:
    """Imports `function` before it says that it is ready, so that a slow disk costs no document its time."""

    def __init__(self, function: str) -> None:
        self.documents = 0
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-B", "-m", __name__, function],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
        self._within(_START_UP)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, call: bytes, document: bytes) -> Any:
        self.documents += 1
        ok, answer = json.loads(self._within(DEADLINE, call, document))
        if not ok:
            raise ParserError(answer)
        return answer

    def close(self) -> None:
        self._process.kill()
        with suppress(OSError):
            self._process.communicate()

    def _within(self, seconds: float, *frames: bytes) -> bytes:
        assert self._process.stdin  # noqa: S101 - both are pipes
        assert self._process.stdout  # noqa: S101
        timer = Timer(seconds, self._process.kill)
        timer.start()
        try:
            for frame in frames:
                _write(self._process.stdin, frame)
            return _read(self._process.stdout, LARGEST_ANSWER)
        except (OSError, EOFError):
            raise ParserError("no answer") from None
        finally:
            timer.cancel()


_idle: LifoQueue[_Child] = LifoQueue()
_turns = BoundedSemaphore(AT_ONCE)


def _take(function: str) -> _Child:
    with suppress(Empty):
        while True:
            child = _idle.get_nowait()
            if child.alive:
                return child
            child.close()
    return _Child(function)


def _give_back(child: _Child) -> None:
    if child.documents < DOCUMENTS_PER_CHILD:
        _idle.put(child)
    else:
        child.close()


@atexit.register
def close() -> None:
    """End the idle children."""
    with suppress(Empty):
        while True:
            _idle.get_nowait().close()


def _write(pipe: IO[bytes], frame: bytes) -> None:
    pipe.write(_LENGTH.pack(len(frame)))
    pipe.write(frame)
    pipe.flush()


def _read(pipe: IO[bytes], most: int) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > most:
        raise EOFError("the frame is too long")
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError("the pipe ended")
    return data


def serve() -> None:
    """The child's life: one call and one document in, one answer out, until the pipe closes."""
    for ended_by_parent in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ended_by_parent, signal.SIG_IGN)
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a parser that prints must not write into the answer
    with suppress(Exception):  # what cannot be imported is the answer to each of its documents
        _named(sys.argv[1])
    _confine()
    _write(outgoing, b"ready")
    with suppress(EOFError):
        while True:
            function, *arguments = json.loads(_read(incoming, LARGEST_ANSWER))
            _write(outgoing, _answer(function, _read(incoming, LARGEST_ANSWER), arguments))


def _answer(function: str, document: bytes, arguments: list[str]) -> bytes:
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(hard, spent + CPU_SECONDS), hard))
    try:
        return json.dumps([True, _named(function)(document, *arguments)]).encode()
    except Exception as error:  # whatever a parser raises on a stranger's document
        return json.dumps([False, type(error).__name__]).encode()


def _named(function: str) -> Any:
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)


def _confine() -> None:
    with suppress(OSError):  # short of memory, the kernel should end this child and not the daemon
        Path("/proc/self/oom_score_adj").write_text("1000")
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_NOFILE: 16,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        allowed = _at_most(resource.getrlimit(kind)[1], most)
        resource.setrlimit(kind, (allowed, allowed))


def _at_most(hard: int, most: int) -> int:
    """`most`, or a hard limit that the machine's administrator set below it: that cannot be raised."""
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


if __name__ == "__main__":
    serve()
