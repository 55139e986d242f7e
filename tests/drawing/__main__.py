"""Draw the demo's pictures again: stand-in references, a poster, a theatre list on a phone, a copied avatar.

Everything in them is invented. The stand-in mark has letters of its own, for no logo of the NHS is shipped;
numbers are from 999, which is never issued.
"""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).parents[2]
REFERENCES = ROOT / "monitor" / "standins"
RECORDINGS = ROOT / "connectors" / "recordings"

INK, BLUE, PAPER = "#1b2326", "#14508c", "#f6f3ea"

LIST = (
    "Wearside Vale Hospital   Theatre 2",
    "Morning list, Tuesday",
    "1   Alder Penhallow    NHS 999 200 1135   hernia",
    "2   Bryony Castlemain  NHS 999 123 4500   hip",
    "3   Corin Oddfellow    NHS 999 456 7802   knee",
    "4   Delphine Marrack   NHS 999 555 1209   hand",
    "Please send for the first patient at 08.15",
)

NOTICE = (
    (320, 40, "My nights on the ward"),
    (400, 26, "A talk about shift work"),
    (450, 26, "Thursday, half past six"),
    (500, 26, "Everybody is welcome"),
)


def letters(words: str, size: int, colour: str, weight: int = 0) -> Image.Image:
    """The words on nothing, cut to themselves."""
    font = ImageFont.load_default(size)
    image = Image.new("RGBA", (int(font.getlength(words)) + 4 * size, 3 * size))
    pen = ImageDraw.Draw(image)
    pen.text((size, size), words, fill=colour, font=font, stroke_width=weight, stroke_fill=colour)
    return image.crop(image.getbbox())


def mark(width: int = 1000) -> Image.Image:
    """The stand-in for the mark that every body has: leaning letters in a box of five to two."""
    height = width * 2 // 5
    box = Image.new("RGB", (width, height), BLUE)
    words = letters("QRG", height, "#ffffff", height // 22)
    leaning = words.transform(
        (words.width + words.height // 4, words.height),
        Image.Transform.AFFINE,
        (1, 0.25, -words.height / 4, 0, 1, 0),
        Image.Resampling.BICUBIC,
    )
    leaning = leaning.resize((round(width * 0.86), round(height * 0.74)), Image.Resampling.LANCZOS)
    box.paste(leaning, ((width - leaning.width) // 2, (height - leaning.height) // 2), leaning)
    return box


def lockup(width: int) -> Image.Image:
    """The mark above the name of the trust, as it stands on its posters."""
    image = Image.new("RGBA", (width * 4, width * 3), (0, 0, 0, 0))
    box = mark(1000).resize((width, width * 2 // 5), Image.Resampling.LANCZOS)
    name, kind = (
        letters("Wearside Vale", width // 4, INK, 1),
        letters("NHS Foundation Trust", width // 6, BLUE),
    )
    right = max(width, name.width, kind.width)
    image.paste(box, (right - width, 0))
    top = box.height + width // 9
    image.paste(name, (right - name.width, top), name)
    image.paste(kind, (right - kind.width, top + name.height + width // 14), kind)
    return image.crop(image.getbbox())


def avatar(side: int = 400) -> Image.Image:
    """The stand-in for the picture of the trust's accounts: hills, a river, a sun."""
    image = Image.new("RGB", (side, side), "#cfe6ee")
    pen = ImageDraw.Draw(image)
    pen.ellipse((side * 0.58, side * 0.1, side * 0.84, side * 0.36), fill="#f2b632")
    pen.polygon(
        [(0, side * 0.7), (side * 0.32, side * 0.3), (side * 0.7, side * 0.8), (0, side)], fill="#2d6a4f"
    )
    pen.polygon(
        [(side * 0.35, side), (side * 0.75, side * 0.42), (side, side * 0.62), (side, side)], fill="#52a37f"
    )
    river = [(0.42, 1), (0.52, 0.66), (0.6, 0.66), (0.74, 1)]
    pen.polygon([(side * x, side * y) for x, y in river], fill=BLUE)
    words = letters("WVFT", side // 7, "#ffffff", 2)
    image.paste(words, ((side - words.width) // 2, int(side * 0.84)), words)
    return image


def shaded(image: Image.Image, seed: int) -> Image.Image:
    """As a phone sees it: light from one side, a little out of focus, a little noise."""
    light = Image.linear_gradient("L").rotate(90).resize(image.size).point(lambda v: 190 + v // 4)
    lit = Image.composite(image, Image.new("RGB", image.size, "#2a2a2a"), light)
    noise = Image.effect_noise((image.width // 2, image.height // 2), 10).resize(image.size)
    random.seed(seed)
    return Image.blend(lit, Image.merge("RGB", (noise,) * 3), 0.05).filter(ImageFilter.GaussianBlur(0.6))


def poster() -> Image.Image:
    """A staff blog's picture: a notice board with the trust's lockup, and somebody beside it."""
    image = Image.new("RGB", (1000, 680), "#b99a6b")
    pen = ImageDraw.Draw(image)
    pen.rectangle((60, 60, 640, 620), fill="#ffffff")
    pen.ellipse((740, 150, 900, 340), fill="#caa27a")
    pen.ellipse((775, 220, 800, 240), fill=INK)
    pen.ellipse((840, 220, 865, 240), fill=INK)
    pen.arc((785, 250, 855, 310), 20, 160, fill=INK, width=6)
    pen.rectangle((700, 350, 940, 680), fill="#3f7cac")
    sign = lockup(190)
    image.paste(sign, (610 - sign.width, 90), sign)
    for top, size, words in NOTICE:
        line = letters(words, size, INK)
        image.paste(line, (100, top), line)
    return shaded(image, 3)


def theatre_list() -> Image.Image:
    """A printed list on a table, photographed at a slant."""
    paper = Image.new("RGB", (1000, 700), PAPER)
    for number, words in enumerate(LIST):
        line = letters(words, 34 if number else 38, INK, 0 if number else 1)
        paper.paste(line, (60, 70 + number * 82), line)
    image = Image.new("RGB", (1200, 900), "#6d5a48")
    seen = paper.convert("RGBA").rotate(2.5, Image.Resampling.BICUBIC, expand=True)
    image.paste(seen, (80, 70), seen)
    return shaded(image.resize((960, 720), Image.Resampling.LANCZOS), 4)


def main() -> None:
    """Write all of them where they belong."""
    REFERENCES.mkdir(exist_ok=True)
    mark(500).quantize(32).save(REFERENCES / "stand-in-mark.png", optimize=True)
    avatar().quantize(32).save(REFERENCES / "stand-in-avatar.png", optimize=True)
    poster().save(RECORDINGS / "rss" / "notice-board.jpg", quality=50, optimize=True)
    theatre_list().save(RECORDINGS / "mastodon" / "left-on-the-bus.jpg", quality=45, optimize=True)
    avatar().resize((200, 200), Image.Resampling.LANCZOS).save(
        RECORDINGS / "mastodon" / "copied-avatar.jpg", quality=70
    )


if __name__ == "__main__":
    main()
