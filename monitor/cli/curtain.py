"""The curtain: what few may see stands on the terminal for a while and is gone, scrolled lines included."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Iterable

from monitor.cli import output

SECONDS = 300
"""How long it stands at most."""


def show(lines: Iterable[str], seconds: float = SECONDS) -> None:
    """Text of strangers in the alternate screen, until Enter or the time is up; in a pipe, printed."""
    console = output.stdout()
    plain = [line for text in lines for line in output.plain(text).split("\n")]
    if not console.is_terminal:
        for line in plain:
            output.show(line)
        return
    end = time.monotonic() + seconds
    wrapped = [part for line in plain for part in _wrapped(line, console.width)]
    height = max(console.height - 2, 1)
    with console.screen(hide_cursor=True):
        for first in range(0, max(len(wrapped), 1), height):
            console.clear()
            for line in wrapped[first : first + height]:
                console.out(line, highlight=False)
            more = "Enter for more" if first + height < len(wrapped) else "Enter to close"
            console.out(f"-- {more}; gone in {max(round(end - time.monotonic()), 0)} s --", end="")
            if not _enter_before(end):
                return


def _wrapped(line: str, width: int) -> list[str]:
    return [line[at : at + width] for at in range(0, len(line), width)] or [""]


def _enter_before(end: float) -> bool:
    """Wait for Enter; False where the time was up first, or nobody can press it."""
    left = max(end - time.monotonic(), 0)
    if not select.select([sys.stdin], [], [], left)[0]:
        return False
    return bool(sys.stdin.readline())
