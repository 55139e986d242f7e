"""Picture evidence: what must not be read cannot be, by the product's own reader neither."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from rules.pictures.cards import card
from rules.pictures.crops import CELLS, LARGEST, WIDEST, cut
from rules.pictures.decode import NotRead, frames
from tests.drawing.__main__ import avatar, poster, theatre_list

NAMES = ("Penhallow", "Castlemain", "Oddfellow", "Marrack")
NUMBERS = ("999 200 1135", "999 123 4500", "999 456 7802")


def encoded(image: Image.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def written(
    size: tuple[int, int], ground: str, ink: str, rows: list[tuple[int, int, int, str]]
) -> Image.Image:
    image = Image.new("RGB", size, ground)
    for left, top, height, words in rows:
        ImageDraw.Draw(image).text((left, top), words, fill=ink, font=ImageFont.load_default(height))
    return image


def letter() -> Image.Image:
    words = ["Dear Mrs Penhallow", "NHS number 999 200 1135", "Your appointment is on 4 March."]
    return written(
        (900, 1200), "#ffffff", "#222222", [(80, 90 + 70 * n, 32, each) for n, each in enumerate(words)]
    )


def whiteboard() -> Image.Image:
    words = ["Bay 1  Oddfellow  999 456 7802", "Bay 2  Castlemain  999 123 4500", "Bay 3  empty"]
    return written(
        (1200, 700), "#e9eef0", "#1f3f8f", [(60, 60 + 190 * n, 58, each) for n, each in enumerate(words)]
    )


def wristband() -> Image.Image:
    band = written(
        (1000, 160), "#fdfdf5", "#111111", [(40, 20, 40, "MARRACK Delphine"), (40, 85, 40, "999 200 1135")]
    )
    scene = Image.new("RGB", (1280, 720), "#b98d6a")
    turned = band.convert("RGBA").rotate(8, Image.Resampling.BICUBIC, expand=True)
    scene.paste(turned, (120, 220), turned)
    return scene


def screenshot() -> Image.Image:
    rows = [
        (40, 40, 26, "Patient summary"),
        (40, 110, 20, "Castlemain, Bryony"),
        (40, 150, 20, "NHS 9991234500"),
    ]
    return written((720, 1280), "#10171b", "#e6edf0", rows)


def seen(image: Image.Image, **how: Any) -> tuple[bytes, Any]:
    """The picture as it is handed to the worker, and what the product's reader saw in it."""
    from rules.pictures import text

    content = encoded(image, **how)
    return content, text.read(next(frames(content)))


def edges(lines: Any) -> list[list[int]]:
    return [[each.box.left, each.box.top, each.box.width, each.box.height] for each in lines]


def shown(content: bytes, request: dict[str, Any]) -> Image.Image:
    (png,) = cut(content, json.dumps(request))
    return Image.open(io.BytesIO(base64.b64decode(png)))


def read_in(image: Image.Image, times: int) -> str:
    """Whatever the product's reader makes of a picture, enlarged, without blanks and in small letters."""
    from rules.pictures import text

    large = image.convert("RGB").resize((image.width * times, image.height * times), Image.Resampling.LANCZOS)
    return re.sub(r"\W", "", " ".join(text.recognise(np.asarray(large)))).lower()


@pytest.mark.parametrize("draw", [theatre_list, letter, whiteboard, wristband, screenshot])
def test_nothing_that_was_read_in_a_picture_can_be_read_in_its_evidence(
    draw: Callable[[], Image.Image],
) -> None:
    content, (words, lines) = seen(draw())
    planted = [each for each in (*NAMES, *NUMBERS) if each.replace(" ", "").lower() in squeezed(words)]
    assert len(planted) >= 2, "the reader met none of what was planted"
    evidence = shown(content, {"lines": edges(lines), "crops": [{"kind": "page", "found": []}]})
    for times in (1, 4):
        left = read_in(evidence, times)
        assert "greybarisalineoftext" in left, "the reader reads what we write below"
        assert [each for each in planted if squeezed(each) in left or squeezed(each)[-4:] in left] == []


def squeezed(words: str) -> str:
    return re.sub(r"\W", "", words).lower()


def test_what_the_reader_missed_cannot_be_read_either() -> None:
    huge = written(
        (1200, 900), "#ffffff", "#111111", [(40, 60, 190, "Marrack"), (40, 420, 150, "999 200 1135")]
    )
    evidence = shown(encoded(huge), {"lines": [], "crops": [{"kind": "page", "found": []}]})
    for times in (1, 4):
        left = read_in(evidence, times)
        assert "marr" not in left
        assert "200" not in left


def test_what_stands_below_a_bar_leaves_no_trace_in_the_picture() -> None:
    box = [80, 100, 520, 40]
    request = {"lines": [box], "crops": [{"kind": "page", "found": [{"box": box, "label": "name"}]}]}
    one = written((900, 600), "#f4f0e6", "#111111", [(84, 102, 30, "Bryony Castlemain")])
    other = written((900, 600), "#f4f0e6", "#111111", [(84, 102, 30, "Corin Oddfellow 999")])
    assert cut(encoded(one), json.dumps(request)) == cut(encoded(other), json.dumps(request))
    mark = {"lines": [box], "crops": [{"kind": "mark", "box": [80, 200, 200, 80], "keep": [], "hide": []}]}
    assert cut(encoded(one), json.dumps(mark)) == cut(encoded(other), json.dumps(mark))


