"""Cursors: what one reading leaves for the next, as JSON that names the question it belongs to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


def digest(*parts: str | None, length: int = 16) -> str:
    """A short name for what may not, or need not, be remembered itself: it may hold a key."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:length]


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one question, by its digest: one of other settings is not taken for ours."""

    of: str

    @classmethod
    def about(cls, *question: str | None) -> Cursors:
        """Those of a question: the host, and all that changes what is answered."""
        return cls(digest(*question))

    def write(self, **held: Any) -> str:
        """A cursor that holds these JSON values."""
        return json.dumps({"of": self.of} | held)

    def read(self, cursor: str | None, made: Callable[[dict[str, Any]], T]) -> T | None:
        """What `made` makes of the values of a cursor; None where it is not ours, or lacks one of them."""
        try:
            held = json.loads(cursor or "{}")
            return made(held) if held["of"] == self.of else None
        except (ValueError, KeyError, TypeError):
            return None
