"""PDF documents: the text of their pages with its places, and the pages as pictures.

pdfium alone opens them (pypdfium2, without its JavaScript engine); a page is drawn at the size at which a
picture is looked at, so that a page of a square kilometre costs what a letter costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium

from monitor.types.pictures import Box, Line
from rules.pictures.decode import SIDE, Frame, NotRead

MOST_PAGES = 10
_SCALE = 2.0  # of a point of 1/72 inch: text of 10 points is 20 pixels high
_LONGEST = 100_000  # letters of one page
_LAYER = 40  # letters; a page with fewer is a scan
_PASSWORD = 4  # pdfium's number of this error


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a picture, and its text layer with places in that picture at full size; "" for a scan."""

    number: int
    frame: Frame
    text: str
    lines: tuple[Line, ...]


def is_one(content: bytes) -> bool:
    """Whether some bytes are a PDF, by their beginning and not by their name."""
    return b"%PDF-" in content[:1024]


class Document:
    """An opened PDF: `count` is how many pages it has. Raises NotRead."""

    def __init__(self, content: bytes) -> None:
        try:
            self._opened = pdfium.PdfDocument(content)
            self.count = len(self._opened)
        except pdfium.PdfiumError as error:
            locked = getattr(error, "err_code", None) == _PASSWORD
            raise NotRead("it is locked by a password" if locked else "it is no PDF that opens") from None
        if self.count < 1:
            raise NotRead("it has no pages")

    def pages(self) -> Iterator[Page]:
        """Up to MOST_PAGES pages, one at a time. Raises NotRead for the first that cannot be drawn."""
        for number in range(1, min(self.count, MOST_PAGES) + 1):
            try:
                yield self._page(number)
            except (pdfium.PdfiumError, ValueError):
                raise NotRead(f"its page {number} is damaged") from None

    def _page(self, number: int) -> Page:
        page = self._opened[number - 1]
        try:
            width, height = page.get_size()
            if not (width > 0 and height > 0):
                raise ValueError("a page without a size")
            scale = min(_SCALE, SIDE / max(width, height))
            bitmap = page.render(scale=scale, rev_byteorder=True)
            pixels = np.array(bitmap.to_numpy()[:, :, :3])
            text, lines = _layer(page, number, bitmap.get_posconv(page))
            return Page(number, Frame(pixels, 1.0, bitmap.width, bitmap.height), text, lines)
        finally:
            page.close()


def _layer(page: pdfium.PdfPage, number: int, places: pdfium.PdfPosConv) -> tuple[str, tuple[Line, ...]]:
    """The text layer of a page, a row a line, and where each row stands."""
    layer = page.get_textpage()
    try:
        whole = layer.get_text_range(0, min(layer.count_chars(), _LONGEST)) if layer.count_chars() else ""
        if len(whole.strip()) < _LAYER:
            return "", ()
        text, lines, at = "", [], 0
        for row in whole.split("\n"):
            words = row.rstrip("\r")
            if words.strip():
                box = _box(layer, at, len(words), places)
                start = len(text) + bool(text)
                text = f"{text}\n{words}" if text else words
                lines.append(Line(start=start, end=len(text), box=box, page=number))
            at += len(row) + 1
        return text, tuple(lines)
    finally:
        layer.close()


def _box(layer: pdfium.PdfTextPage, at: int, count: int, places: pdfium.PdfPosConv) -> Box:
    """The rectangle of some letters, in pixels."""
    corners: list[tuple[int, int]] = []
    for each in range(layer.count_rects(at, count)):
        left, bottom, right, top = layer.get_rect(each)
        corners += (places.to_bitmap(left, bottom), places.to_bitmap(right, top))
    if not corners:
        return Box(0, 0, 1, 1)
    (left, right), (top, bottom) = ((min(side), max(side)) for side in zip(*corners, strict=True))
    return Box(max(left, 0), max(top, 0), max(right - left, 1), max(bottom - top, 1))
