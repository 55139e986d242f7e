"""What counts as right, for each kind of labelled picture.

A measure is fed picture by picture, counts into its sheets, and says in words what was wrong with each: words
about places and verdicts, never what was read in a picture.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

from monitor import redaction
from monitor.cli.pictures.folders import Folder, Kind, Labels
from monitor.cli.pictures.marksheets import MarkMeasure
from monitor.cli.pictures.sheets import Sheet
from monitor.config import Organisation
from monitor.types import Depth, Media, Picture, Post
from rules.detectors import nhs_number
from rules.identifiers import PersonIdentifiers
from rules.reading import Part
from rules.text.fold import fold

_WORD = re.compile(r"[^\W_]+")


class Measure(Protocol):
    """Compares what was seen with what is there."""

    @property
    def depth(self) -> Depth:
        """How closely its pictures are looked at."""
        ...

    @property
    def sheets(self) -> Sequence[Sheet]:
        """What was counted so far."""
        ...

    def enter(self, labels: Labels, picture: Picture) -> Sequence[str]:
        """Count one picture; what was wrong, in words, nothing where all was right."""
        ...


def measure(folder: Folder, organisation: Organisation) -> Measure:
    """The measure of a folder's kind."""
    match folder.kind:
        case Kind.MARKS:
            return MarkMeasure()
        case Kind.AVATARS:
            return AvatarMeasure()
        case Kind.TEXT:
            return TextMeasure(organisation)
        case Kind.CODES:
            return CodeMeasure()
        case Kind.HOSTILE:
            return HostileMeasure()


class AvatarMeasure:
    """Copies of official avatars are found; others are not."""

    depth = Depth.LOOK

    def __init__(self) -> None:
        self.copies = Sheet("Edited copies of official avatars")
        self.others = Sheet("Avatars that are no copies")
        self.sheets = (self.copies, self.others)

    def enter(self, labels: Labels, picture: Picture) -> Sequence[str]:
        """See Measure."""
        found = _stem(picture.likeness.reference) if picture.likeness else None
        if labels["same_as"]:
            right = found == f"avatar_{labels['same_as']}"
            for row in (labels["kind"], "all"):
                self.copies.count(row, "found", right)
            return [] if right else ["the copy was not found"]
        for row in (labels["kind"], "all"):
            self.others.count(row, "taken for ours", found is not None)
        return [f"taken for {found}"] if found else []


class TextMeasure:
    """Words and NHS numbers are read, and the numbers do not outlast masking."""

    depth = Depth.READ

    def __init__(self, organisation: Organisation) -> None:
        self._identifiers = PersonIdentifiers(organisation)
        self.read = Sheet(
            "Text in pictures",
            "Words count as often as they stand there; numbers as found by the detector of the rules. "
            "Masked = the figures of the number do not stand in what is kept.",
        )
        self.sheets = (self.read,)

    def enter(self, labels: Labels, picture: Picture) -> Sequence[str]:
        """See Measure."""
        there, seen = (Counter(_words(text)) for text in (" ".join(labels["lines"]), picture.text))
        expected = Counter(_digits(number) for number in labels["nhs_numbers"])
        found, kept = Counter(_numbers(picture.text)), _digits(self._masked(picture))
        right, masked = (expected & found).total(), sum(number not in kept for number in expected.elements())
        for row in (labels["kind"], "all"):
            self.read.count(row, "words read", (there & seen).total(), there.total())
            self.read.count(row, "NHS numbers found", right, expected.total())
            self.read.count(row, "of those found, right", right, found.total())
            self.read.count(row, "NHS numbers masked", masked, expected.total())
        missed = expected.total() - right
        return [f"{missed} of {expected.total()} NHS numbers not found"] if missed else []

    def _masked(self, picture: Picture) -> str:
        """What is kept of its text."""
        shown = (Media(kind="image", url="", picture=picture),)
        post = Post(source="", platform="", external_id="", observed_at=datetime.now(UTC), media=shown)
        return redaction.redact(post, self._identifiers.spans(post), [])[0].part("image 1")


class CodeMeasure:
    """Codes are read, and none is seen where there is none."""

    depth = Depth.LOOK

    def __init__(self) -> None:
        self.codes = Sheet("QR codes, by width")
        self.nothing = Sheet("Pictures without a code")
        self.sheets = (self.codes, self.nothing)

    def enter(self, labels: Labels, picture: Picture) -> Sequence[str]:
        """See Measure."""
        if not labels["url"]:
            self.nothing.count("all", "a code was seen", bool(picture.codes))
            return ["a code was seen where there is none"] if picture.codes else []
        right = any(_same_address(code, labels["url"]) for code in picture.codes)
        for row in (f"{labels.get('width_px') or '?'} px", "all"):
            self.codes.count(row, "read", right)
        return [] if right else ["not read"]


class HostileMeasure:
    """What cannot be read is said; what can be, is read, within limits."""

    depth = Depth.READ

    def __init__(self) -> None:
        self.files = Sheet("Hostile files", "As expected: read or refused, and said.")
        self.sheets = (self.files,)

    def enter(self, labels: Labels, picture: Picture) -> Sequence[str]:
        """See Measure."""
        wrong = list(_differences(str(labels["expect"]), picture))
        for row in (labels["file"], "all"):
            self.files.count(row, "as expected", not wrong)
        return wrong


def _differences(expect: str, picture: Picture) -> Iterator[str]:
    """What a hostile file's picture has that it should not, or lacks."""
    readable = expect.startswith(("read", "no text layer"))
    if readable and not picture.seen:
        yield f"was not read: {picture.not_read or 'and nothing said why'}"
    if not readable and picture.seen:
        yield "was read"
    if not picture.seen and not picture.not_read:
        yield "nothing says why it was not read"
    if "location" in expect and picture.has_location is not True:
        yield "its location was not noticed"
    if (pages := re.search(r"pages (\d+)", expect)) and picture.pages != int(pages[1]):
        yield f"has {picture.pages} pages"
    if "cut is said" in expect and not picture.not_read:
        yield "the cut was not said"


def _numbers(text: str) -> Iterator[str]:
    """The NHS numbers of a text, those of the range for tests among them."""
    part = Part("image 1", fold(text))
    for sighting in nhs_number.candidates(part.folded, synthetic="issued"):
        span = part.span(sighting.start, sighting.end, sighting.label)
        yield _digits(text[span.start : span.end])


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _same_address(one: str, other: str) -> bool:
    """Whether two addresses lead to the same place; a host's letters have no case."""
    return _folded(one) == _folded(other)


def _folded(address: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return (address,)
    return parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", parts.query
