"""Killable child processes for strangers' bytes: a hang, a crash or a memory bomb costs one document.

A thread would not do: one long call into C holds the interpreter's lock, and with it every other
thread, for as long as it runs. The child is a plain subprocess, not `multiprocessing`, because that
would run the caller's main script again. It is kept warm between documents and knows no secrets:
its environment holds search paths only, its home is nowhere, and it answers in JSON, which cannot
carry code. Where the kernel lets it, it has a network of its own, in which there is nothing.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import resource
import signal
import struct
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from threading import BoundedSemaphore, Lock, Timer
from typing import IO, Any

LARGEST = 32 * 2**20
"""Bytes of a document, and of an answer."""
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH")
_NOWHERE = "/dev/null"  # no file and no folder can be made below it, by root neither
_LENGTH = struct.Struct("!I")
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # of unshare(2); os.unshare is Python 3.12's

TOO_LONG = "it took too long"
TOO_MUCH = "it needed too much memory"
CRASHED = "what reads it crashed"
TOO_LARGE = "there is too much in it"


class ParserError(Exception):
    """The child gave no answer. The message says why: one of the sentences above, or an exception's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a child may use for one document, and how many children there are.

    `deadline` is seconds of wall clock, `cpu_seconds` of processor; on a busy machine the latter comes first.
    `memory` is bytes of addresses. At most `at_once` children work, however many threads ask: all of them at
    their limit leave the daemon its memory (MemoryMax of systemd/trustwatch.service). After `documents` a
    child ends, and with it whatever leaked in it; after `idle` seconds without one as well. Before it is
    ready it has `start_up` seconds to import.
    """

    deadline: float
    cpu_seconds: int
    memory: int
    at_once: int
    documents: int
    idle: float
    start_up: float = 60.0
    environment: Mapping[str, str] = field(default_factory=dict)


PARSERS = Limits(
    deadline=15.0, cpu_seconds=3, memory=768 * 2**20, at_once=2, documents=200, idle=600.0, start_up=30.0
)
"""For feeds, pages and mails."""

PICTURES = Limits(
    deadline=30.0,
    cpu_seconds=25,  # ten pages of a scanned document
    memory=1536 * 2**20,  # of addresses; 350 MB are resident at work, 900 at a picture of 40 million pixels
    at_once=1,
    documents=40,
    idle=60.0,
    environment={"ORT_DISABLE_TELEMETRY": "1", "OMP_NUM_THREADS": "1"},
)
"""For pictures and documents: text recognition takes a second and most of a gigabyte."""


class Sandbox:
    """Children under the same limits. Safe from several threads: each takes one, or waits its turn."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns = BoundedSemaphore(limits.at_once)
        self._lock = Lock()
        self.idle: list[_Child] = []
        atexit.register(self.close)

    def run(self, function: str, document: bytes, *arguments: str) -> Any:
        """Call `function` ("module:name") in a child with the document and arguments; its JSON answer.

        Raises ParserError where a limit was passed, the child died, or the function raised anything.
        """
        if len(document) > LARGEST:
            raise ParserError(TOO_LARGE)
        with self._turns:
            child = self._take() or _Child(function, self._limits)
            try:
                answer = child.ask(json.dumps([function, *arguments]).encode(), document)
            except BaseException:
                child.close()
                raise
            self._give_back(child)
            return answer

    def close(self) -> None:
        """End the idle children."""
        while child := self._next():
            child.close()

    def _take(self) -> _Child | None:
        while child := self._next():
            if child.alive:
                return child
            child.close()
        return None

    def _next(self) -> _Child | None:
        with self._lock:
            child = self.idle.pop() if self.idle else None
        if child:
            child.rest.cancel()
        return child

    def _give_back(self, child: _Child) -> None:
        if child.documents >= self._limits.documents:
            child.close()
            return
        child.rest = Timer(self._limits.idle, self._retire, [child])
        child.rest.daemon = True
        with self._lock:
            self.idle.append(child)
        child.rest.start()

    def _retire(self, child: _Child) -> None:
        with self._lock:
            if child not in self.idle:  # somebody took it a moment ago
                return
            self.idle.remove(child)
        child.close()


