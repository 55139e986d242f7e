"""What was seen in a picture: text, marks, codes and facts, never a person.

Places are pixels of the picture at its full size, turned upright as its EXIF orientation says.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Depth(StrEnum):
    """How closely a picture is looked at."""

    OFF = "off"
    """Not at all: it is not even fetched."""
    LOOK = "look"
    """The cheap steps: size, marks, codes, likeness to our avatars, location present or not."""
    READ = "read"
    """Besides, its text is recognised."""


class Tier(StrEnum):
    """How sure the detector is that a mark is there."""

    PROBABLE = "probable"
    CERTAIN = "certain"


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle: left and top edge, width and height, in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One recognised line of text: `Picture.text[start:end]`, and where it stands. `page` of a document."""

    start: int
    end: int
    box: Box
    page: int = 1


ALTERATIONS = {
    "stretched": "stretched",
    "colour": "in another colour",
    "letters": "with letters in another colour",
    "shape": "drawn otherwise",
}
"""What of a mark may be unlike the reference, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A logo found in a picture.

    `reference` is the name of the organisation's file that it resembles; `shared` says that every body of
    the NHS has this mark (the lozenge), so that only what stands beside it tells whose it is. `owner` is
    whose, as read there, in the spelling of the list of bodies; "" where it cannot be read. `ours` is None
    where nobody can say. `altered` names what is unlike the reference, by the names of ALTERATIONS; empty
    where it is as it should be, None where the picture is not good enough to judge.
    """

    reference: str
    tier: Tier
    score: float
    box: Box
    shared: bool = False
    ours: bool | None = None
    owner: str = ""
    altered: tuple[str, ...] | None = None

    @property
    def whose(self) -> str:
        """Whose logo it is, in words that begin small."""
        if self.ours:
            return "our logo"
        if self.owner:
            return f"logo of {self.owner}"
        return (
            "a logo that every body of the NHS has, owner not readable" if self.shared else "a logo like ours"
        )

    @property
    def alterations(self) -> tuple[str, ...]:
        """What is unlike the reference, in words."""
        return tuple(ALTERATIONS[name] for name in self.altered or ())


@dataclass(frozen=True, slots=True)
class Likeness:
    """That a whole picture copies one of ours: the reference's name, and how many of 256 bits differ."""

    reference: str
    distance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What was seen in one picture or document.

    `digest` is the SHA-256 of its bytes in hexadecimal, `pdq` the perceptual hash of the whole (64 digits,
    "" where it has none to speak of). `text` is what was recognised, `lines` say where; `text_read` is False
    where nobody looked for text. `codes` are what its QR codes say. `faces` is a count in steps (`0`, `1`,
    `2-5`, `6+`), None where nobody counted. `has_location` says whether its metadata hold a position; the
    position itself is not kept. `not_read` says in plain words what could not be analysed and why, "" where
    all that was asked was done.
    """

    digest: str = ""
    pdq: str = ""
    width: int = 0
    height: int = 0
    pages: int = 1
    text: str = ""
    lines: tuple[Line, ...] = ()
    text_read: bool = False
    marks: tuple[Mark, ...] = ()
    likeness: Likeness | None = None
    codes: tuple[str, ...] = ()
    faces: str | None = None
    has_location: bool | None = None
    not_read: str = ""

    @property
    def seen(self) -> bool:
        """True where it could be opened at all."""
        return self.width > 0

    @property
    def addresses(self) -> tuple[str, ...]:
        """Those of its codes that are addresses of the web."""
        return tuple(code for code in self.codes if code.lower().startswith(("https://", "http://")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """Picture evidence of a finding that can be shown: nothing in it can be read that must be masked.

    `rule_id` is the finding's rule, `where` the picture (`image 1`, `avatar`), `digest` the SHA-256 of the
    picture that it was cut from, `caption` says in words what it shows, for people who cannot see it, too.
    """

    rule_id: str
    where: str
    digest: str
    caption: str
    png: bytes
