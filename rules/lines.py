"""Whole lines of an edit, as they were and as they are, and where each part of them is kept.

What identifies somebody may stand half in what an edit left alone and half in what it put in: whoever
completes a number has given it away, although neither half says anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from monitor.passages import gap, lines
from monitor.types import CONTEXT, Change, Hunk, Span

_JOIN = len("\n\n")
_AROUND = 4  # texts of each hunk in `Change.surroundings`


@dataclass(frozen=True, slots=True)
class Kept:
    """`text[at : at + length]` of a line is `post.part(where)[start : start + length]`."""

    at: int
    length: int
    where: str
    start: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was or as it is; `cut` says whether it went on to the left and to the right."""

    text: str
    kept: tuple[Kept, ...]
    cut: tuple[bool, bool]

    def spans(self, start: int, end: int, label: str) -> Iterator[Span]:
        """The stretch `start:end` of the text, everywhere where any of it is kept."""
        for kept in self.kept:
            first, last = max(start, kept.at), min(end, kept.at + kept.length)
            if first < last:
                there = kept.start - kept.at
                yield Span(first + there, last + there, label, kept.where)


def whole_lines(change: Change) -> Iterator[Line]:
    """The lines with something around a change, each as it was and as it is."""
    old, new = _starts([h.old for h in change.hunks]), _starts([h.new for h in change.hunks])
    around = _starts([text for h in change.hunks for text in h.around])
    first = 0
    for line in lines(change.hunks):
        if any(hunk.before or hunk.after for hunk in line):
            yield _line(line, "removed", old[first:], around[_AROUND * first :])
            yield _line(line, "added", new[first:], around[_AROUND * first :])
        first += len(line)


def _starts(texts: Sequence[str]) -> list[int]:
    """Where each text starts once they are joined."""
    return list(accumulate((len(text) + _JOIN for text in texts), initial=0))


def _line(line: Sequence[Hunk], where: str, starts: Sequence[int], around: Sequence[int]) -> Line:
    text, kept = "", list[Kept]()
    for number, hunk in enumerate(line):
        before, after = around[_AROUND * number], around[_AROUND * number + 1]
        side = hunk.old if where == "removed" else hunk.new
        # Between two hunks both keep what stands there: the first from its beginning, the other to its end.
        text += gap(line[number - 1], hunk) if number else hunk.before
        kept.append(Kept(len(text) - len(hunk.before), len(hunk.before), "surroundings", before))
        kept.append(Kept(len(text), len(side), where, starts[number]))
        text += side
        kept.append(Kept(len(text), len(hunk.after), "surroundings", after))
    last = line[-1].after
    return Line(text + last, tuple(kept), (len(line[0].before) >= CONTEXT, len(last) >= CONTEXT))
