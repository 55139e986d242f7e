"""Files that want to hurt, each with what is right to do: the folder `hostile`.

`expect` begins with `read` or with `not read`; `location` says that a position is in the file, `pages`
how many it has.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

from PIL import Image

from tests.pictures.draw import letters, optics, scenes
from tests.pictures.draw.fonts import Typesetter
from tests.pictures.draw.labels import Folder

_GPS = 0x8825


def bomb(side: int) -> bytes:
    """A PNG that is small on the disk and side x side pixels of one bit in memory."""
    row, packer = bytes(1 + (side + 7) // 8), zlib.compressobj(9)
    data = b"".join(packer.compress(row * 64) for _ in range(side // 64)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def located(image: Image.Image) -> bytes:
    """A JPEG that says where it was taken: off the coast of Africa, at nought and nought."""
    exif = Image.Exif()
    exif[_GPS] = {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}
    return _saved(image, "JPEG", exif=exif)


def _saved(image: Image.Image, kind: str, **more: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def _animation(kind: str, frames: int) -> bytes:
    pictures = [Image.new("RGB", (64, 64), ((7 * n) % 256, 60, 120)) for n in range(frames)]
    return _saved(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=40)


def files(rng: Random, type_: Typesetter) -> Iterator[tuple[str, str, bytes]]:
    """Each as a stranger would send it: its name, what is right, its bytes."""
    photo = scenes.photograph((800, 600), rng, type_)
    whole, sheet = optics.jpeg(photo), letters.letter(rng, type_).image
    yield "bomb_12800.png", "not read: too many pixels", bomb(12_800)
    yield "bomb_30016.png", "not read: too many pixels", bomb(30_016)
    yield "bomb.jpg", "not read: too many pixels, whatever its name", bomb(20_032)
    yield "half.jpg", "not read: cut short", whole[: len(whole) // 2]
    yield "half.png", "not read: cut short", optics.png(photo)[:20_000]
    yield "empty.png", "not read: empty", b""
    yield "page.jpg", "not read: no picture", b"<!doctype html><title>Log in</title>"
    yield (
        "drawing.svg",
        "not read: SVG",
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1/x"/></svg>',
    )
    yield "zip.png", "not read: no picture", b"PK\x03\x04" + bytes(400)
    yield "print.jpg", "not read: format", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n"
    yield "tiff.png", "not read: format", _saved(photo, "TIFF")
    yield "bitmap.jpg", "not read: format", _saved(photo, "BMP")
    yield "frames.gif", "read: a few frames of it", _animation("GIF", 600)
    yield "frames.webp", "read: a few frames of it", _animation("WEBP", 120)
    yield "where.jpg", "read, location", located(photo)
    yield "print_colours.jpg", "read", _saved(photo.convert("CMYK"), "JPEG")
    yield "deep.png", "read", _saved(Image.new("I;16", (300, 200), 40_000), "PNG")
    yield "palette.png", "read", _saved(photo.convert("P"), "PNG", transparency=0)
    yield "grey.jpg", "read", _saved(photo.convert("L"), "JPEG")
    yield "dot.png", "read", optics.png(Image.new("RGB", (1, 1), "red"))
    yield "line.png", "read", optics.png(Image.new("RGB", (3000, 1), "blue"))
    yield "boxes.png", "read", optics.png(_boxes(rng))
    yield "picture.txt", "read, whatever its name", whole
    yield "scan.pdf", "read, pages 1", _saved(sheet, "PDF", resolution=150)
    yield (
        "twelve.pdf",
        "read, pages 12",
        _saved(sheet, "PDF", save_all=True, append_images=[sheet.copy() for _ in range(11)]),
    )
    yield (
        "broken.pdf",
        "not read: broken",
        b"%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 1 0 R>> endobj\ntrailer <</Root 9 0 R>>",
    )


def _boxes(rng: Random) -> Image.Image:
    """Thousands of small rectangles, to keep whoever looks for boxes busy."""
    image = Image.new("RGB", (1280, 1280), "white")
    for top in range(0, 1280, 10):
        for left in range(0, 1280, 20):
            image.paste(scenes.colour(rng), (left + 1, top + 1, left + 18, top + 8))
    return image


class Hostile:
    """Draws the folder; `amount` changes nothing."""

    def __init__(self, seed: int, amount: float, type_: Typesetter) -> None:
        self._rng, self._type = Random(f"{seed} hostile"), type_

    def write(self, out: Path) -> int:
        """Write the folder; gives how many files."""
        folder = Folder(out)
        for name, expect, content in files(self._rng, self._type):
            stem, _, ending = name.rpartition(".")
            folder.add(content, ending, stem, expect=expect)
        return folder.write_csv("expect")
