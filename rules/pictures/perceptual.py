"""The perceptual hash of a whole picture: PDQ, 256 bits that a re-encoding leaves nearly as they are.

Of pHash, dHash, wHash and PDQ only the last takes no other body's avatar for ours: they are all alike.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pdqhash
from numpy.typing import NDArray

from rules.pictures.decode import Pixels

LEAST_QUALITY = 50  # of 100: below, PDQ's authors say, a picture is too plain to have a hash
_LEAST_SIDE = 16  # pixels


class Hash(NamedTuple):
    """256 bits, and how much the picture had to go by, 0 to 100."""

    bits: NDArray[np.bool_]
    quality: int

    def __str__(self) -> str:
        """64 hexadecimal digits; "" of a picture too plain to have any."""
        return np.packbits(self.bits).tobytes().hex() if self.quality >= LEAST_QUALITY else ""


def hashed(pixels: Pixels) -> Hash:
    """The hash of a picture; of a tiny one with quality 0."""
    if min(pixels.shape[:2]) < _LEAST_SIDE:
        return Hash(np.zeros(256, np.bool_), 0)
    bits, quality = pdqhash.compute(np.ascontiguousarray(pixels))
    return Hash(np.asarray(bits, np.bool_), int(quality))


def distance(one: Hash, other: Hash) -> int:
    """How many of 256 bits differ."""
    return int(np.count_nonzero(one.bits != other.bits))
