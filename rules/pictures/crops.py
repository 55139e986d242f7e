"""Picture evidence: what a finding points at, in a picture in which nothing else can be made out.

Blurred words can be read again, so nothing here is blurred: what is hidden is painted over before anything
else is done, and what surrounds it keeps at most `CELLS` colours a side. A face of fewer than 15 cells is
not known again (T. Bachmann, "Identification of spatially quantised tachistoscopic images of faces", 1991).
"""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import ceil
from statistics import median
from typing import Any, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from rules.pictures import document
from rules.pictures.decode import Frame, NotRead, frames

WIDEST, TALLEST = 640, 900
LARGEST = 150_000
"""Bytes of a PNG."""
CELLS = 12
TONES = 5
"""Bits of a colour's eight that its cells keep."""
NARROWEST = 320
DETAIL = 2560
"""Pixels of the longest side from which a small mark is cut."""

BAR, FOUND, PAPER, INK, FOOT = "#5b6770", "#9b1c1c", "#ffffff", "#1b2326", "#eef1f2"

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
Draw = Callable[[Image.Image, Mapping[str, Any]], Image.Image]


class Place(NamedTuple):
    """An upright rectangle by its edges, in pixels of the image at hand."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, box: Sequence[float], scale: float = 1.0, grow: float = 0.0) -> Place:
        """`[left, top, width, height]` divided by `scale`, each edge moved out by `grow` of the height."""
        left, top, width, height = (value / scale for value in box)
        more = grow * height
        return cls(int(left - more), int(top - more), ceil(left + width + more), ceil(top + height + more))

    @property
    def width(self) -> int:
        """In pixels, at least one."""
        return max(self.right - self.left, 1)

    @property
    def height(self) -> int:
        """In pixels, at least one."""
        return max(self.bottom - self.top, 1)

    def within(self, size: tuple[int, int]) -> Place:
        """What of it lies in an image of that size."""
        return Place(max(self.left, 0), max(self.top, 0), min(self.right, size[0]), min(self.bottom, size[1]))

    def moved(self, left: int, top: int, by: float = 1.0) -> Place:
        """The same seen from another corner, `by` times as large."""
        return Place(*(round((at - off) * by) for at, off in zip(self, (left, top, left, top), strict=True)))


def cut(content: bytes, request: str) -> list[str]:
    """PNG evidence in base64, one for each of the request's `crops`, in their order. Raises NotRead.

    The request is JSON. `lines` are the boxes `[left, top, width, height]` of all recognised lines, in pixels
    of the picture at its full size, of its page `page`. A crop is either

    `{"kind": "page", "found": [{"box": [...], "label": "NHS number"}]}`: the layout of the page, each line a
    bar, and what was found a labelled bar in its place;

    `{"kind": "mark", "box": [...], "keep": [[...]], "hide": [[...]], "foot": "..."}`: the logo as it is, with
    the lines to keep (the name beside it), and around it coarse cells of what no line stood on. `hide` is
    painted over in the logo, too.
    """
    asked = json.loads(request)
    drawn = []
    for crop in asked["crops"]:
        frame = _frame(content, asked.get("page", 1))
        draw = _DRAW[crop["kind"]]
        drawn.append(encoded(draw(frame, asked.get("lines", ()), crop)))
    return drawn


def encoded(image: Image.Image) -> str:
    """A fresh PNG without metadata, in base64, made smaller until it has at most LARGEST bytes."""
    while len(png := _png(image)) > LARGEST:
        image = image.resize((ceil(image.width * 0.8), ceil(image.height * 0.8)), Image.Resampling.LANCZOS)
    return base64.b64encode(png).decode("ascii")


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.quantize(200, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _frame(content: bytes, page: int) -> Frame:
    """A picture, or the page of a document. Raises NotRead."""
    if not document.is_one(content):
        return next(frames(content, DETAIL))
    found = next((each for each in document.Document(content).pages() if each.number == page), None)
    if found is None:
        raise NotRead(f"it has no page {page}")
    return found.frame


# -- the layout of a page -------------------------------------------------------------------------------


def _page(frame: Frame, lines: Sequence[Sequence[float]], crop: Mapping[str, Any]) -> Image.Image:
    image = Image.fromarray(frame.pixels)
    bars = [Place.of(box, frame.scale, grow=0.2) for box in lines]
    found = [(Place.of(each["box"], frame.scale, grow=0.2), each["label"]) for each in crop["found"]]
    coarse = reduced(_painted(image, [*bars, *(place for place, _ in found)]), _tall(bars))
    by = min(WIDEST / image.width, TALLEST / image.height)
    shown = coarse.resize(
        (max(round(image.width * by), 1), max(round(image.height * by), 1)), Image.Resampling.NEAREST
    )
    pen = ImageDraw.Draw(shown)
    for bar in bars:
        pen.rectangle(bar.moved(0, 0, by), fill=BAR, outline=PAPER)
    for place, label in found:
        _labelled(pen, place.moved(0, 0, by), label)
    return footed(shown, _counted(label for _, label in found))


def _painted(image: Image.Image, places: Iterable[Place]) -> Image.Image:
    """The image with bars in those places; what was there is gone before anything is made of it."""
    copy = image.copy()
    pen = ImageDraw.Draw(copy)
    for place in places:
        pen.rectangle(place, fill=BAR)
    return copy


def reduced(image: Image.Image, tall: float) -> Image.Image:
    """The image in coarse cells, at its size: none smaller than `tall` pixels, at most CELLS a side."""
    cell = max(max(image.size) / CELLS, tall, 1)
    columns, rows = max(int(image.width / cell), 1), max(int(image.height / cell), 1)
    cells = image.convert("RGB").resize((columns, rows), Image.Resampling.BOX)
    mask = 0xFF & ~((1 << (8 - TONES)) - 1)
    return cells.point(lambda value: value & mask).resize(image.size, Image.Resampling.NEAREST)


def _tall(bars: Sequence[Place]) -> float:
    return median(bar.height for bar in bars) if bars else 0.0


def _labelled(pen: ImageDraw.ImageDraw, place: Place, label: str) -> None:
    """A bar with what was found there, in words where they fit."""
    pen.rectangle(place, fill=FOUND, outline=PAPER, width=1)
    for size in range(min(round(place.height * 0.75), 18), 7, -1):
        font = lettering(size)
        if font.getlength(label) <= place.width - 4:
            middle = ((place.left + place.right) / 2, (place.top + place.bottom) / 2)
            pen.text(middle, label, fill=PAPER, font=font, anchor="mm")
            return


def _counted(labels: Iterable[str]) -> str:
    counts = Counter(labels)
    found = ", ".join(f"{label} ({count})" if count > 1 else label for label, count in counts.items())
    return (
        f"Red: {found}. Every grey bar is a line of text." if found else "Every grey bar is a line of text."
    )


# -- a mark ---------------------------------------------------------------------------------------------


def _mark(frame: Frame, lines: Sequence[Sequence[float]], crop: Mapping[str, Any]) -> Image.Image:
    image = Image.fromarray(frame.pixels)
    mark = Place.of(crop["box"], frame.scale, grow=0.08).within(image.size)
    kept = [Place.of(box, frame.scale, grow=0.1).within(image.size) for box in crop.get("keep", ())]
    bars = [Place.of(box, frame.scale, grow=0.2) for box in lines]
    clear = _painted(image, [Place.of(box, frame.scale, grow=0.2) for box in crop.get("hide", ())])
    around = _around([mark, *kept], image.size)
    shown = reduced(_painted(clear, bars).crop(around), max(_tall(bars), mark.height / 2))
    for place in (mark, *kept):
        shown.paste(clear.crop(place), (place.left - around.left, place.top - around.top))
    by = _enlarged(shown.size)
    shown = shown.resize((round(shown.width * by), round(shown.height * by)), Image.Resampling.BICUBIC)
    frame_of = mark.moved(around.left, around.top, by)
    ImageDraw.Draw(shown).rectangle(frame_of, outline=FOUND, width=3)
    return footed(shown, crop.get("foot", ""))


def _around(places: Sequence[Place], size: tuple[int, int]) -> Place:
    """What is shown besides: as much again on every side as the mark with its name is high."""
    left, top = min(p.left for p in places), min(p.top for p in places)
    right, bottom = max(p.right for p in places), max(p.bottom for p in places)
    more = bottom - top
    return Place(left - more, top - more, right + more, bottom + more).within(size)


def _enlarged(size: tuple[int, int]) -> float:
    by = max(NARROWEST / size[0], 1.0)
    return min(by, WIDEST / size[0], TALLEST / size[1])


# -- what both have -------------------------------------------------------------------------------------


def footed(image: Image.Image, words: str) -> Image.Image:
    """The image above a line or two that say what it shows."""
    if not words:
        return image
    font = lettering(15)
    width = max(image.width, NARROWEST)
    lines = [*_broken(words, font, width - 20)]
    out = Image.new("RGB", (width, image.height + 20 * len(lines) + 14), FOOT)
    out.paste(image, (0, 0))
    pen = ImageDraw.Draw(out)
    for number, line in enumerate(lines):
        pen.text((10, image.height + 7 + 20 * number), line, fill=INK, font=font)
    return out


def lettering(size: int) -> Font:
    """Pillow's own letters: the same on every machine."""
    return ImageFont.load_default(size)


def _broken(words: str, font: Font, width: int) -> Iterator[str]:
    line = ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and font.getlength(longer) > width:
            yield line
            longer = word
        line = longer
    yield line


_DRAW = {"page": _page, "mark": _mark}
