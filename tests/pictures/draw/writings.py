"""What is written, scanned, as a screenshot or photographed by telephone: the folder `ocr`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from PIL import Image

from tests.pictures.draw import optics
from tests.pictures.draw.fonts import Typesetter
from tests.pictures.draw.labels import Folder
from tests.pictures.draw.letters import SHEETS

Way = Callable[[Image.Image, Random], bytes]


def scanned(image: Image.Image, rng: Random) -> bytes:
    """By a flat-bed scanner: a little turned, a little grain."""
    return optics.jpeg(optics.grainy(image.rotate(rng.uniform(-1, 1), fillcolor="white"), rng, 3), 80)


def screenshot(image: Image.Image, rng: Random) -> bytes:
    """As it was on the screen."""
    return optics.png(image)


def small(image: Image.Image, rng: Random) -> bytes:
    """As a platform shows it: half as large, compressed."""
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
    return optics.jpeg(half, 70)


def telephone(image: Image.Image, rng: Random) -> bytes:
    """By telephone, from above."""
    return _photographed(image, rng, slant=0.03, turn=4, blur=0.6, quality=80)


def telephone_hard(image: Image.Image, rng: Random) -> bytes:
    """By telephone, in a hurry: from the side, out of focus, compressed."""
    return _photographed(image, rng, slant=0.07, turn=10, blur=1.4, quality=50)


def _photographed(
    image: Image.Image, rng: Random, *, slant: float, turn: float, blur: float, quality: int
) -> bytes:
    size = (1600, 1200) if image.width > image.height else (1200, 1600)
    seen, _ = optics.photographed(image, rng, slant=slant, turn=turn, size=size)
    return optics.jpeg(optics.blurred(seen, blur), quality)


WAYS: Mapping[str, tuple[Way, ...]] = {
    "letter": (scanned, telephone, telephone_hard),
    "theatre_list": (scanned, telephone, telephone_hard),
    "whiteboard": (telephone, telephone_hard),
    "wristband": (telephone,),
    "label": (telephone,),
    "screen": (screenshot, telephone),
    "post": (screenshot, small),
}
"""How each kind of sheet comes into a picture."""
SHEETS_OF_EACH = 6


class Writings:
    """Draws the folder. `amount` scales how many sheets of each kind there are."""

    def __init__(self, seed: int, amount: float, type_: Typesetter) -> None:
        self._seed, self._amount, self._type = seed, amount, type_

    def write(self, out: Path) -> int:
        """Write the folder; gives how many pictures."""
        folder = Folder(out)
        for kind, ways in WAYS.items():
            for number in range(max(round(SHEETS_OF_EACH * self._amount), 1)):
                rng = Random(f"{self._seed} ocr {kind} {number}")
                sheet = SHEETS[kind](rng, self._type)
                for way in ways:
                    content = way(sheet.image, rng)
                    said = {
                        "kind": f"{kind}_{way.__name__}",
                        "lines": sheet.lines,
                        "nhs_numbers": sheet.numbers,
                    }
                    folder.add(content, "png" if way is screenshot else "jpg", **said)
        return folder.write_jsonl()
