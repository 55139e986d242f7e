"""What changed between two texts, word by word, and under which heading of a wiki page.

Two levels keep it quick: lines first, then words inside the lines that differ. Its cost depends on lengths
only, never on what a vandal wrote; what is longer than `_CELLS` allows, or comes after `_CELLS_IN_ALL`,
counts as one replacement. Positions are characters.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from connectors.parts.wiki.wikitext import Wikitext
from monitor.alignment import runs
from monitor.types import Hunk

_TOKEN = re.compile(r"https?://[^\s\]|}<>]+|</?\w[^<>]*>|\w+(?:['’]\w+)*|\s+|[^\w\s]")
_CELLS = 40_000_000  # tokens times tokens: at most 5 MB and about 50 ms for one alignment
_CELLS_IN_ALL = 100_000_000  # of all alignments of one comparison
_PER_TOKEN = 4  # characters, about: words, the spaces between them and punctuation
_LONG = 20_000  # characters of a block from which on it is first narrowed
_CHANCE = 2  # that few equal words between two changes are no common ground


@dataclass(frozen=True, slots=True)
class Edit:
    """`old`, at `start` of the old text, became `new`, at `new_start` of the new one."""

    start: int
    new_start: int
    old: str
    new: str


def hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """The changes from `old` to `new` wikitext in page order, changes of white space alone left out.

    A removal belongs to the section it was removed from, heading included; an addition to the
    section it stands in now. What spans several sections comes as one hunk for each.
    """
    return between(Wikitext(old), Wikitext(new))


def between(old: Wikitext, new: Wikitext) -> tuple[Hunk, ...]:
    """The same for two pages, or two stretches of them that know where they stand."""
    parts = chain.from_iterable(_by_section(edit, old, new) for edit in edits(old.text, new.text))
    seen = [part for part in parts if _visible(part.old) != _visible(part.new)]
    start, end = Edit(0, 0, "", ""), Edit(len(old.text), len(new.text), "", "")
    neighbours = zip((start, *seen), seen, (*seen[1:], end), strict=False)
    return tuple(_hunk(*three, old, new) for three in neighbours)


def _visible(text: str) -> str:
    return "".join(text.split())


@dataclass(frozen=True)
class _Stretch:
    """Changed words on one side, at `start` of the page, with what changed before and after them."""

    page: Wikitext
    start: int
    words: str
    low: int
    high: int

    @property
    def first(self) -> int:
        """Where the first visible character stands."""
        return self.start + len(self.words) - len(self.words.lstrip())

    @property
    def left(self) -> str:
        """What stands before it on its line."""
        begins_line = "\n" in self.words[: self.first - self.start]
        return "" if begins_line else self.page.left(self.start, self.low)

    @property
    def right(self) -> str:
        """What stands behind it on its line."""
        ends_line = "\n" in self.words[len(self.words.rstrip()) :]
        return "" if ends_line else self.page.right(self.start + len(self.words), self.high)


def _hunk(last: Edit, edit: Edit, following: Edit, old: Wikitext, new: Wikitext) -> Hunk:
    """The hunk of an edit: in the new text where that shows it, else in the old one."""
    was = _Stretch(old, edit.start, edit.old, last.start + len(last.old), following.start)
    now = _Stretch(new, edit.new_start, edit.new, last.new_start + len(last.new), following.new_start)
    here, under = now if edit.new.strip() else was, was if edit.old.strip() else now
    before, after = here.left, here.right
    remains = here is was and bool((before + after).strip())  # of a line that words were taken out of
    template, parameter = here.page.value(here.first)
    return Hunk(
        old=edit.old,
        new=edit.new,
        section=under.page.section(under.first),
        before=before,
        after=after,
        line=new.line(edit.new_start) if remains else here.page.line(here.first),
        template=template,
        parameter=parameter,
    )


def edits(old: str, new: str) -> list[Edit]:
    """The changes from `old` to `new`, in order and apart: everything between them is equal."""
    whole, effort = Edit(0, 0, old, new), _Effort()
    blocks = _changes(whole, old.splitlines(keepends=True), new.splitlines(keepends=True), effort)
    return list(_joined(chain.from_iterable(_words(block, effort) for block in blocks), old))


@dataclass
class _Effort:
    """What may be spent on one comparison yet, in cells."""

    left: int = _CELLS_IN_ALL

    def allows(self, cells: int) -> bool:
        """True, and it is spent, or False where that is too much."""
        allowed = cells <= min(self.left, _CELLS)
        self.left -= cells if allowed else 0
        return allowed


def _words(block: Edit, effort: _Effort) -> Iterator[Edit]:
    """What differs in a block, word by word; a long one is tried at all where it differs in a small part."""
    if len(block.old) + len(block.new) > _LONG:
        block = _narrowed(block)
    if not (block.old and block.new) or len(block.old) * len(block.new) > _CELLS * _PER_TOKEN**2:
        return iter([block])
    return _changes(block, _TOKEN.findall(block.old), _TOKEN.findall(block.new), effort)


def _narrowed(block: Edit) -> Edit:
    """The block without the words that both sides begin and end with, found by halves: tokens are dear."""
    head = block.old.rfind(" ", 0, _common(block.old, block.new)) + 1
    head = _outside_tag(block.old, head)
    old, new = block.old[head:], block.new[head:]
    space = old.find(" ", len(old) - _common(old[::-1], new[::-1]))
    tail = len(old) - space if space >= 0 else 0
    return Edit(block.start + head, block.new_start + head, old[: len(old) - tail], new[: len(new) - tail])


def _outside_tag(text: str, position: int) -> int:
    """`position`, or where the tag begins that it would cut: a reference is added or lost as a whole."""
    opened = text.rfind("<", 0, position)
    return opened if opened > text.rfind(">", 0, position) else position


def _common(old: str, new: str) -> int:
    """How many characters both begin with."""
    return bisect_left(range(min(len(old), len(new))), True, key=lambda end: old[: end + 1] != new[: end + 1])


def _changes(block: Edit, old: Sequence[str], new: Sequence[str], effort: _Effort) -> Iterator[Edit]:
    """What differs in a block, of which `old` and `new` are the tokens."""
    at, new_at = block.start, block.new_start
    for before, after, equal in runs(old, new, effort.allows):
        removed, added = "".join(before), "".join(after)
        if not equal:
            yield Edit(at, new_at, removed, added)
        at, new_at = at + len(removed), new_at + len(added)


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


def _by_section(edit: Edit, old: Wikitext, new: Wikitext) -> Iterator[Edit]:
    """An edit that only adds, or only removes, cut at the headings inside it."""
    if edit.old and edit.new:
        yield edit
        return
    page, start, text = (old, edit.start, edit.old) if edit.old else (new, edit.new_start, edit.new)
    starts = [heading.start for heading in page.headings]
    inside = starts[bisect_right(starts, start) : bisect_left(starts, start + len(text))]
    for low, high in pairwise((0, *(at - start for at in inside), len(text))):
        if edit.old:
            yield Edit(start + low, edit.new_start, text[low:high], "")
        else:
            yield Edit(edit.start, start + low, "", text[low:high])
