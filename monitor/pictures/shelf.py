"""A shelf: the things used last, within a bound; safe between threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """Holds things of `room` together, each with a size; what was used the longest ago makes room."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._used = 0
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        """What lies there under `key`, None where nothing does (any more)."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def put(self, key: K, value: V, size: int = 1) -> None:
        """Lay `value` there; one that is larger than the shelf is not kept."""
        if size > self._room:
            return
        with self._lock:
            _, before = self._held.pop(key, (None, 0))
            self._held[key] = value, size
            self._used += size - before
            while self._used > self._room:
                self._used -= self._held.popitem(last=False)[1][1]
