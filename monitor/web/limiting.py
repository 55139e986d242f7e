"""How often one address may ask: a bucket of requests each, which fills up again by time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

ADDRESSES = 10_000
"""So many buckets at most: the one that was not used for longest gives way."""


@dataclass(slots=True)
class Limit:
    """Lets `burst` requests through at once, and `each_second` more. Seconds are those of `clock`.

    Generous: a mail gateway that opens every link of a morning's digests comes from one address.
    """

    burst: float = 240
    each_second: float = 4
    clock: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def admits(self, address: str) -> bool:
        """Take one request out of the address's bucket; False where it is empty."""
        now = self.clock()
        left, at = self._buckets.pop(address, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.each_second)
        admitted = left >= 1
        self._buckets[address] = (left - admitted, now)
        if len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        return admitted
