"""Pictures without any mark: what a mark is put into, and what must not be taken for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from tests.pictures.draw.fonts import Typesetter

Colour = tuple[int, int, int]
Scene = Callable[[tuple[int, int], Random, Typesetter], Image.Image]

WORDS = (
    "queue", "morning", "parking", "kettle", "corridor", "window", "update", "ladder", "thanks",
    "market", "garden", "bridge", "carpet", "Tuesday", "station", "winter", "basket", "volunteer",
    "poster", "library", "choir", "harvest", "signal", "platform", "ticket", "weather", "village",
)  # fmt: skip


def words(rng: Random, count: int) -> str:
    """So many words that say nothing."""
    return " ".join(rng.choice(WORDS) for _ in range(count))


def colour(rng: Random, low: int = 0, high: int = 255) -> Colour:
    """Any colour between two brightnesses."""
    return rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)


def photograph(size: tuple[int, int], rng: Random, type_: Typesetter) -> Image.Image:
    """What a camera might see: soft clouds of colour at several scales, things in front, grain."""
    noise = np.random.default_rng(rng.getrandbits(32))
    total = np.zeros((size[1], size[0], 3), np.float32)
    for cells in (3, 7, 19, 60):
        coarse = noise.integers(0, 255, (cells, cells, 3), dtype=np.uint8)
        layer = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
        total += np.asarray(layer, np.float32) / cells**0.5
    image = ImageEnhance.Color(Image.fromarray((255 * total / total.max()).astype(np.uint8))).enhance(0.4)
    _things(ImageDraw.Draw(image), size, rng)
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 1.5)))


def _things(pen: ImageDraw.ImageDraw, size: tuple[int, int], rng: Random) -> None:
    for _ in range(rng.randint(3, 14)):
        x, y = rng.uniform(-0.1, 1) * size[0], rng.uniform(-0.1, 1) * size[1]
        wide, high = rng.uniform(0.03, 0.4) * size[0], rng.uniform(0.03, 0.4) * size[1]
        shape = rng.choice([pen.ellipse, pen.rectangle])
        shape((x, y, x + wide, y + high), fill=colour(rng), outline=colour(rng))


def wall(size: tuple[int, int], rng: Random, type_: Typesetter) -> Image.Image:
    """A painted wall with a skirting board and a notice or two."""
    image = Image.new("RGB", size, colour(rng, 150, 245))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, size[1] * 0.9, *size), fill=colour(rng, 40, 160))
    for _ in range(rng.randint(0, 3)):
        x, y = rng.uniform(0, 0.8) * size[0], rng.uniform(0, 0.6) * size[1]
        pen.rectangle((x, y, x + size[0] / 6, y + size[1] / 5), fill="white", outline="grey")
        pen.text((x + 8, y + 8), words(rng, 2), fill="black", font=type_.any(size[0] / 60, rng))
    return image


def app(size: tuple[int, int], rng: Random, type_: Typesetter) -> Image.Image:
    """A screen: a bar, cards of text, pills and buttons with white letters on blue and other grounds."""
    dark = rng.random() < 0.3
    image = Image.new("RGB", size, (18, 22, 30) if dark else (244, 246, 248))
    pen, ink = ImageDraw.Draw(image), "white" if dark else "black"
    unit = size[0] / 24
    pen.rectangle(
        (0, 0, size[0], 2 * unit),
        fill=rng.choice([(0, 94, 184), (29, 155, 240), (20, 20, 20), (90, 60, 160)]),
    )
    pen.text((unit, unit / 2), words(rng, 2).title(), fill="white", font=type_.any(unit, rng))
    y = 3 * unit
    while y < size[1] - 4 * unit:
        pen.rounded_rectangle(
            (unit, y, size[0] - unit, y + 5 * unit), unit / 3, fill=(40, 46, 56) if dark else "white"
        )
        pen.ellipse((1.5 * unit, y + unit / 2, 3 * unit, y + 2 * unit), fill=colour(rng))
        pen.text((4 * unit, y + unit / 2), words(rng, 5), fill=ink, font=type_.any(unit * 0.7, rng))
        _button(pen, (4 * unit, y + 3 * unit), unit, rng, type_)
        y += 6 * unit
    return image


def _button(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], unit: float, rng: Random, type_: Typesetter
) -> None:
    face, said = (
        type_.any(unit * 0.8, rng),
        rng.choice(["Follow", "Join", "Reply", "Book now", "Log in", "OK", "Send"]),
    )
    wide = pen.textlength(said, font=face) + unit
    fill = rng.choice([(0, 94, 184), (0, 120, 215), (200, 30, 30), (0, 120, 80), (60, 60, 60)])
    pen.rounded_rectangle(
        (*at, at[0] + wide, at[1] + 1.4 * unit), rng.choice([0, unit / 4, unit * 0.7]), fill=fill
    )
    pen.text((at[0] + unit / 2, at[1] + unit / 4), said, fill="white", font=face)


def page(size: tuple[int, int], rng: Random, type_: Typesetter) -> Image.Image:
    """A printed page."""
    image = Image.new("RGB", size, (252, 252, 250))
    pen, unit = ImageDraw.Draw(image), size[0] / 40
    pen.text((3 * unit, 3 * unit), words(rng, 4).capitalize(), fill="black", font=type_.any(2 * unit, rng))
    face, y = type_.any(unit, rng), 7 * unit
    while y < size[1] - 4 * unit:
        pen.text((3 * unit, y), words(rng, 7), fill=(30, 30, 30), font=face)
        y += 1.5 * unit if rng.random() < 0.85 else 3 * unit
    return image


SCENES: Mapping[str, Scene] = {"photograph": photograph, "wall": wall, "app": app, "page": page}
"""By name, as the labels call them."""
