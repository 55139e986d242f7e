"""The readable diff of an edit: what was taken out and put in, place by place, in plain words.

Both sides of a line are made readable first and compared then, by whole words: so markup that stands half
inside a change does no harm, and what changed nothing that people read shows only where nothing else does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from monitor.alignment import Run, runs
from monitor.readable import readable
from monitor.types import CONTEXT, Change, Hunk, Passage, Piece, Span, Was

AROUND = 60
"""Characters of unchanged words on either side of a change, at most."""
TIGHT = 24
"""The same, where a budget is short."""

_WORD = re.compile(r"\[[^\[\]\n]*\]|\[\[|\]\]|\{\{|\}\}|'{2,}|\w+(?:[^\w\s\[\]|=]+\w+)*|\s+|[^\w\s]")
_CHANCE = 2  # that few equal words between two changes are no common ground
_CELLS = 4_000_000  # words times words: about 10 ms for one alignment
_CONSIDERED = 20_000  # characters of a side that are compared by words
_LEAST = 40  # a place is not begun with fewer characters left


def lines(hunks: Sequence[Hunk]) -> list[list[Hunk]]:
    """The hunks of each line together, in their order."""
    result: list[list[Hunk]] = []
    for hunk in hunks:
        if result and _go_on(result[-1][-1], hunk):
            result[-1].append(hunk)
        else:
            result.append([hunk])
    return result


def _go_on(first: Hunk, then: Hunk) -> bool:
    """True where `then` stands on the same line: what follows the first one leads up to it."""
    if first.line is None or first.line != then.line:
        return False
    cut = len(first.after) >= CONTEXT and len(then.before) >= CONTEXT
    return bool(first.after) and (cut or first.after == then.before)


def gap(first: Hunk, then: Hunk) -> str:
    """What stands between two hunks of one line; its middle is left out where it was not kept."""
    if first.after == then.before:
        return first.after
    for shared in range(CONTEXT - 1, 0, -1):
        if first.after.endswith(then.before[:shared]):
            return first.after + then.before[shared:]
    return f"{first.after} … {then.before}"


def passages(
    change: Change, budget: int | None = None, most: int | None = None, about: Iterable[Span] = ()
) -> tuple[Passage, ...]:
    """The places of an edit as people read them, in the order of the page.

    With a `budget` of characters, or at `most` so many places, the most telling come first: those that the
    spans `about` are in, then words that were taken out, words that were put in, citations, mere markup.
    """
    grouped = lines(change.hunks)
    found = [(line, passage) for line in grouped if (passage := _passage(line))]
    if budget is None and most is None:
        return tuple(passage for _, passage in found)
    meant = {id(hunk) for hunk in _under(change, about)}
    ranked = sorted(found, key=lambda pair: (meant.isdisjoint(map(id, pair[0])), *_telling(pair[1])))
    return tuple(fitting([passage for _, passage in ranked], budget, most))


def _under(change: Change, spans: Iterable[Span]) -> Iterator[Hunk]:
    """The hunks in which spans over the added or removed words begin."""
    for where, texts in (
        ("added", [hunk.new for hunk in change.hunks]),
        ("removed", [hunk.old for hunk in change.hunks]),
    ):
        ends = list(accumulate(len(text) + len("\n\n") for text in texts))
        for span in spans:
            if span.where == where and (at := bisect_right(ends, span.start)) < len(change.hunks):
                yield change.hunks[at]


def wikitext(line: Sequence[Hunk], side: str) -> str:
    """The line as it was (`old`) or is (`new`), in wikitext, as far as its hunks keep it."""
    left = "… " if len(line[0].before) >= CONTEXT else ""
    right = " …" if len(line[-1].after) >= CONTEXT else ""
    return f"{left}{''.join(_side(line, side))}{right}"


def _passage(line: Sequence[Hunk]) -> Passage | None:
    first, last = line[0], line[-1]
    old, new = ("".join(_side(line, side)) for side in ("old", "new"))
    pieces = _compared(readable(old), readable(new))
    if not any(piece.was != "same" for piece in pieces):
        pieces = _compared(*(" ".join(side.split()) for side in (old, new)))
    if not any(piece.was != "same" for piece in pieces):
        return None
    cut = len(first.before) >= CONTEXT, len(last.after) >= CONTEXT
    return Passage(_place(first), tuple(_around(pieces, AROUND, cut)))


def _side(line: Sequence[Hunk], side: str) -> Iterator[str]:
    """The line as it was (`old`) or is (`new`), as far as its hunks keep it."""
    yield _frayed_head(line[0].before)
    for number, hunk in enumerate(line):
        if number:
            yield gap(line[number - 1], hunk)
        yield getattr(hunk, side)
    yield _frayed_tail(line[-1].after)


def _frayed_head(before: str) -> str:
    """Without the end of a citation, template or link whose beginning was cut off."""
    if len(before) >= CONTEXT:
        for opens, closes in (("<ref", "</ref>"), ("{{", "}}"), ("[[", "]]")):
            head, closed, rest = before.partition(closes)
            if closed and opens not in head:
                before = rest
    return before


def _frayed_tail(after: str) -> str:
    """Without the beginning of a citation, template or link whose end was cut off."""
    if len(after) >= CONTEXT:
        for opens, closes in (("<ref", "</ref>"), ("{{", "}}"), ("[[", "]]")):
            rest, opened, tail = after.rpartition(opens)
            if opened and closes not in tail:
                after = rest
    return after


def _place(hunk: Hunk) -> str | None:
    if hunk.section is None and hunk.template and hunk.template.lower().startswith("infobox"):
        return hunk.template
    return hunk.section


def _compared(old: str, new: str) -> list[Piece]:
    """Both sides as pieces in reading order, what was taken out before what was put in its place."""
    cut = max(len(old), len(new)) > _CONSIDERED
    before, after = ([old], [new]) if cut else (_WORD.findall(old), _WORD.findall(new))
    return list(_pieces(runs(before, after, lambda cells: cells <= _CELLS, _is_common)))


def _is_common(words: Sequence[str]) -> bool:
    return sum(not word.isspace() for word in words) > _CHANCE


def _pieces(parts: Iterable[Run]) -> Iterator[Piece]:
    for old, new, equal in parts:
        sides: tuple[tuple[Sequence[str], Was], ...] = (
            ((new, "same"),) if equal else ((old, "removed"), (new, "added"))
        )
        for words, was in sides:
            if text := "".join(words):
                yield Piece(text, was)


def _around(pieces: Sequence[Piece], room: int, cut: tuple[bool, bool] = (False, False)) -> Iterator[Piece]:
    """The pieces with no more than `room` characters of unchanged words beside each change.

    `cut` says that the line went on to the left and to the right of what was kept.
    """
    for number, piece in enumerate(pieces):
        if piece.was != "same":
            yield piece
        elif number == 0:
            yield replace(piece, text=_last_words(piece.text, room, cut[0]))
        elif number == len(pieces) - 1:
            yield replace(piece, text=_first_words(piece.text, room, cut[1]))
        elif len(piece.text) > 2 * room:
            yield replace(piece, text=_ends(piece.text, room))
        else:
            yield piece


def _ends(text: str, room: int) -> str:
    return _first_words(text, room).rstrip("… ") + " " + _last_words(text, room)


def _last_words(text: str, room: int, cut: bool = False) -> str:
    if len(text) <= room:
        return f"… {text.lstrip()}" if cut else text
    kept = text[-room:].rstrip()
    return f"… {kept[kept.find(' ') + 1 :]}{' ' * text.endswith(' ')}"


def _first_words(text: str, room: int, cut: bool = False) -> str:
    if len(text) <= room:
        return f"{text.rstrip()} …" if cut else text
    kept = text[:room]
    at = kept.rfind(" ")
    return f"{kept[:at]} …" if at > 0 else f"{kept}…"


def _telling(passage: Passage) -> tuple[int, int]:
    """How soon a place is shown where not all are: a smaller value sooner."""
    rank = min(_rank(piece) for piece in passage.pieces)
    return rank, -sum(len(piece.text) for piece in passage.pieces if piece.was != "same")


def _rank(piece: Piece) -> int:
    words = [word for word in _WORD.findall(piece.text) if word[0].isalnum()]
    if piece.was == "same":
        return 3
    if words:
        return 0 if piece.was == "removed" else 1
    return 2


def fitting(ranked: Sequence[Passage], budget: int | None, most: int | None) -> Iterator[Passage]:
    """As many of the places, most telling first, as fit; the last says how many more there are."""
    left, shown = budget, list[Passage]()
    for passage in ranked[:most]:
        if left is not None and shown and left < _LEAST:
            break
        fitted = passage if left is None else _cut(passage, left)
        shown.append(fitted)
        left = left if left is None else left - _length(fitted.pieces)
    yield from shown[:-1]
    if shown:
        yield replace(shown[-1], more=len(ranked) - len(shown) + ranked[-1].more)


def _length(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.text) for piece in pieces)


def _cut(passage: Passage, budget: int) -> Passage:
    """The place in `budget` characters: first less around the changes, then less of each change."""
    if _length(passage.pieces) <= budget:
        return passage
    tight = tuple(_around(passage.pieces, TIGHT))
    if _length(tight) <= budget:
        return replace(passage, pieces=tight)
    changed = [piece for piece in tight if piece.was != "same"]
    share = max(_LEAST, (budget - _length(tight) + _length(changed)) // len(changed))
    return replace(passage, pieces=tuple(_until(tight, share, budget)))


def _until(pieces: Sequence[Piece], share: int, budget: int) -> Iterator[Piece]:
    """The pieces, changes cut at `share` characters each, until the budget is used up."""
    for piece in pieces:
        text = piece.text if piece.was == "same" else _first_words(piece.text, share)
        yield replace(piece, text=text)
        budget -= len(text)
        if budget <= 0:
            return
