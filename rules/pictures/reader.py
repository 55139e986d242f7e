"""rapidocr as it is set up here: one thread, quiet, and a page turned as a whole.

https://github.com/RapidAI/RapidOCR, models PP-OCRv6 small (Apache-2.0, inside its wheel). The settings are
those that read most for their cost on drawn letters, lists, boards and screens (docs/accuracy.md).
"""

from __future__ import annotations

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before the import: it is sent by default since 1.29

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_cls.utils import TextClsOutput

from rules.pictures.decode import SIDE, Pixels
from rules.pictures.text import Piece, Points

_UPSIDE_DOWN = "180"
_SETTINGS = {
    "Global.max_side_len": SIDE,
    "Global.log_level": "error",
    "Det.limit_type": "max",
    "Det.limit_side_len": 800,  # text is found as well as at 960, a sixth cheaper; it is read at SIDE
    "Rec.rec_batch_num": 1,  # together they are padded to the longest: slower, and twice the memory
    "Rec.rec_img_shape": [3, 48, 160],  # a short word is padded to this width, not to 320
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class Reader(RapidOCR):
    """Reads text, and remembers which way it ran: rapidocr turns each piece and forgets it."""

    def __init__(self) -> None:
        super().__init__(params=_SETTINGS)
        self._way = 1.0

    def pieces(self, pixels: Pixels) -> Iterator[Piece]:
        """What is read in some pixels, in no order."""
        blue_first = np.ascontiguousarray(pixels[:, :, ::-1])
        answer: Any = self(blue_first)
        for text, corners in zip(answer.txts or (), _listed(answer.boxes), strict=True):
            yield Piece(text.strip(), corners, self._along(corners))

    def cls_and_rotate(self, img: list[NDArray[np.uint8]]) -> Any:
        """The pieces upright. A page is turned as a whole: the odds of all of them together say which way."""
        told = super().cls_and_rotate(img)[1].cls_res or []
        self._way = -1.0 if sum(_odds(label, float(score)) for label, score in told) > 1 else 1.0
        upright = [np.ascontiguousarray(piece[::-1, ::-1]) for piece in img] if self._way < 0 else img
        return upright, TextClsOutput(cls_res=told)

    def _along(self, corners: Points) -> Points:
        """The vector of a piece's text: along its top, or down its side where it is rather high."""
        top, side = corners[1] - corners[0], corners[3] - corners[0]
        along: Points = side if np.linalg.norm(side) >= 1.5 * np.linalg.norm(top) else top
        return self._way * along


def _listed(boxes: Any) -> list[Points]:
    return [] if boxes is None else list(np.asarray(boxes, np.float64))


def _odds(label: str, score: float) -> float:
    """The logarithm of the odds that a piece stands on its head."""
    sure = min(score, 0.999)
    return (1 if label == _UPSIDE_DOWN else -1) * math.log(sure / (1 - sure))
