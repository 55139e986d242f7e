"""The id of an account on X, by its handle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors import Context
from connectors.parts import shape
from connectors.parts.x.errors import refusal
from monitor.errors import SourceRefused
from monitor.types import SourceState


def number(handle: str, context: Context, ask: Callable[[], Any]) -> str:
    """The account's id, asked for once a day. Raises SourceRefused where it is protected or gone."""
    today = f"{context.now():%Y-%m-%d}"
    day, _, known = context.memory.get(f"id of {handle}", "").partition(" ")
    if day == today:
        return known
    answer = ask()
    found = shape.name(answer, "data", "id")
    if not found:
        raise refusal(answer)
    if shape.flag(answer, "data", "protected"):
        raise SourceRefused("X: the account is protected: it is not read", state=SourceState.MISCONFIGURED)
    context.memory[f"id of {handle}"] = f"{today} {found}"
    return found
