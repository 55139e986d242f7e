"""The passages of an edit: changed lines as they were and as they are, rebuilt from neighbouring hunks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from monitor.passages import gap, lines
from monitor.types import Change, Hunk, Span
from rules.edits.prose import labels, prose
from rules.text.fold import fold

_BREAK = re.compile(
    r"(?<!\bSt)(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bProf)(?<!\bNo)(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bc)"
    r"(?<!\b[A-Z])[.!?]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9£]|\s*$)|\n"
)
_LOOKED_AT = 100_000
"""Characters of each side that are judged: a long article whole. What a vandal pastes beyond says
nothing new, and each side has its own measure: no flood of new text hides what left the page."""

_EDGE = " \t*#:;|!.,-–—"


@dataclass(frozen=True, slots=True)
class Stretch:
    """`text[start:end]` of a side has changed; it stands at `at` in Change.removed or Change.added."""

    start: int
    end: int
    at: int


@dataclass(frozen=True, eq=False)
class Side:
    """The lines of a passage before or after the edit, with what stands unchanged around the change."""

    where: str
    text: str
    stretches: tuple[Stretch, ...]

    def span(self, start: int, end: int, label: str) -> Span | None:
        """The raw place of what changed within `text[start:end]`, None where nothing of it did."""
        inside = [
            (each.at + max(start, each.start) - each.start, each.at + min(end, each.end) - each.start)
            for each in self.stretches
            if max(each.start, start) < min(each.end, end)
        ]
        return Span(inside[0][0], inside[-1][1], label, self.where) if inside else None

    @property
    def changed(self) -> str:
        """What of the side is in the hunks themselves."""
        return "\n".join(self.text[each.start : each.end] for each in self.stretches)

    @cached_property
    def prose(self) -> str:
        """The side's own words, by the same positions."""
        return prose(self.text)


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """One sentence of a side: `text` folded and on one line, `start` and `end` its place in the side."""

    text: str
    start: int
    end: int
    side: Side = field(repr=False)
    section: str | None

    def span(self, label: str) -> Span | None:
        """Where it changed."""
        return self.side.span(self.start, self.end, label)

    @property
    def raw(self) -> str:
        """The sentence as written, markup and capitals included."""
        return self.side.text[self.start : self.end]

    @property
    def changed(self) -> str:
        """What of the sentence is in the hunks, without markup."""
        shown = self.side.prose if self.side.prose[self.start : self.end].strip() else self.side.text
        places = ((max(each.start, self.start), min(each.end, self.end)) for each in self.side.stretches)
        return " ".join(" ".join(shown[start:end].split()) for start, end in places if start < end)

    @property
    def words(self) -> str:
        """The sentence without markup, capitals as written; that of a heading or a value as it stands."""
        return " ".join(self.side.prose[self.start : self.end].split()) or self.raw


@dataclass(frozen=True)
class Passage:
    """Neighbouring hunks of one line, or one hunk of several lines."""

    old: Side
    new: Side
    section: str | None
    template: str | None
    parameter: str | None

    def sentences(self, side: Side) -> Iterator[Sentence]:
        """The sentences of one side in order."""
        at = 0
        for stop in _BREAK.finditer(side.prose):
            yield from self._sentence(side, at, stop.end())
            at = stop.end()
        yield from self._sentence(side, at, len(side.prose))

    def labels(self, side: Side) -> Iterator[Sentence]:
        """The headings and the infobox's values of one side: no sentences, but read as such."""
        for start, end in labels(side.text):
            text = " ".join(fold(side.text[start:end]).text.split()).strip(_EDGE)
            if text:
                yield Sentence(text, start, end, side, self.section)

    def _sentence(self, side: Side, start: int, end: int) -> Iterator[Sentence]:
        words = side.prose[start:end]
        text = " ".join(fold(words).text.split()).strip(_EDGE)
        if text:
            first = start + len(words) - len(words.lstrip())
            yield Sentence(text, first, first + len(words.strip()), side, self.section)


def passages(change: Change) -> Iterator[Passage]:
    """The passages of an edit in page order."""
    removed = added = 0
    for line in lines(change.hunks):
        group: list[tuple[Hunk, int, int]] = []
        for hunk in line:
            group.append((_within(hunk, _LOOKED_AT - removed, _LOOKED_AT - added), removed, added))
            removed, added = removed + len(hunk.old) + 2, added + len(hunk.new) + 2
        yield _passage(group)
        if min(removed, added) >= _LOOKED_AT:
            return


def _within(hunk: Hunk, removed: int, added: int) -> Hunk:
    """The hunk with no more characters of each side than are left to look at."""
    if len(hunk.old) <= removed and len(hunk.new) <= added:
        return hunk
    return replace(hunk, old=hunk.old[: max(removed, 0)], new=hunk.new[: max(added, 0)])


def _passage(group: Sequence[tuple[Hunk, int, int]]) -> Passage:
    first = group[0][0]
    return Passage(
        old=_side("removed", [(hunk, hunk.old, at) for hunk, at, _ in group]),
        new=_side("added", [(hunk, hunk.new, at) for hunk, _, at in group]),
        section=first.section,
        template=first.template,
        parameter=first.parameter,
    )


def _side(where: str, hunks: Sequence[tuple[Hunk, str, int]]) -> Side:
    parts: list[str] = []
    stretches: list[Stretch] = []
    length = 0
    for number, (hunk, words, at) in enumerate(hunks):
        before = hunk.before if not number else gap(hunks[number - 1][0], hunk)
        stretches.append(Stretch(length + len(before), length + len(before) + len(words), at))
        parts += [before, words]
        length += len(before) + len(words)
    return Side(where, "".join([*parts, hunks[-1][0].after]), tuple(stretches))
