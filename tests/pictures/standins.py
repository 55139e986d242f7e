"""Stand-ins for logos, drawn with the typeface that Pillow carries, and pictures that show them."""

from __future__ import annotations

import io
import math
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from rules.pictures.decode import Frame, frames

Colour = tuple[int, int, int]

BLUE, WHITE, BLACK = (0, 94, 184), (255, 255, 255), (0, 0, 0)
LETTERS = "GRS"


def font(size: int) -> ImageFont.FreeTypeFont:
    """The typeface that is on every machine, because Pillow carries it."""
    return ImageFont.load_default(size)


def boxed(letters: str = LETTERS, *, box: Colour = BLUE, ink: Colour = WHITE) -> Image.Image:
    """A 5:2 box with heavy slanting letters: 500 x 200."""
    word = Image.new("L", (900, 320), 0)
    ImageDraw.Draw(word).text((150, 20), letters, 255, font(220), stroke_width=12)
    word = word.transform(word.size, Image.Transform.AFFINE, (1, 0.26, -40, 0, 1, 0))
    word = word.crop(word.getbbox()).resize((440, 155))
    mark = Image.new("RGB", (500, 200), box)
    mark.paste(ink, (30, 22), word)
    return mark


def emblem() -> Image.Image:
    """A round badge on white, 300 x 300: a mark without a box."""
    badge = Image.new("RGB", (600, 600), WHITE)
    pen = ImageDraw.Draw(badge)
    pen.ellipse((10, 10, 590, 590), (120, 30, 120))
    pen.ellipse((60, 60, 540, 540), WHITE)
    for spoke in range(7):
        angle = 2 * math.pi * spoke / 7
        x, y = 300 + 180 * math.cos(angle), 270 + 160 * math.sin(angle)
        pen.line((300, 270, x, y), (120, 30, 120), 16)
        pen.ellipse((x - 30, y - 30, x + 30, y + 30), (120, 30, 120))
    pen.polygon([(300, 180), (380, 270), (300, 360), (220, 270)], (250, 180, 0))
    pen.text((300, 490), "DALES HOSPICE", (120, 30, 120), font(40), anchor="mm")
    return badge.resize((300, 300))


def lockup(name: str) -> Image.Image:
    """A boxed mark above a body's name, ranged right: 1,100 pixels wide."""
    whole = Image.new("RGB", (1100, 420), WHITE)
    whole.paste(boxed(), (580, 20))
    pen = ImageDraw.Draw(whole)
    pen.text((1080, 240), name, BLUE, font(70), anchor="ra")
    pen.text((1080, 330), "NHS Foundation Trust", BLACK, font(60), anchor="ra")
    return whole


def clutter(seed: int = 1, size: tuple[int, int] = (900, 700)) -> Image.Image:
    """Something like a photograph: soft colours, hard shapes and grain."""
    draw = random.Random(seed)
    small = Image.new("RGB", (8, 6))
    small.putdata([tuple(draw.randrange(70, 200) for _ in range(3)) for _ in range(48)])
    scene = small.resize(size, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(scene)
    for _ in range(15):
        x, y, r = draw.randrange(size[0]), draw.randrange(size[1]), draw.randrange(15, 150)
        pen.ellipse((x, y, x + r, y + r), tuple(draw.randrange(40, 220) for _ in range(3)))
    grain = np.random.default_rng(seed).normal(0, 5, (size[1], size[0], 3))
    return Image.fromarray(np.clip(np.asarray(scene) + grain, 0, 255).astype(np.uint8))


def shown(
    logo: Image.Image, width: int, *, angle: float = 0, scene: Image.Image | None = None
) -> Image.Image:
    """A picture with the logo in its middle, `width` pixels wide, turned by so many degrees."""
    picture = (scene or clutter()).copy()
    small = logo.resize((width, max(1, round(width * logo.height / logo.width))), Image.Resampling.LANCZOS)
    small = small.convert("RGBA").rotate(angle, Image.Resampling.BICUBIC, expand=True)
    place = ((picture.width - small.width) // 2, (picture.height - small.height) // 2)
    picture.paste(small, place, small)
    return picture


def png(image: Image.Image) -> bytes:
    """The picture as a file."""
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def frame(image: Image.Image, quality: int = 85) -> Frame:
    """The picture as a stranger's JPEG would be looked at."""
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    return next(frames(file.getvalue()))
