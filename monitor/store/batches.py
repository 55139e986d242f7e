"""Ids in lots: a statement takes so many values and no more (SQLite 32,766, PostgreSQL 65,535)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

Id = TypeVar("Id")

AT_ONCE = 5_000


def batched(ids: Sequence[Id], size: int = AT_ONCE) -> Iterator[Sequence[Id]]:
    """`ids` in order, at most `size` at a time."""
    return (ids[at : at + size] for at in range(0, len(ids), size))
