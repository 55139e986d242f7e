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

_GPS = 0x8825  # EXIF's directory of the position
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
    """Whether the metadata hold a position. The position itself is not looked at. Raises NotRead."""
    with _opened(content) as image:
        return bool(image.getexif().get_ifd(_GPS))


def frames(content: bytes, side: int = SIDE) -> Iterator[Frame]:
    """The picture, or up to FRAMES of an animation, one at a time. Raises NotRead."""
    with _opened(content) as image:
        count = getattr(image, "n_frames", 1)
        for number in sorted(
            {round(i * (count - 1) / max(FRAMES - 1, 1)) for i in range(min(count, FRAMES))}
        ):
            yield _frame(image, number, side)


def _opened(content: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotRead(_TOO_LARGE) from None
    except Exception:  # whatever Pillow raises on a stranger's bytes
        raise NotRead("it is not a PNG, JPEG, GIF or WebP picture, or its beginning is broken") from None
    if image.width * image.height > MOST_PIXELS:
        raise NotRead(_TOO_LARGE)
    return image


_TOO_LARGE = f"it has more than {MOST_PIXELS // 1_000_000} million pixels"


def _frame(image: Image.Image, number: int, side: int) -> Frame:
    try:
        if number or getattr(image, "n_frames", 1) > 1:
            image.seek(number)
        turned = image.getexif().get(_ORIENTATION, 1) >= 5
        width, height = image.size[::-1] if turned else image.size
        image.draft("RGB", (side, side))  # a large JPEG is decoded at a fraction of its size
        image.load()  # a picture that is small already would else pass although half of it is missing
        upright = ImageOps.exif_transpose(image)
        flat = Image.new("RGB", upright.size, "white")
        seen = upright.convert("RGBA")
        flat.paste(seen, mask=seen.getchannel("A"))
        flat.thumbnail((side, side))
    except Exception:  # the same
        raise NotRead("it is damaged or cut short") from None
    return Frame(np.asarray(flat), max(width, height) / max(flat.size), width, height)
