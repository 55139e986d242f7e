"""Marks in scenes, and scenes without: the folders `logo` and `emblem`.

The label `mark` says which: N the stand-in mark, T our lockup, X another body's, E the emblem. `width_px`
is the mark's own width, `owner` whose name stands beside it, `altered` what was done that may not be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image, ImageDraw

from tests.pictures.draw import marks, optics, scenes
from tests.pictures.draw.fonts import Typesetter
from tests.pictures.draw.labels import Folder
from tests.pictures.draw.optics import Quad

COLUMNS = "label mark condition value width_px x0 y0 x1 y1 owner altered quality"
SIZES = (16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
ANGLES = (-35, -12, 5, 20, 45, 90, 180)
SMALLEST, LARGEST = 32, 256
NEGATIVES = 560


@dataclass
class Shown:
    """A scene with a mark, and where its corners are."""

    image: Image.Image
    quad: Quad
    quality: int = 85
    extra: dict[str, str] = field(default_factory=dict)


class Logos:
    """Draws the folder. `amount` scales how many of each there are."""

    def __init__(self, seed: int, amount: float, type_: Typesetter) -> None:
        self._seed, self._amount, self._type = seed, amount, type_
        self._rng = Random(f"{seed} {type(self).__name__}")

    def write(self, out: Path) -> int:
        """Write folder and references; gives how many pictures."""
        self._references(out.parent / "refs")
        folder = Folder(out)
        for labels, shown in self._marked():
            x0, y0, x1, y1 = optics.bounds(shown.quad)
            folder.add(
                optics.jpeg(shown.image, shown.quality),
                "jpg",
                **{"label": 1, "x0": x0, "y0": y0, "x1": x1, "y1": y1, "quality": shown.quality, **labels},
            )
        for labels, image in self._unmarked():
            quality = self._rng.choice((60, 75, 85, 92))
            folder.add(optics.jpeg(image, quality), "jpg", label=0, quality=quality, **labels)
        return folder.write_csv(COLUMNS)

    def _references(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        lockup, _ = marks.lockup(marks.OURS, "NHS Foundation Trust", self._type)
        for name, image in {"mark": marks.mark(), "emblem": marks.emblem(), "lockup": lockup}.items():
            (place / f"{name}.png").write_bytes(optics.png(image))

    def _times(self, number: float) -> range:
        return range(max(round(number * self._amount), 1))

    # -- with a mark --------------------------------------------------------------------------------

    def _marked(self) -> Iterator[tuple[dict[str, object], Shown]]:
        yield from self._in_conditions("N", marks.mark(), 6)
        yield from self._allowed()
        yield from self._altered()
        yield from self._lockups()

    def _in_conditions(
        self, letter: str, piece: Image.Image, number: int
    ) -> Iterator[tuple[dict[str, object], Shown]]:
        for condition, value, draw in self._conditions(piece):
            for _ in self._times(number):
                width = self._width() if condition != "size" else int(value)
                said = {"mark": letter, "condition": condition, "value": value, "width_px": width}
                yield said, draw(width)

    def _width(self) -> int:
        return round(SMALLEST * (LARGEST / SMALLEST) ** self._rng.random())

    def _conditions(self, piece: Image.Image) -> Iterator[tuple[str, str, Callable[[int], Shown]]]:
        for width in SIZES:
            yield "size", str(width), lambda w: self._placed(piece, w)
        for angle in ANGLES:
            yield "rotated", str(angle), lambda w, a=angle: self._placed(piece, w, turn=a)
        for slant in (0.04, 0.08, 0.14):
            yield "perspective", str(slant), lambda w, s=slant: self._placed(piece, w, slant=s)
        for quality in (30, 50, 70):
            yield "jpeg", str(quality), lambda w, q=quality: self._placed(piece, w, quality=q)
        for blur in (0.01, 0.02, 0.04):
            yield (
                "blur",
                str(blur),
                lambda w, b=blur: self._after(piece, w, lambda i: optics.blurred(i, b * w)),
            )
        for light in (0.5, 0.7, 1.3):
            yield "light", str(light), lambda w, s=light: self._after(piece, w, lambda i: optics.lit(i, s))
        for hidden in (0.1, 0.2, 0.35):
            yield "occluded", str(hidden), lambda w, h=hidden: self._hidden(piece, w, h)
        yield "telephone", "", lambda w: self._by_telephone(piece, w)
        yield "avatar", "", lambda w: self._avatar(piece)

    def _scene(self) -> Image.Image:
        size = self._rng.choice([(640, 480), (1080, 1080), (1280, 720), (720, 1280)])
        draw = scenes.SCENES[self._rng.choice(list(scenes.SCENES))]
        return draw(size, self._rng, self._type)

    def _placed(
        self, piece: Image.Image, width: int, *, turn: float = 0, slant: float = 0, quality: int = 85
    ) -> Shown:
        scene = self._scene()
        quad = optics.corners(width, width * piece.height / piece.width)
        quad = optics.slanted(optics.turned(quad, turn), slant, self._rng)
        x0, y0, x1, y1 = optics.bounds(quad)
        room = (max(scene.width - (x1 - x0) - 8, 1), max(scene.height - (y1 - y0) - 8, 1))
        at = np.float32([self._rng.uniform(4, room[0]) - x0, self._rng.uniform(4, room[1]) - y0])
        return Shown(optics.laid(scene, piece, np.round(quad + at)), np.round(quad + at), quality)

    def _after(self, piece: Image.Image, width: int, change: Callable[[Image.Image], Image.Image]) -> Shown:
        shown = self._placed(piece, width)
        shown.image = change(shown.image)
        return shown

    def _hidden(self, piece: Image.Image, width: int, share: float) -> Shown:
        """Something stands before one end of it."""
        shown = self._placed(piece, width)
        x0, y0, x1, y1 = optics.bounds(shown.quad)
        cut = round((x1 - x0) * share)
        left = self._rng.random() < 0.5
        box = (x0 - 4, y0 - 4, x0 + cut, y1 + 4) if left else (x1 - cut, y0 - 4, x1 + 4, y1 + 4)
        ImageDraw.Draw(shown.image).rectangle(box, fill=scenes.colour(self._rng))
        return shown

    def _by_telephone(self, piece: Image.Image, width: int) -> Shown:
        shown = self._placed(piece, width)
        large = max(shown.image.size)
        size = (round(large * 1.1), round(large * 1.1))
        image, matrix = optics.photographed(shown.image, self._rng, size=size)
        return Shown(image, optics.moved(shown.quad, matrix), 75)

    def _avatar(self, piece: Image.Image) -> Shown:
        image = Image.new("RGB", (400, 400), self._rng.choice(["white", (240, 240, 240), (232, 237, 238)]))
        width = self._rng.randint(200, 340) if piece.width > piece.height else 320
        high = width * piece.height / piece.width
        quad = np.round(optics.corners(width, high) + np.float32([200 - width / 2, 200 - high / 2]))
        return Shown(optics.laid(image, piece, quad), quad)

    def _allowed(self) -> Iterator[tuple[dict[str, object], Shown]]:
        for condition, piece in {"mono": marks.black(), "reversed": marks.reversed_out()}.items():
            for _ in self._times(20):
                width = self._width()
                shown = self._on_plain(piece, width, marks.BLUE if condition == "reversed" else None)
                yield {"mark": "N", "condition": condition, "width_px": width}, shown

    def _on_plain(self, piece: Image.Image, width: int, ground: scenes.Colour | None) -> Shown:
        """The reversed form stands on blue; the black one on paper."""
        scene = Image.new("RGB", (900, 600), ground or (250, 250, 248))
        high = width * piece.height / piece.width
        at = np.float32([self._rng.randint(20, 880 - width), self._rng.randint(20, round(560 - high))])
        quad = optics.corners(width, round(high)) + at
        image = optics.laid(scene, piece, quad)
        ImageDraw.Draw(image).text(
            (20, 570), scenes.words(self._rng, 8), fill="grey", font=self._type.plain(18)
        )
        return Shown(image, quad)

    def _altered(self) -> Iterator[tuple[dict[str, object], Shown]]:
        for value, (what, piece) in marks.altered(self._rng).items():
            for _ in self._times(8):
                width = self._rng.choice((64, 96, 128, 192, 256))
                said = {
                    "mark": "N",
                    "condition": "altered",
                    "value": value,
                    "altered": what,
                    "width_px": width,
                }
                yield said, self._placed(piece, width)

    def _lockups(self) -> Iterator[tuple[dict[str, object], Shown]]:
        kinds = [
            ("T", marks.OURS, "NHS Foundation Trust", 40),
            *(("X", n, k, 14) for n, k in marks.OTHERS.items()),
        ]
        for letter, name, kind, count in kinds:
            piece, place = marks.lockup(name, kind, self._type)
            for number in self._times(count):
                width = (32, 48, 64, 96, 128, 192)[number % 6]
                said = {"mark": letter, "condition": "lockup", "owner": name, "width_px": width}
                yield said, self._whole(piece, place, width)

    def _whole(self, piece: Image.Image, place: tuple[int, int, int, int], width: int) -> Shown:
        """A lockup so large that the mark in it has this width; the quad is the mark's."""
        scale = width / (place[2] - place[0])
        shown = self._placed(piece, round(piece.width * scale))
        x0, y0, _, _ = optics.bounds(shown.quad)
        left, top, right, bottom = (round(edge * scale) for edge in place)
        shown.quad = optics.corners(right - left, bottom - top) + np.float32([x0 + left, y0 + top])
        return shown

    # -- without --------------------------------------------------------------------------------------

    def _unmarked(self) -> Iterator[tuple[dict[str, object], Image.Image]]:
        yield from self._scenes(NEGATIVES)
        for condition, every in (
            ("other_word_in_box", marks.OTHER_WORDS),
            ("one_letter_away", marks.ONE_AWAY),
        ):
            for letters in every:
                for _ in self._times(4):
                    yield (
                        {"condition": condition, "value": letters},
                        self._placed(marks.mark(letters), self._width() + 16).image,
                    )
        for number in self._times(60):
            yield (
                {"condition": "plain_letters", "value": marks.LETTERS},
                self._letters(on_button=number % 2 == 1),
            )

    def _scenes(self, number: int) -> Iterator[tuple[dict[str, object], Image.Image]]:
        for name, draw in scenes.SCENES.items():
            for _ in self._times(number / len(scenes.SCENES)):
                size = self._rng.choice([(640, 480), (1080, 1080), (1280, 720)])
                yield {"condition": name}, draw(size, self._rng, self._type)

    def _letters(self, *, on_button: bool) -> Image.Image:
        """The same letters as plain slanting text, or on a button with another word."""
        scene, height = self._scene(), self._rng.randint(14, 60)
        ink = marks.WHITE if on_button else scenes.colour(self._rng, 0, 90)
        text = marks.word(f"{self._rng.choice(('my', 'the', 'your'))} {marks.LETTERS}", ink, 120)
        piece = text.resize(
            (max(round(text.width * height / text.height), 1), height), Image.Resampling.LANCZOS
        )
        ground = Image.new(
            "RGB", (piece.width + height, piece.height + height), marks.BLUE if on_button else "white"
        )
        ground.paste(piece, (height // 2, height // 2), piece)
        at = (
            self._rng.randint(0, max(scene.width - ground.width, 1)),
            self._rng.randint(0, scene.height // 2),
        )
        scene.paste(ground, at)
        return scene


class Emblems(Logos):
    """The organisation's own sign, which has no box: in the same conditions, and a few scenes without it."""

    def _marked(self) -> Iterator[tuple[dict[str, object], Shown]]:
        for said, shown in self._in_conditions("E", marks.emblem(), 1):
            if int(str(said["width_px"])) >= SMALLEST:
                yield said, shown

    def _unmarked(self) -> Iterator[tuple[dict[str, object], Image.Image]]:
        yield from self._scenes(40)
