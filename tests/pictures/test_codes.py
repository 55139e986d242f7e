"""QR codes: what they say is read, bounded, and never followed."""

from __future__ import annotations

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_L

from rules.pictures.codes import LONGEST, MOST, codes
from rules.pictures.decode import frames
from tests.pictures import drawing

ADDRESS = "https://wearside-vale-refund.test/claim?id=1"


def code(text: str, pixels: int = 4) -> Image.Image:
    made = qrcode.QRCode(border=4, box_size=pixels, error_correction=ERROR_CORRECT_L)
    made.add_data(text)
    return made.make_image().convert("RGB")


def read(image: Image.Image) -> tuple[str, ...]:
    (frame,) = frames(drawing.encoded(image))
    return codes(frame)


def test_a_code_on_a_poster_is_read_upright_turned_and_reversed() -> None:
    poster = drawing.page()
    poster.paste(code(ADDRESS), (600, 150))
    assert read(poster) == (ADDRESS,)
    assert read(poster.rotate(25, fillcolor="white")) == (ADDRESS,)
    assert read(poster.point(lambda value: 255 - value)) == (ADDRESS,)


def test_a_page_without_codes_says_nothing() -> None:
    assert read(drawing.page()) == ()


def test_what_a_code_says_is_cut_and_has_no_control_characters() -> None:
    (said,) = read(code("\x1b[31m" + "x" * 2_500, pixels=3))
    assert said == "[31m" + "x" * (LONGEST - 5)


def test_the_same_code_counts_once_and_very_many_do_not_count() -> None:
    wall = Image.new("RGB", (1_200, 800), "white")
    for number in range(15):
        wall.paste(code(f"{ADDRESS}{number % 14}", 5), (number % 5 * 240, number // 5 * 240))
    found = read(wall)
    assert len(found) == len(set(found)) == MOST
