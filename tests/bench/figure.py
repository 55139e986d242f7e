"""One line of the report, and how its time is taken."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, and the figure that the project aims at, if there is one."""

    name: str
    value: float
    unit: str
    target: str = ""


def median(work: Callable[[], object]) -> float:
    """Milliseconds that `work` takes, the median of 20 times."""
    times = []
    for _ in range(20):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)
