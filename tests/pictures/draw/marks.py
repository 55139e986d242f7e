"""The stand-in mark, and everything that is like it.

A blue box, five by two, with three slanting white letters: the shape of the NHS's mark and none of its
letters. The letters are unusual beside each other, so that ordinary words do not hold them.
"""

from __future__ import annotations

from random import Random

from PIL import Image, ImageDraw

from tests.pictures.draw.fonts import Typesetter
from tests.pictures.draw.scenes import Colour

LETTERS = "RKV"
BLUE: Colour = (0, 94, 184)
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
WIDTH, HEIGHT = 1000, 400
_SLANT = 0.22

ONE_AWAY = ("RKY", "PKV", "RXV", "RKW", "BKV", "HKV")
OTHER_WORDS = ("OPEN", "TAXI", "NEXT", "HELP", "BANK", "SHOP", "NEWS", "BUS", "SALE", "EXIT")
OURS = "Wearside Vale"
FULL = "Wearside Vale NHS Foundation Trust"
OTHERS = {  # as in the list of bodies, without what all their names share
    "Gateshead Health": "NHS Foundation Trust",
    "Northumbria Healthcare": "NHS Foundation Trust",
    "Barnsley Hospital": "NHS Foundation Trust",
    "Royal Cornwall Hospitals": "NHS Trust",
    "East Kent Hospitals University": "NHS Foundation Trust",
    "Leicestershire Partnership": "NHS Trust",
    "South Tees Hospitals": "NHS Foundation Trust",
    "Wye Valley": "NHS Trust",
}


def word(letters: str, ink: Colour, height: int, *, slant: float = _SLANT) -> Image.Image:
    """Heavy slanting letters on nothing, cut to their edges."""
    face = Typesetter().plain(height * 1.2)
    sheet = Image.new("RGBA", (height * (len(letters) + 2) * 2, height * 3), (*ink, 0))
    ImageDraw.Draw(sheet).text(
        (height, height / 2),
        letters,
        fill=(*ink, 255),
        font=face,
        stroke_width=height // 16,
        stroke_fill=(*ink, 255),
    )
    leaning = sheet.transform(
        sheet.size, Image.Transform.AFFINE, (1, slant, -slant * height, 0, 1, 0), Image.Resampling.BICUBIC
    )
    return leaning.crop(leaning.getbbox())


def mark(
    letters: str = LETTERS,
    box: Colour = BLUE,
    ink: Colour = WHITE,
    *,
    width: int = WIDTH,
    slant: float = _SLANT,
) -> Image.Image:
    """The mark, or a word in such a box; `width` other than 1000 stretches it."""
    image = Image.new("RGBA", (WIDTH, HEIGHT), (*box, 255))
    written = word(letters, ink, 300, slant=slant)
    fit = written.resize((820, 260), Image.Resampling.LANCZOS)
    image.alpha_composite(fit, (90, 70))
    return image.resize((width, HEIGHT), Image.Resampling.LANCZOS) if width != WIDTH else image


def black() -> Image.Image:
    """The one-colour form, which is allowed."""
    return mark(box=BLACK)


def reversed_out() -> Image.Image:
    """White with blue letters, which is allowed on blue."""
    return mark(box=WHITE, ink=BLUE)


def altered(rng: Random) -> dict[str, tuple[str, Image.Image]]:
    """What may not be done to it: value -> (what is altered, the mark)."""
    hues = {"green": (0, 140, 70), "red": (200, 35, 35), "purple": (110, 30, 130), "orange": (235, 130, 0)}
    yellow = mark(ink=(250, 220, 0))
    crossed = mark()
    ImageDraw.Draw(crossed).line((40, 380, 960, 20), fill=(220, 20, 20, 255), width=60)
    return {
        **{
            f"width {share}": ("stretched", mark(width=round(WIDTH * share)))
            for share in (0.6, 0.72, 1.4, 1.7)
        },
        **{name: ("colour", mark(box=hue)) for name, hue in hues.items()},
        **{letters: ("text", mark(letters)) for letters in ("RIP", "RKVV", rng.choice(ONE_AWAY))},
        "yellow letters": ("letters", yellow),
        "crossed out": ("overlay", crossed),
    }


def lockup(name: str, kind: str, type_: Typesetter) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """The mark with a name below, right-aligned as lockups are; also where the mark stands in it."""
    pen = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    large, small = type_.plain(170), type_.plain(120)
    wide = int(max(WIDTH, pen.textlength(name, font=large), pen.textlength(kind, font=small))) + 40
    image = Image.new("RGBA", (wide, 840), (255, 255, 255, 255))
    image.alpha_composite(mark(), (wide - WIDTH, 0))
    pen = ImageDraw.Draw(image)
    pen.text(
        (wide, 450),
        name,
        fill=(20, 20, 20),
        font=large,
        anchor="ra",
        stroke_width=4,
        stroke_fill=(20, 20, 20),
    )
    pen.text((wide, 660), kind, fill=BLUE, font=small, anchor="ra", stroke_width=3, stroke_fill=BLUE)
    return image, (wide - WIDTH, 0, wide, HEIGHT)


def emblem() -> Image.Image:
    """The organisation's own sign: round, several colours, no letters and no box."""
    image = Image.new("RGBA", (800, 800), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((10, 10, 790, 790), fill=(12, 80, 90, 255))
    pen.ellipse((90, 90, 710, 710), fill=(245, 240, 225, 255))
    pen.polygon([(400, 120), (520, 420), (400, 380), (280, 420)], fill=(205, 60, 50, 255))
    pen.chord((150, 330, 650, 690), 20, 160, fill=(40, 130, 190, 255))
    for step in range(6):
        x = 190 + step * 75
        pen.ellipse((x, 470 + 40 * (step % 2), x + 46, 516 + 40 * (step % 2)), fill=(240, 170, 40, 255))
    pen.line([(220, 260), (330, 210), (300, 330), (400, 250)], fill=(12, 80, 90, 255), width=22)
    pen.arc((470, 180, 660, 370), 200, 80, fill=(120, 60, 130, 255), width=26)
    return image
