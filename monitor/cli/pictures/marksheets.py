"""What counts as right of marks: found where they stand, none where there is none, whose, and altered or not.

Of the labels, `mark` says which: N the shared mark, T our lockup, X another body's, E the emblem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from monitor.cli.pictures.folders import Labels
from monitor.cli.pictures.sheets import Sheet
from monitor.types import Depth, Picture, Tier
from monitor.types.pictures import Box, Mark

RELIABLE = 24
"""Pixels of width from which a mark can be expected to be found."""
READABLE = 64
"""Pixels of width of a mark from which the name beside it can be expected to be read."""
JUDGED = 48
"""Pixels of width from which a verdict on alterations is given."""
_SCENES = frozenset({"photograph", "wall", "app", "page", "drawn", "photo"})
_LETTERS = frozenset({"plain_letters"})
_OVERLAP = 0.3  # of the two boxes together
_COMMON = frozenset({"nhs", "foundation", "trust", "the", "and"})
_NAMES = {"N": "shared mark", "T": "our lockup", "X": "another body's lockup", "E": "emblem"}
_UNALTERED = "shared mark, all unaltered of 24 px and more"
_WHOLE = "shared mark, all of those with nothing before it"


class MarkMeasure:
    """Counts marks."""

    depth = Depth.LOOK

    def __init__(self, depth: Depth = Depth.LOOK) -> None:
        self.depth = depth
        self.found = Sheet("Marks found, by condition", "Found = one is told where it stands.")
        self.false = Sheet(
            "Pictures without a mark",
            "The same letters as plain text, and other words in such a box, are counted apart.",
        )
        self.whose = Sheet("Whose logo it is, of those found")
        self.altered = Sheet(
            "Altered marks, of those found that are 48 px wide and more",
            "Genuine ones stand under their condition: none of them may be called altered.",
        )
        self.sheets = (self.found, self.false, self.whose, self.altered)

    def enter(self, labels: Labels, picture: Picture) -> Sequence[str]:
        """See Measure."""
        if str(labels["label"]) == "0":
            return self._without(labels, picture)
        mark = next(_there(labels, picture), None)
        self._count_found(labels, mark)
        if mark is None:
            return ["not found"]
        return [*self._count_owner(labels, mark), *self._count_alterations(labels, mark)]

    def _without(self, labels: Labels, picture: Picture) -> Sequence[str]:
        condition = str(labels["condition"])
        every = "all ordinary scenes" if condition in _SCENES else None
        for row in filter(None, (condition.replace("_", " "), every)):
            self.false.count(row, "a mark was told", bool(picture.marks))
            self.false.count(row, "as certain", any(m.tier is Tier.CERTAIN for m in picture.marks))
        return [f"told as {picture.marks[0].tier}"] if picture.marks else []

    def _count_found(self, labels: Labels, mark: Mark | None) -> None:
        for row in _found_rows(labels):
            self.found.count(row, "found", mark is not None)
            self.found.count(row, "as certain", mark is not None and mark.tier is Tier.CERTAIN)

    def _count_owner(self, labels: Labels, mark: Mark) -> Iterator[str]:
        owner = labels.get("owner")
        if not owner:
            return
        ours = labels["mark"] == "T"
        size = f"{READABLE} px and more" if _width(labels) >= READABLE else f"less than {READABLE} px"
        row = f"{_NAMES[labels['mark']]}, {size}"
        right = mark.ours is True if ours else _same_body(owner, mark.owner)
        self.whose.count(row, "told right", right)
        self.whose.count(row, "called ours", mark.ours is True)
        if mark.ours is True and not ours:
            yield "another body's logo called ours"
        elif not right:
            yield "whose it is was not told right"

    def _count_alterations(self, labels: Labels, mark: Mark) -> Iterator[str]:
        if labels["mark"] != "N" or _width(labels) < JUDGED:
            return
        altered = labels.get("altered") or ""
        row = f"altered: {altered}" if altered else f"genuine: {labels['condition']}"
        for each in (row, f"all {'altered' if altered else 'genuine'}"):
            self.altered.count(each, "called altered", bool(mark.altered))
            self.altered.count(each, "not judged", mark.altered is None)
        if mark.altered and not altered:
            yield f"called altered: {', '.join(mark.altered)}"


def _found_rows(labels: Labels) -> Iterator[str]:
    which, condition, width = labels["mark"], str(labels["condition"]), _width(labels)
    name = _NAMES.get(which, which)
    yield f"{name}: {condition.replace('_', ' ')}" + (f" {width} px" if condition == "size" else "")
    if which == "N" and not labels.get("altered") and width >= RELIABLE:
        yield _UNALTERED
        if condition != "occluded":
            yield _WHOLE
    if which == "E":
        yield "emblem, all"


def _there(labels: Labels, picture: Picture) -> Iterator[Mark]:
    """The marks of the labelled sort that stand where the label says, the surest first."""
    place = _place(labels)
    for mark in sorted(picture.marks, key=lambda each: -each.score):
        sort = mark.shared == (labels["mark"] != "E")
        if sort and (place is None or _stands(mark.box, place, labels["mark"])):
            yield mark


def _stands(found: Box, place: Box, mark: str) -> bool:
    """Whether what was found is what is labelled: of a lockup that may be the whole, name and all."""
    if mark in "TX":
        return _both(found, place) >= _OVERLAP * found.width * found.height
    return _overlap(place, found) >= _OVERLAP


def _place(labels: Labels) -> Box | None:
    try:
        left, top, right, bottom = (round(float(labels[key])) for key in ("x0", "y0", "x1", "y1"))
    except (KeyError, ValueError, TypeError):
        return None
    return Box(left, top, right - left, bottom - top)


def _overlap(one: Box, other: Box) -> float:
    """The share of two boxes' joint area that both have."""
    both = _both(one, other)
    joint = one.width * one.height + other.width * other.height - both
    return both / joint if joint else 0.0


def _both(one: Box, other: Box) -> int:
    """The area that two boxes have in common."""
    wide = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    high = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    return max(wide, 0) * max(high, 0)


def _width(labels: Labels) -> int:
    try:
        return round(float(labels.get("width_px") or 0))
    except ValueError:
        return 0


def _same_body(one: str, other: str) -> bool:
    """Whether two names are of one body, whatever all such names share."""
    return bool(_telling(one)) and _telling(one) == _telling(other)


def _telling(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W_]+", name.casefold())) - _COMMON
