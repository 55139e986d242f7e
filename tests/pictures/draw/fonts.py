"""The typefaces. Pillow brings one of its own; Liberation and DejaVu are used where the machine has them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_FOLDERS = [Path("/usr/share/fonts/truetype") / name for name in ("liberation", "liberation2", "dejavu")]


@cache
def installed() -> tuple[Path, ...]:
    """The upright text faces of the machine, none of them on a bare one."""
    names = (
        "LiberationSans-Regular",
        "LiberationSerif-Regular",
        "DejaVuSans",
        "LiberationSansNarrow-Regular",
    )
    return tuple(file for folder in _FOLDERS for name in names if (file := folder / f"{name}.ttf").exists())


class Typesetter:
    """Hands out fonts. A `bare` one uses Pillow's alone, so that every machine draws the same."""

    def __init__(self, *, bare: bool = False) -> None:
        self._files = () if bare else installed()

    @property
    def said(self) -> str:
        """Which typefaces these are, for a report."""
        return ", ".join(["Pillow's own", *(file.stem for file in self._files)])

    def plain(self, size: float) -> Font:
        """Pillow's own."""
        return ImageFont.load_default(max(size, 6))

    def any(self, size: float, rng: Random) -> Font:
        """One of them all, by chance."""
        file = rng.choice((None, *self._files))
        return self.plain(size) if file is None else ImageFont.truetype(file, max(round(size), 6))
