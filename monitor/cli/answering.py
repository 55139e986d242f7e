"""One answer for each line that is given, also for a line that cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monitor.cli.given import GivenRefused, loaded
from monitor.types import Severity


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of output, the worst severity it reports, and whether its input could not be read."""

    line: str
    worst: Severity | None = None
    broken: bool = False


Ask = Callable[[dict[str, Any]], tuple[dict[str, Any], Severity | None]]
"""Gives what is answered of a line's object, and the worst severity in it. Raises GivenRefused."""


def answered(line: bytes | None, number: int, ask: Ask) -> Answer:
    """The answer to line `number` under its own `id`; a line that is refused is answered with its error."""
    identity: Any = None
    try:
        value = loaded(line)
        identity = value.get("id")
        told, worst = ask(value)
    except GivenRefused as refused:
        return Answer(json.dumps({"id": identity, "error": f"line {number}: {refused}"}), broken=True)
    return Answer(json.dumps({"id": identity, **told}), worst)
