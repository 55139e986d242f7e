"""Copies of official avatars, and others that look alike: the folder `avatar`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from tests.pictures.draw import marks, optics, scenes
from tests.pictures.draw.fonts import Typesetter
from tests.pictures.draw.labels import Folder

COLUMNS = "same_as kind quality"
SIDE = 400


def cut(image: Image.Image, share: float) -> Image.Image:
    """Its edges taken off."""
    off = round(SIDE * share)
    return image.crop((off, off, SIDE - off, SIDE - off)).resize((SIDE, SIDE))


def bordered(image: Image.Image, colour: str, share: float) -> Image.Image:
    """A frame drawn over its edge."""
    return ImageOps.expand(cut(image, share / 2), round(SIDE * share / 2), colour).resize((SIDE, SIDE))


def bannered(image: Image.Image) -> Image.Image:
    """A band across it that says something."""
    copy = image.copy()
    pen = ImageDraw.Draw(copy)
    pen.rectangle((0, 300, SIDE, 360), fill=(200, 30, 30))
    pen.text((120, 312), "APPLY NOW", fill="white", font=Typesetter().plain(30))
    return copy


def rounded(image: Image.Image) -> Image.Image:
    """Cut to a circle on white."""
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, *image.size), fill=255)
    return Image.composite(image, Image.new("RGB", image.size, "white"), mask)


EDITS: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "same": lambda i: i,
    "tiny": lambda i: i.resize((48, 48), Image.Resampling.LANCZOS),
    "half": lambda i: i.resize((200, 200), Image.Resampling.LANCZOS),
    "grey": lambda i: ImageOps.grayscale(i).convert("RGB"),
    "bright": lambda i: optics.lit(i, 1.2),
    "contrast": lambda i: ImageEnhance.Contrast(i).enhance(0.75),
    "blur": lambda i: optics.blurred(i, 3),
    "mirror": ImageOps.mirror,
    "circle": rounded,
    "border": lambda i: bordered(i, "black", 0.04),
    "banner": bannered,
    "crop5": lambda i: cut(i, 0.05),
    "crop15": lambda i: cut(i, 0.15),
    "padded": lambda i: ImageOps.expand(i, 40, "white").resize((SIDE, SIDE)),
    "rotated": lambda i: i.rotate(4, fillcolor="white"),
}


class Avatars:
    """Draws the folder."""

    def __init__(self, seed: int, amount: float, type_: Typesetter) -> None:
        self._rng, self._amount, self._type = Random(f"{seed} avatar"), amount, type_

    def write(self, out: Path) -> int:
        """Write folder and references; gives how many pictures."""
        folder, refs = Folder(out), out.parent / "refs"
        refs.mkdir(parents=True, exist_ok=True)
        for name, image in self._official().items():
            (refs / f"avatar_{name}.png").write_bytes(optics.png(image))
            for kind, edit in EDITS.items():
                quality = self._rng.choice((40, 60, 80))
                folder.add(optics.jpeg(edit(image), quality), "jpg", same_as=name, kind=kind, quality=quality)
        for kind, image in self._others():
            folder.add(optics.jpeg(image, 80), "jpg", kind=kind, quality=80)
        return folder.write_csv(COLUMNS)

    def _official(self) -> dict[str, Image.Image]:
        picture = scenes.photograph((SIDE, SIDE), Random(f"{self._rng.random()}"), self._type)
        return {
            "lockup": self._lockup(marks.OURS, "NHS Foundation Trust"),
            "emblem": self._centred(marks.emblem(), 330, "white"),
            "picture": picture,
            "initials": self._initials("WV", (12, 80, 90)),
        }

    def _others(self) -> list[tuple[str, Image.Image]]:
        some = max(round(20 * self._amount), 1)
        others = [("other_lockup", self._lockup(name, kind)) for name, kind in marks.OTHERS.items()]
        others += [
            ("bare_mark", self._centred(marks.mark(), 300, ground))
            for ground in ("white", "#005eb8", "#e8edee")
        ]
        others += [
            ("other_initials", self._initials(self._letters(), scenes.colour(self._rng, 0, 200)))
            for _ in range(some)
        ]
        others += [
            ("other_picture", scenes.photograph((SIDE, SIDE), self._rng, self._type)) for _ in range(2 * some)
        ]
        return others

    def _letters(self) -> str:
        return "".join(self._rng.choice("ABCDEFGHJKLMNPRST") for _ in range(2))

    def _centred(self, piece: Image.Image, width: int, ground: str) -> Image.Image:
        high = round(width * piece.height / piece.width)
        image = Image.new("RGB", (SIDE, SIDE), ground)
        small = piece.resize((width, high), Image.Resampling.LANCZOS)
        image.paste(small, ((SIDE - width) // 2, (SIDE - high) // 2), small)
        return image

    def _lockup(self, name: str, kind: str) -> Image.Image:
        piece, _ = marks.lockup(name, kind, self._type)
        return self._centred(piece, 360, "white")

    def _initials(self, letters: str, ground: scenes.Colour) -> Image.Image:
        image = Image.new("RGB", (SIDE, SIDE), ground)
        face = self._type.plain(190)
        ImageDraw.Draw(image).text((200, 200), letters, fill="white", font=face, anchor="mm")
        return image
