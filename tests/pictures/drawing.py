"""Pictures and documents that are drawn for one test, all invented."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

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
