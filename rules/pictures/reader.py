"""rapidocr as it is set up here: one thread, quiet, pictures of at most 1280 pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_cls.utils import TextClsOutput

from rules.pictures.decode import Pixels
from rules.pictures.text import Piece, Points

_UPSIDE_DOWN = "180"
_FOUND_AT = 960  # pixels of the longest side: text is found as well as at 1280 and in half the time


def _odds(label: str, score: float) -> float:
    """The logarithm of the odds that a piece stands on its head."""
    sure = min(score, 0.999)
    return (1 if label == _UPSIDE_DOWN else -1) * math.log(sure / (1 - sure))


class Reader(RapidOCR):  # type: ignore[misc]  # it ships no types
    """Reads text, and remembers which way each piece of it ran: rapidocr turns them and forgets it."""

    def __init__(self, side: int) -> None:
        one_thread = {f"EngineConfig.onnxruntime.{name}_op_num_threads": 1 for name in ("intra", "inter")}
        found_at = {"Det.limit_type": "max", "Det.limit_side_len": _FOUND_AT}
        alone = {"Rec.rec_batch_num": 1}  # together they are padded to the longest: slower, and twice the memory
        quiet = {"Global.max_side_len": side, "Global.log_level": "error"}
        super().__init__(params={**quiet, **found_at, **alone, **one_thread})

    def pieces(self, pixels: Pixels) -> Iterator[Piece]:
        """What is read in some pixels (red, green, blue), in no order."""
        answer = self(np.ascontiguousarray(pixels[:, :, ::-1]))
        if answer.txts is None or answer.boxes is None:
            return
        for text, corners in zip(answer.txts, np.asarray(answer.boxes, np.float64), strict=True):
            yield Piece(text.strip(), corners, self._along(corners))

    def cls_and_rotate(self, img: list[Any]) -> Any:
        """The pieces upright. A page is turned as a whole: their odds together say which way, not each its own."""
        told = super().cls_and_rotate(img)[1].cls_res
        self._way = -1.0 if sum(_odds(label, float(score)) for label, score in told) > 1 else 1.0
        upright = [np.ascontiguousarray(piece[::-1, ::-1]) for piece in img] if self._way < 0 else img
        return upright, TextClsOutput(cls_res=told)

    def _along(self, corners: Points) -> Points:
        """The vector of a piece's text: along its top, or down its side where it is rather high."""
        top, side = corners[1] - corners[0], corners[3] - corners[0]
        return self._way * (side if np.linalg.norm(side) >= 1.5 * np.linalg.norm(top) else top)