class _Child:
    """Imports `function` before it says that it is ready, so that a slow disk costs no document its time."""

    rest: Timer

    def __init__(self, function: str, limits: Limits) -> None:
        self.documents, self._limits, self._given_up = 0, limits, False
        paths = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-B", "-m", __name__, function, json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**paths, "HOME": _NOWHERE, **limits.environment},
        )
        try:
            self._within(limits.start_up)
        except BaseException:
            self.close()
            raise

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        return self._process.pid

    def ask(self, call: bytes, document: bytes) -> Any:
        self.documents += 1
        ok, answer = json.loads(self._within(self._limits.deadline, call, document))
        if not ok:
            raise ParserError(answer)
        return answer

    def close(self) -> None:
        self._process.kill()
        with suppress(OSError, ValueError):  # already closed
            self._process.communicate()

    def _within(self, seconds: float, *frames: bytes) -> bytes:
        assert self._process.stdin  # noqa: S101 - both are pipes
        assert self._process.stdout  # noqa: S101
        timer = Timer(seconds, self._give_up)
        timer.start()
        try:
            for frame in frames:
                _write(self._process.stdin, frame)
            return _read(self._process.stdout, LARGEST)
        except (OSError, EOFError) as error:
            raise ParserError(TOO_LARGE if isinstance(error, _TooLarge) else self._end()) from None
        finally:
            timer.cancel()

    def _give_up(self) -> None:
        self._given_up = True
        self._process.kill()

    def _end(self) -> str:
        """Why the child is gone; a kill that nobody here sent comes from the kernel, short of memory."""
        self._process.wait()
        if self._given_up or self._process.returncode == -signal.SIGXCPU:
            return TOO_LONG
        return TOO_MUCH if self._process.returncode == -signal.SIGKILL else CRASHED


class _TooLarge(EOFError):
    """A frame is longer than it may be."""


def _write(pipe: IO[bytes], frame: bytes) -> None:
    pipe.write(_LENGTH.pack(len(frame)))
    pipe.write(frame)
    pipe.flush()


def _read(pipe: IO[bytes], most: int) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    if length > most:
        raise _TooLarge
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError("the pipe ended")
    return data


parsers = Sandbox(PARSERS)
pictures = Sandbox(PICTURES)


def run(function: str, document: bytes, *arguments: str) -> Any:
    """Call a parser ("module:name") in a child under PARSERS; its JSON answer. Raises ParserError."""
    return parsers.run(function, document, *arguments)


def serve(function: str, limits: Mapping[str, Any]) -> None:
    """The child's life: one call and one document in, one answer out, until the pipe closes."""
    for ended_by_parent in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ended_by_parent, signal.SIG_IGN)
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a parser that prints must not write into the answer
    _leave()
    with suppress(Exception):  # what cannot be imported is the answer to each of its documents
        _named(function)
    _confine(limits["memory"])
    _write(outgoing, b"ready")
    with suppress(EOFError):
        while True:
            asked, *arguments = json.loads(_read(incoming, LARGEST))
            document = _read(incoming, LARGEST)
            _spend_at_most(limits["cpu_seconds"])
            _write(outgoing, _answer(asked, document, arguments))


def _answer(function: str, document: bytes, arguments: list[str]) -> bytes:
    try:
        return json.dumps([True, _named(function)(document, *arguments)]).encode()
    except MemoryError:
        return json.dumps([False, TOO_MUCH]).encode()
    except Exception as error:  # whatever a parser raises on a stranger's document
        return json.dumps([False, type(error).__name__]).encode()


def _named(function: str) -> Any:
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)


def _leave() -> None:
    """Go where no network is, and be the first that the kernel ends when it is short of memory.

    Where namespaces are refused, as by a stricter unit, the child goes on: no code of ours connects anywhere.
    It is done while there is one thread only, as unshare(2) wants, so before anything heavy is imported.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)


def _spend_at_most(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (_at_most(hard, spent + seconds), hard))


def _confine(memory: int) -> None:
    limits = {
        resource.RLIMIT_AS: memory,
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
    serve(sys.argv[1], json.loads(sys.argv[2]))
