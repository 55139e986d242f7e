"""Two sequences of words or lines side by side: which stretches are equal, and which became which.

The alignment is rapidfuzz's longest common subsequence, so that its cost depends on lengths only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from rapidfuzz.distance import Indel

Run = tuple[Sequence[str], Sequence[str], bool]
"""A stretch of either side, and whether they are equal."""


def runs(
    old: Sequence[str],
    new: Sequence[str],
    allows: Callable[[int], bool],
    common: Callable[[Sequence[str]], bool] = bool,
) -> Iterator[Run]:
    """Both sides in order, equal and changed stretches in turns; empty stretches are left out.

    `allows` says whether so many cells, words times words, may be compared; what may not counts as one
    change. Equal words between two changes that are no `common` ground belong to the change.
    """
    head = alike(old, new)
    tail = min(alike(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    until, new_until = len(old) - tail, len(new) - tail
    parts = (
        (old[:head], new[:head], True),
        *_between(old[head:until], new[head:new_until], allows, common),
        (old[until:], new[new_until:], True),
    )
    yield from (part for part in parts if part[0] or part[1])


def _between(
    old: Sequence[str],
    new: Sequence[str],
    allows: Callable[[int], bool],
    common: Callable[[Sequence[str]], bool],
) -> Iterator[Run]:
    if not (old and new and allows(len(old) * len(new))):
        yield old, new, False
        return
    judged = (
        (code, code.tag == "equal" and common(old[code.src_start : code.src_end]))
        for code in Indel.opcodes(old, new)
    )
    for equal, run in groupby(judged, key=lambda pair: pair[1]):
        (first, _), *rest = run
        last = rest[-1][0] if rest else first
        yield old[first.src_start : last.src_end], new[first.dest_start : last.dest_end], equal


def alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many elements both begin with."""
    pairs = zip(old, new, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))
