"""Politeness: how often one host is asked, and how long it is left alone once it said so.

Every source that reads a host shares its turns. A host that says "not now" is not asked again by any of
them before the time it gave (RFC 6585 section 4, RFC 9110 section 10.2.3).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import BoundedSemaphore, Lock

from connectors.parts.answers import exhausted_until
from monitor.errors import SourceThrottled
from monitor.ports import Clock

AT_ONCE = 2
"""Requests at once to one host; Wikimedia asks for at most three, for all programs of one address."""
SPACING = 0.3
"""Seconds between two requests to one host: 200 a minute, what Wikimedia grants who names themselves."""
SPACINGS: Mapping[str, float] = {"api.gdeltproject.org": 5.0, "oauth.reddit.com": 0.6}
"""Hosts that ask for more: GDELT one request in five seconds, Reddit a hundred a minute."""
JITTER = 0.5
PATIENCE = 60.0
"""Seconds to wait for a turn. Every thread of a scan may queue for GDELT and still get one."""
REMEMBERED = 1024
"""Hosts in memory; idle ones go first."""


@dataclass(slots=True)
class _Host:
    seats: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))
    visitors: int = 0
    next_start: float = 0.0
    held_until: datetime | None = None


class Politeness:
    """The turns at every host ("host" or "host:port"); safe to share between threads.

    `sleep` and `clock` (seconds) are the machine's.
    """

    def __init__(
        self,
        now: Clock,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now, self._sleep, self._clock = now, sleep, clock
        self._lock = Lock()
        self._hosts: dict[str, _Host] = {}

    @contextmanager
    def turn(self, host: str, *, paced: bool = True) -> Iterator[None]:
        """Wait until `host` may be asked, at most about a minute; the turn lasts as long as the context.

        `paced` is False for a host that need not be spared. It too is left alone where it asks for it.
        Raises SourceThrottled then, and where others have all the turns.
        """
        with self._visit(host) as known:
            self._respect(host, known)
            if not paced:
                yield
                return
            if not known.seats.acquire(timeout=PATIENCE):
                until = self._now() + timedelta(seconds=PATIENCE)
                raise SourceThrottled(f"{host}: other sources have all its turns", until=until)
            try:
                self._sleep(self._wait(host, known))
                self._respect(host, known)  # it may have told another source meanwhile
                yield
            finally:
                known.seats.release()

    def heed(self, host: str, status: int, headers: Mapping[str, str]) -> None:
        """Leave `host` alone if this answer of it asks for that."""
        until = exhausted_until(status, headers, self._now())
        if until is not None:
            with self._visit(host) as known, self._lock:
                known.held_until = max(until, known.held_until or until)

    @contextmanager
    def _visit(self, host: str) -> Iterator[_Host]:
        """What is known of `host`; it is not forgotten meanwhile."""
        with self._lock:
            if len(self._hosts) >= REMEMBERED:
                self._forget_idle()
            known = self._hosts.setdefault(host, _Host())
            known.visitors += 1
        try:
            yield known
        finally:
            with self._lock:
                known.visitors -= 1

    def _forget_idle(self) -> None:
        now, moment = self._now(), self._clock()
        self._hosts = {
            host: known
            for host, known in self._hosts.items()
            if known.visitors or known.next_start > moment or (known.held_until and known.held_until > now)
        }

    def _respect(self, host: str, known: _Host) -> None:
        until = known.held_until
        if until is not None and until > self._now():
            raise SourceThrottled(f"{host} asked to be left alone until {until:%H:%M} UTC", until=until)

    def _wait(self, host: str, known: _Host) -> float:
        """Seconds until the next start, which is taken."""
        spacing = SPACINGS.get(host, SPACING) * random.uniform(1, 1 + JITTER)  # noqa: S311 - no secret
        with self._lock:
            moment = self._clock()
            start = max(known.next_start, moment)
            known.next_start = start + spacing
            return start - moment
