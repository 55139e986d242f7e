"""Pictures and documents that are drawn for one test, all invented."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont

NUMBER = "999 123 4578"
"""An NHS number of the range that nobody holds, with a valid check digit."""
LETTER = ("Wearside Vale Hospital", f"NHS number: {NUMBER}", "Dear Jean Example,", "Please come on Monday.")


def page(lines: Sequence[str] = LETTER, size: tuple[int, int] = (900, 420), letters: int = 40) -> Image.Image:
    """Black lines of text on white."""
    image = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(letters)
    for row, line in enumerate(lines):
        draw.text((40, 30 + row * 2 * letters), line, font=font, fill="black")
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def bomb(side: int) -> bytes:
    """A black PNG of `side` x `side` pixels and a few kilobytes."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + (side + 7) // 8)) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, parts))


def _chunk(part: tuple[bytes, bytes]) -> bytes:
    name, body = part
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def located(image: Image.Image, kind: str = "JPEG") -> bytes:
    """A photograph whose metadata say where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (54.0, 46.0, 30.0), 3: "W", 4: (1.0, 34.0, 12.0)})
    return encoded(image, kind, exif=exif)


def people(count: int) -> Image.Image:
    """A row of drawn faces, plain but with all that a face has."""
    image = Image.new("RGB", (220 * count + 200, 400), (90, 110, 120))
    for each in range(count):
        _face(ImageDraw.Draw(image), 100 + 220 * each, 50)
    return image.filter(ImageFilter.GaussianBlur(2)).resize((image.width * 13 // 10, 520))


def _face(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.ellipse((x + 40, y + 30, x + 180, y + 250), fill=(60, 40, 30))
    draw.ellipse((x + 48, y + 65, x + 172, y + 245), fill=(224, 182, 152))
    for eye in (x + 85, x + 135):
        draw.arc((eye - 18, y + 100, eye + 18, y + 125), 200, 340, fill=(60, 40, 30), width=5)
        draw.ellipse((eye - 14, y + 120, eye + 14, y + 138), fill="white")
        draw.ellipse((eye - 7, y + 121, eye + 7, y + 137), fill=(40, 30, 20))
    draw.polygon([(x + 110, y + 130), (x + 98, y + 178), (x + 122, y + 178)], fill=(205, 160, 130))
    draw.ellipse((x + 98, y + 170, x + 122, y + 184), fill=(200, 152, 124))
    draw.ellipse((x + 82, y + 198, x + 138, y + 216), fill=(180, 80, 80))
    draw.line((x + 84, y + 207, x + 136, y + 207), fill=(120, 40, 40), width=3)
