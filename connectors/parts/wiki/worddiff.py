"""What changed between two texts, word by word, and under which heading of a wiki page.

Two levels keep it quick: lines first, then words inside the lines that differ. The alignment is
rapidfuzz's longest common subsequence, so its cost depends on lengths only, never on what a vandal
wrote; what is longer than `_CELLS` allows counts as one replacement. Positions are characters.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, pairwise, takewhile

from rapidfuzz.distance import Indel

from monitor.types import Hunk

_TOKEN = re.compile(r"https?://[^\s\]|}<>]+|</?\w[^<>]*>|\w+(?:['’]\w+)*|\s+|[^\w\s]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING_LIKE = re.compile(r"^=.*", re.MULTILINE)
_CELLS = 40_000_000  # tokens times tokens: at most 5 MB and about 50 ms for one alignment
_CHANCE = 2  # that few equal words between two changes are no common ground


@dataclass(frozen=True, slots=True)
class Edit:
    """`old`, at `start` of the old text, became `new`, at `new_start` of the new one."""

    start: int
    new_start: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading and where its line begins."""

    start: int
    name: str


def hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """The changes from `old` to `new` wikitext in page order, changes of white space alone left out.

    A removal belongs to the section it was removed from, heading included; an addition to the
    section it stands in now. What spans several sections comes as one hunk for each.
    """
    before, after = headings(old), headings(new)
    pieces = chain.from_iterable(_by_section(edit, before, after) for edit in edits(old, new))
    return tuple(hunk for hunk in pieces if _visible(hunk.old) != _visible(hunk.new))


def _visible(text: str) -> str:
    return "".join(text.split())


def headings(wikitext: str) -> list[Heading]:
    """The section headings in page order. One that stands in an HTML comment is no heading."""
    visible = _COMMENT.sub(lambda comment: " " * len(comment[0]), wikitext)
    lines = ((found.start(), found[0].rstrip()) for found in _HEADING_LIKE.finditer(visible))
    named = (Heading(start, line.strip("= \t")) for start, line in lines if line.endswith("="))
    return [heading for heading in named if heading.name]


def edits(old: str, new: str) -> list[Edit]:
    """The changes from `old` to `new`, in order and apart: everything between them is equal."""
    whole = Edit(0, 0, old, new)
    blocks = _changes(whole, old.splitlines(keepends=True), new.splitlines(keepends=True))
    words = chain.from_iterable(
        _changes(block, _TOKEN.findall(block.old), _TOKEN.findall(block.new)) for block in blocks
    )
    return list(_joined(words, old))


def _changes(block: Edit, old: Sequence[str], new: Sequence[str]) -> Iterator[Edit]:
    """What differs in a block, of which `old` and `new` are the tokens."""
    head = _alike(old, new)
    tail = min(_alike(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    old, new, common = old[head : len(old) - tail], new[head : len(new) - tail], "".join(old[:head])
    at, new_at = block.start + len(common), block.new_start + len(common)
    for before, after, equal in _aligned(old, new):
        removed, added = "".join(before), "".join(after)
        if not equal:
            yield Edit(at, new_at, removed, added)
        at, new_at = at + len(removed), new_at + len(added)


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _aligned(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str], bool]]:
    """Stretches of both sides that belong together, and whether they are equal."""
    if not (old and new) or len(old) * len(new) > _CELLS:
        if old or new:
            yield old, new, False
        return
    for equal, run in groupby(Indel.opcodes(old, new), key=lambda code: code.tag == "equal"):
        first, *rest = run
        last = rest[-1] if rest else first
        yield old[first.src_start : last.src_end], new[first.dest_start : last.dest_end], equal


def _joined(parts: Iterator[Edit], old: str) -> Iterator[Edit]:
    """Neighbours in one line that only a chance match keeps apart become one edit."""
    last: Edit | None = None
    for edit in parts:
        if last is None:
            last = edit
            continue
        gap = old[last.start + len(last.old) : edit.start]
        if "\n" not in gap and len(gap.split()) <= _CHANCE:
            last = Edit(last.start, last.new_start, last.old + gap + edit.old, last.new + gap + edit.new)
        else:
            yield last
            last = edit
    if last is not None:
        yield last


def _by_section(edit: Edit, before: list[Heading], after: list[Heading]) -> Iterator[Hunk]:
    text, start, known = (edit.old, edit.start, before) if edit.old else (edit.new, edit.new_start, after)
    if edit.old and edit.new:
        yield Hunk(old=edit.old, new=edit.new, section=_section(known, start, text))
        return
    starts = [heading.start for heading in known]
    inside = starts[bisect_right(starts, start) : bisect_left(starts, start + len(text))]
    for low, high in pairwise((start, *inside, start + len(text))):
        part = text[low - start : high - start]
        section = _section(known, low, part)
        yield Hunk(old=part, new="", section=section) if edit.old else Hunk(old="", new=part, section=section)


def _section(known: list[Heading], start: int, text: str) -> str | None:
    """The heading that the first visible character of `text` at `start` stands under."""
    first = start + len(text) - len(text.lstrip())
    above = bisect_right(known, first, key=lambda heading: heading.start)
    return known[above - 1].name if above else None