def test_around_a_mark_there_are_only_a_few_coarse_cells_and_the_mark_is_as_it_was() -> None:
    image = poster()
    evidence = shown(
        encoded(image), {"lines": [], "crops": [{"kind": "mark", "box": [420, 90, 190, 76], "keep": []}]}
    )
    pixels = np.asarray(evidence.convert("RGB"))
    around = {tuple(value) for value in pixels[8:60].reshape(-1, 3)}
    assert len(around) <= 2 * CELLS, "a person beside it would be known again"
    assert len({tuple(value) for value in pixels[90:200, 160:400].reshape(-1, 3)}) > 60, "the logo is sharp"


def test_the_name_beside_a_mark_stays_and_a_patient_s_does_not() -> None:
    image = poster()
    beside, below = [310, 180, 300, 40], [95, 320, 420, 50]
    crop = {"kind": "mark", "box": [420, 90, 190, 76], "keep": [beside], "hide": []}
    assert "wearsidevale" in read_in(shown(encoded(image), {"lines": [beside, below], "crops": [crop]}), 2)
    crop = {"kind": "mark", "box": [300, 80, 310, 200], "keep": [], "hide": [beside]}
    assert "wearsidevale" not in read_in(
        shown(encoded(image), {"lines": [beside, below], "crops": [crop]}), 2
    )


def test_evidence_is_small_and_carries_nothing_of_the_file_that_it_was_cut_from() -> None:
    noise = Image.effect_noise((2400, 3200), 90).convert("RGB")
    place = Image.Exif()
    place[0x010E] = "Alder Penhallow"
    place.get_ifd(0x8825)[1] = "N"
    content = encoded(noise, "JPEG", exif=place, comment=b"Penhallow")
    crop = {"kind": "mark", "box": [200, 300, 1900, 760], "keep": [], "foot": "Our logo."}
    (png,) = cut(content, json.dumps({"lines": [], "crops": [crop]}))
    evidence = base64.b64decode(png)
    image = Image.open(io.BytesIO(evidence))
    assert image.width <= WIDEST
    assert len(evidence) <= LARGEST
    assert not image.getexif()
    assert image.info.keys() <= {"transparency"}
    assert b"Penhallow" not in evidence


@pytest.mark.parametrize("box", [[0, 0, 1, 1], [-50, -50, 60, 60], [880, 580, 900, 900], [100, 100, 700, 3]])
def test_a_place_at_or_over_the_edge_is_drawn_all_the_same(box: list[int]) -> None:
    content = encoded(written((900, 600), "#ffffff", "#000000", []))
    crops = [
        {"kind": "page", "found": [{"box": box, "label": "name"}]},
        {"kind": "mark", "box": box, "keep": [box]},
    ]
    for png in cut(content, json.dumps({"lines": [box], "crops": crops})):
        assert Image.open(io.BytesIO(base64.b64decode(png))).width <= WIDEST


def test_a_page_of_a_document_is_shown_by_its_layout_too() -> None:
    pages = [
        written((600, 800), ground, "#111111", [(60, 90, 30, "Castlemain")])
        for ground in ("#ffffff", "#224488")
    ]
    content = encoded(pages[0], "PDF", save_all=True, append_images=pages[1:])
    request = {"page": 2, "lines": [], "crops": [{"kind": "page", "found": []}]}
    middle = shown(content, request).convert("RGB").getpixel((300, 500))
    assert isinstance(middle, tuple)
    assert middle[2] > middle[0] + 50, "the second page is blue"
    with pytest.raises(NotRead):
        cut(content, json.dumps(request | {"page": 9}))


def test_a_card_marks_the_letters_that_differ_and_spells_those_that_only_look_alike() -> None:
    ours = encoded(avatar())
    asked = {
        "handle": "@WVFTNHS_desk",
        "name": "We\u0430rside Vale",
        "nearest": "@WVFTNHS",
        "standing": "Probable lookalike, 88 points; its picture is a copy of ours.",
        "ours": base64.b64encode(ours).decode(),
    }
    copy = encoded(avatar().resize((180, 180)), "JPEG")
    with_picture = Image.open(io.BytesIO(base64.b64decode(card(copy, json.dumps(asked)))))
    without = Image.open(io.BytesIO(base64.b64decode(card(b"", json.dumps(asked | {"ours": ""})))))
    assert with_picture.height > without.height
    words = read_in(without, 3)
    assert "u0430" in words
    assert "probablelookalike88points" in words
    reds = np.asarray(without.convert("RGB")).astype(int)
    assert ((reds[..., 0] > 120) & (reds[..., 1] < 60)).sum() > 100, "what differs is marked"
