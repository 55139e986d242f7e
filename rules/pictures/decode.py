"""Decoding: a stranger's bytes become pixels, or a plain sentence that says why not.

Pillow alone decodes, four formats, with a limit on pixels that is looked at before anything is loaded.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

Pixels = NDArray[np.uint8]
"""Height x width x 3: red, green, blue, upright."""

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 40_000_000
SIDE = 1280
"""The longest side of a frame: more is not needed to find a mark, and text is read better than at 2,000."""
FRAMES = 5
"""Of an animation, evenly spaced."""

MOST_DECODED = 200_000_000
"""Pixels of an animation's frames together."""

_GPS = 0x8825  # EXIF's directory of the position
_PLACE = {2, 4}  # its latitude and longitude: many cameras write the directory without them
_XMP_PLACE = b"GPSLatitude"
_ORIENTATION = 0x0112

Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class NotRead(Exception):
    """A picture that is not analysed; the message is the plain sentence that people are told."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture as it is looked at.

    `pixels` are at most SIDE long; `scale` times a place in them is the place in the picture at its full
    `width` and `height`.
    """

    pixels: Pixels
    scale: float
    width: int
    height: int


def digest(content: bytes) -> str:
    """The SHA-256 of a picture's bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def has_location(content: bytes) -> bool:
    """Whether the metadata hold a position. The position itself is not kept. Raises NotRead."""
    with _opened(content) as image:
        try:
            place = image.getexif().get_ifd(_GPS)
        except Exception:  # whatever Pillow raises on a stranger's metadata
            return False
        xmp = image.info.get("xmp", b"")
        named = _XMP_PLACE in (xmp if isinstance(xmp, bytes) else str(xmp).encode())
        return named or place.keys() >= _PLACE


def frames(content: bytes, side: int = SIDE) -> Iterator[Frame]:
    """The picture, or up to FRAMES of an animation, one at a time. Raises NotRead."""
    with _opened(content) as image:
        for number in _numbers(image):
            yield _frame(image, number, side)


def _numbers(image: Image.Image) -> list[int]:
    """Which frames are looked at. To come to one, all before it are decoded: of a large one, the first."""
    within = max(MOST_DECODED // max(image.width * image.height, 1), 1)
    try:
        last = min(getattr(image, "n_frames", 1), within) - 1
    except Exception:  # the same, of a later frame
        last = 0
    return sorted({round(each * last / (FRAMES - 1)) for each in range(FRAMES)})


def _opened(content: bytes) -> Image.Image:
    if not content:
        raise NotRead("it is empty")
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotRead(_TOO_LARGE) from None
    except Exception:  # the same
        raise NotRead(_named(content)) from None
    if image.width * image.height > MOST_PIXELS:
        raise NotRead(_TOO_LARGE)
    return image


def _named(content: bytes) -> str:
    """What a file that is not opened is, by its first bytes."""
    start = content[:1024].lstrip().lower()
    if b"<svg" in start:
        return "SVG is not opened: it can hold a program or fetch something"
    kind = next((name for mark, name in _OTHERS if mark in content[:16]), None)
    return (
        f"the format {kind} is not read"
        if kind
        else "it is not a PNG, JPEG, GIF or WebP picture, or it is broken"
    )


_OTHERS = (
    *((b"ftyp" + brand, "HEIC") for brand in (b"heic", b"heix", b"mif1")),
    *((b"ftyp" + brand, "AVIF") for brand in (b"avif", b"avis")),
    *((start, "TIFF") for start in (b"II*\0", b"MM\0*")),
    (b"%!PS", "PostScript"),
    (b"8BPS", "PSD"),
    (b"PK\3\4", "ZIP"),
)
_TOO_LARGE = f"it has more than {MOST_PIXELS // 1_000_000} million pixels"


def _frame(image: Image.Image, number: int, side: int) -> Frame:
    try:
        if number:
            image.seek(number)
        turned = image.getexif().get(_ORIENTATION, 1) >= 5
        width, height = image.size[::-1] if turned else image.size
        image.draft("RGB", (side, side))  # a large JPEG is decoded at a fraction of its size
        image.load()  # a picture that is small already would else pass although half of it is missing
        flat = _flat(image, side)
    except MemoryError:
        raise
    except Exception:  # the same
        raise NotRead("it is damaged or cut short") from None
    return Frame(np.asarray(flat), max(width, height) / max(flat.size), width, height)


def _flat(image: Image.Image, side: int) -> Image.Image:
    """Upright, at most `side` long, in red, green and blue, on white."""
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits of grey: Pillow would cut, not scale, them
        grey = np.asarray(image, np.float32)
        small = Image.fromarray((grey * (255 / max(float(grey.max()), 255.0))).astype(np.uint8))
    elif image.mode in ("RGB", "RGBA") and not getattr(image, "is_animated", False):
        small = image  # made small in its place: a copy of a large one is 160 MB
    else:
        see_through = "A" in image.getbands() or "transparency" in image.info
        small = image.convert("RGBA" if see_through else "RGB")
    small.thumbnail((side, side))
    upright = ImageOps.exif_transpose(small)
    seen = upright.convert("RGBA")
    flat = Image.new("RGB", seen.size, "white")
    flat.paste(seen, mask=seen.getchannel("A"))
    return flat
