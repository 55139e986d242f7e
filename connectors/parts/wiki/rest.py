"""MediaWiki's REST interface: what it says of two revisions becomes a comparison.

Shapes: https://www.mediawiki.org/wiki/API:REST_API/Reference#Compare_revisions. Offsets and ranges count
bytes of UTF-8. A wiki without the wikidiff2 extension answers such a question with an error.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from enum import IntEnum

from pydantic import BaseModel, Field, ValidationError

from connectors.parts.plain import clean
from connectors.parts.wiki.comparison import Comparison
from connectors.parts.wiki.rows import Line, Row, hunks
from monitor.errors import SourceChanged


class _Type(IntEnum):
    """What a line of the answer is."""

    SAME = 0
    ADDED = 1
    REMOVED = 2
    CHANGED = 3
    MOVED_FROM = 4
    MOVED_TO = 5


class _Mark(IntEnum):
    """What a marked range of a line is."""

    ADDED = 0
    REMOVED = 1


class _Range(BaseModel):
    start: int = Field(ge=0)
    length: int = Field(ge=0)
    type: _Mark


class _Offset(BaseModel):
    old: int | None = Field(default=None, alias="from")
    new: int | None = Field(default=None, alias="to")


class _Line(BaseModel):
    type: _Type
    text: str
    number: int | None = Field(default=None, alias="lineNumber")  # in the new revision
    offset: _Offset = _Offset()
    ranges: tuple[_Range, ...] = Field(default=(), alias="highlightRanges")

    def without(self, mark: _Mark) -> str:
        """The line of one side: both sides' words stand in one text."""
        written, kept, at = self.text.encode(errors="surrogatepass"), [], 0
        for found in sorted((found for found in self.ranges if found.type is mark), key=lambda r: r.start):
            kept.append(written[at : found.start])
            at = max(at, found.start + found.length)
        return clean(b"".join([*kept, written[at:]]).decode(errors="replace"))


class _Section(BaseModel):
    heading: str
    offset: int

    @property
    def name(self) -> str:
        """The heading as it is read."""
        return clean(self.heading).strip("= \t")


class _Side(BaseModel):
    sections: tuple[_Section, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The sections in page order."""
        return tuple(section.name for section in self.sections if section.name)

    def above(self, offset: int | None) -> str | None:
        """The heading over what begins at byte `offset`, which may itself be a heading."""
        before = bisect_left(self.sections, offset or 0, key=lambda section: section.offset)
        return self.sections[before - 1].name if before else None


class _Answer(BaseModel):
    old: _Side = Field(alias="from")
    new: _Side = Field(alias="to")
    diff: tuple[_Line, ...]


def comparison(body: object) -> Comparison:
    """The comparison in a decoded answer. Sizes are not in it. Raises SourceChanged where it is none."""
    try:
        answer = _Answer.model_validate(body)
    except ValidationError as error:
        where = ".".join(map(str, error.errors(include_input=False, include_context=False)[0]["loc"]))
    else:
        return Comparison(
            hunks=hunks(_rows(answer)),
            sections_before=answer.old.names,
            sections_after=answer.new.names,
        )
    raise SourceChanged(
        f"not a comparison of MediaWiki's REST interface (at {where or 'its start'}); "
        "compare the revisions' texts instead"
    )


def _rows(answer: _Answer) -> Iterator[Row]:
    """The answer's lines. It numbers the new revision's; the old one's follow from what came and went."""
    old = new = 0
    for line in answer.diff:
        has_old = line.type not in (_Type.ADDED, _Type.MOVED_TO)
        has_new = line.type not in (_Type.REMOVED, _Type.MOVED_FROM)
        skipped = (line.number or new + 1) - new - 1 if has_new else 0
        old, new = old + skipped + has_old, new + skipped + has_new
        above_old, above_new = answer.old.above(line.offset.old), answer.new.above(line.offset.new)
        yield Row(
            Line(line.without(_Mark.ADDED), old, above_old) if has_old else None,
            Line(line.without(_Mark.REMOVED), new, above_new) if has_new else None,
        )
