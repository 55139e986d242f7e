"""One line of the report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, and the figure that the project aims at, if there is one."""

    name: str
    value: float
    unit: str
    target: str = ""
