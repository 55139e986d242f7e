"""QR codes in scenes, and scenes without: the folder `qr`."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import qrcode
from PIL import Image

from tests.pictures.draw import optics, scenes
from tests.pictures.draw.fonts import Typesetter
from tests.pictures.draw.labels import Folder

COLUMNS = "url width_px persp rot quality"
WIDTHS = (60, 80, 120, 200, 320)


def code(address: str) -> Image.Image:
    """The code of an address, with its quiet zone."""
    drawn = qrcode.QRCode(border=4, box_size=8)
    drawn.add_data(address)
    image: Image.Image = drawn.make_image().get_image()
    return image.convert("RGBA")


class Codes:
    """Draws the folder."""

    def __init__(self, seed: int, amount: float, type_: Typesetter) -> None:
        self._rng, self._amount, self._type = Random(f"{seed} qr"), amount, type_

    def write(self, out: Path) -> int:
        """Write the folder; gives how many pictures."""
        folder = Folder(out)
        for width in WIDTHS:
            for number in range(max(round(12 * self._amount), 1)):
                self._add(folder, width, number)
        for _ in range(max(round(30 * self._amount), 1)):
            folder.add(optics.jpeg(self._scene()), "jpg", quality=85)
        return folder.write_csv(COLUMNS)

    def _add(self, folder: Folder, width: int, number: int) -> None:
        host = f"{scenes.words(self._rng, 1).lower()}-{number}.test"
        address = f"https://{host}/pay?ref={self._rng.randint(1, 10**6)}"
        turn, slant = self._rng.choice((0, 0, 10, 90)), self._rng.choice((0, 0.03, 0.06))
        quality, scene = self._rng.choice((50, 75, 90)), self._scene()
        quad = optics.slanted(optics.turned(optics.corners(width, width), turn), slant, self._rng)
        at = np.float32(
            [
                self._rng.uniform(60, scene.width - width - 60),
                self._rng.uniform(60, scene.height - width - 60),
            ]
        )
        content = optics.jpeg(optics.laid(scene, code(address), quad + at), quality)
        folder.add(content, "jpg", url=address, width_px=width, persp=slant, rot=turn, quality=quality)

    def _scene(self) -> Image.Image:
        return scenes.SCENES[self._rng.choice(list(scenes.SCENES))]((800, 600), self._rng, self._type)
