"""The card of a lookalike: what an account is called beside what it resembles, letter by letter.

Only a picture that copies one of ours is shown: any other may show a person.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from PIL import Image, ImageDraw

from rules.pictures.crops import FOOT, FOUND, INK, PAPER, Font, encoded, lettering
from rules.pictures.decode import frames

WIDTH, SIDE, EDGE, ROW = 640, 96, 20, 30
COLUMN = WIDTH // 2
LONGEST = 60
"""Characters of a name on the card."""

_QUIET, _RULE, _PALE = "#4a555b", "#c5ccd0", "#fbe3e3"
_SIZES = range(20, 9, -1)


def card(content: bytes, request: str) -> str:
    """The card as a PNG in base64. `content` is the account's picture where it copies ours, else empty.

    The request is JSON: `handle`, `name`, `nearest` and `standing` in words that may be shown, and `ours`,
    the picture that was copied, in base64, or "". Raises NotRead.
    """
    asked = json.loads(request)
    ours = base64.b64decode(asked["ours"])
    rows, top = _rows(asked), 44 + (SIDE + 14 if content or ours else 0)
    image = Image.new("RGB", (WIDTH, top + len(rows) * ROW + 50), PAPER)
    pen = ImageDraw.Draw(image)
    _headed(pen, image.height)
    for at, picture in ((EDGE, content), (COLUMN + EDGE, ours)):
        if picture:
            image.paste(_small(picture), (at, 46))
    for number, (called, nearest) in enumerate(rows):
        _row(pen, EDGE, top + number * ROW, called, nearest)
        _row(pen, COLUMN + EDGE, top + number * ROW, nearest, "")
    pen.rectangle((0, image.height - 36, WIDTH, image.height), fill=FOOT)
    pen.text((EDGE, image.height - 28), asked["standing"], fill=INK, font=lettering(16))
    return encoded(image)


def _rows(asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """Handle and name, each that there is, and on its row what it comes nearest to: a handle or a name."""
    handle, name, nearest = (asked[key][:LONGEST] for key in ("handle", "name", "nearest"))
    by_handle = bool(handle) and (nearest.startswith("@") or not name)
    rows = [(handle, nearest if by_handle else ""), (name, "" if by_handle else nearest)]
    return [row for row in rows if any(row)]


def _headed(pen: ImageDraw.ImageDraw, height: int) -> None:
    pen.rectangle((0, 0, WIDTH, 34), fill=FOOT)
    pen.line((COLUMN, 0, COLUMN, height - 36), fill=_RULE)
    for at, words in ((EDGE, "The account"), (COLUMN + EDGE, "What it comes nearest to")):
        pen.text((at, 8), words, fill=_QUIET, font=lettering(16))


def _small(content: bytes) -> Image.Image:
    picture = Image.fromarray(next(frames(content)).pixels)
    picture.thumbnail((SIDE, SIDE))
    return picture


def _row(pen: ImageDraw.ImageDraw, left: int, top: int, words: str, against: str) -> None:
    """One name, as large as its column lets it be, and in it what is not so in `against`."""
    pieces = [*_pieces(words, against)]
    size = next((s for s in _SIZES if _width(pieces, s) <= COLUMN - 2 * EDGE), _SIZES[-1])
    at = float(left)
    for piece, differs in pieces:
        font = _font(piece, size)
        end = at + font.getlength(piece)
        if differs:
            pen.rectangle((at - 1, top, end + 1, top + 24), fill=_PALE)
            pen.line((at, top + 25, end, top + 25), fill=FOUND, width=3)
        pen.text((at, top + 20), piece, fill=FOUND if differs else INK, font=font, anchor="ls")
        at = end


def _pieces(words: str, against: str) -> Iterator[tuple[str, bool]]:
    """The letters of a name and whether each differs; one that is not ASCII as its code point."""
    same = set(range(len(words)))
    if against:
        blocks = SequenceMatcher(None, words.lower(), against.lower(), autojunk=False).get_matching_blocks()
        same = {block.a + at for block in blocks for at in range(block.size)}
    for place, letter in enumerate(words):
        if letter.isascii() and letter.isprintable():
            yield letter, place not in same
        else:
            yield f" U+{ord(letter):04X} ", True


def _font(piece: str, size: int) -> Font:
    return lettering(size if len(piece) == 1 else max(size - 6, 10))


def _width(pieces: list[tuple[str, bool]], size: int) -> float:
    return sum(_font(piece, size).getlength(piece) for piece, _ in pieces)
