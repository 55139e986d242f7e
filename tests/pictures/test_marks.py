"""Logos in pictures: found, placed, told apart, and never at the price of the machine."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image, ImageDraw

from monitor.types import Mark, Tier
from rules.pictures import marks
from rules.pictures.decode import Frame, NotRead
from rules.pictures.references import References
from tests.pictures.standins import (
    BLACK,
    BLUE,
    LETTERS,
    WHITE,
    boxed,
    clutter,
    emblem,
    font,
    frame,
    lockup,
    png,
    shown,
)

ALL = References.load(png(boxed()), {"emblem.png": png(emblem())}, {})
PAPER = Image.new("RGB", (900, 700), WHITE)


def only(image: Image.Image, *, closely: bool = False, references: References = ALL) -> Mark:
    [mark] = marks.find(frame(image), references, closely=closely)
    return mark


@pytest.mark.parametrize("width", [24, 32, 48, 96, 256, 512])
def test_a_boxed_mark_is_found_from_24_pixels(width: int) -> None:
    mark = only(shown(boxed(), width))
    assert mark.shared
    assert mark.ours is None
    assert mark.box.width == pytest.approx(width, abs=max(4, 0.05 * width))
    assert mark.box.left == pytest.approx(450 - width / 2, abs=max(4, 0.05 * width))


@pytest.mark.parametrize("angle", [-35, -12, 5, 20, 45, 90, 180])
def test_a_turned_mark_is_found(angle: float) -> None:
    assert only(shown(boxed(), 128, angle=angle)).tier is Tier.CERTAIN


@pytest.mark.parametrize("quality", [30, 60])
def test_a_much_compressed_mark_is_found(quality: int) -> None:
    [mark] = marks.find(frame(shown(boxed(), 128), quality), ALL)
    assert mark.tier is Tier.CERTAIN


@pytest.mark.parametrize("colour", [BLACK, (0, 166, 81), (218, 41, 28)])
def test_a_mark_is_found_in_any_colour(colour: tuple[int, int, int]) -> None:
    assert only(shown(boxed(box=colour), 160)).tier is Tier.CERTAIN


def test_a_mark_reversed_out_of_blue_is_found() -> None:
    blue = Image.new("RGB", (900, 700), BLUE)
    assert only(shown(boxed(box=WHITE, ink=BLUE), 160, scene=blue)).tier is Tier.CERTAIN


def test_several_marks_are_found_each_once() -> None:
    picture = shown(boxed(), 128)
    picture.paste(boxed().resize((200, 80)), (40, 40))
    found = marks.find(frame(picture), ALL)
    assert sorted(mark.box.width // 10 for mark in found) in ([12, 20], [13, 20], [12, 19], [13, 19])


def test_places_are_those_of_the_picture_at_its_full_size() -> None:
    large = shown(boxed(), 400, scene=clutter(2).resize((2560, 1600)))
    mark = only(large)
    assert mark.box.left == pytest.approx(1280 - 200, abs=10)
    assert mark.box.top == pytest.approx(800 - 80, abs=10)


@pytest.mark.parametrize("word", ["SALE", "OPEN", "BBC", "HELP"])
def test_another_word_in_the_same_box_is_never_certain(word: str) -> None:
    assert [m for m in marks.find(frame(shown(boxed(word), 200)), ALL) if m.tier is Tier.CERTAIN] == []


def test_the_letters_in_a_longer_button_are_no_mark() -> None:
    """There is no box: left and right of the letters goes on what is between them."""
    button = Image.new("RGB", (1400, 200), BLUE)
    button.paste(boxed(), (450, 0))
    assert marks.find(frame(shown(button, 560)), ALL) == []


def test_the_letters_as_plain_text_are_no_mark() -> None:
    page = PAPER.copy()
    for size, top in ((28, 60), (60, 160), (96, 320)):
        ImageDraw.Draw(page).text((80, top), f"the {LETTERS} is {LETTERS}", BLUE, font(size))
    assert marks.find(frame(page), ALL, closely=True) == []


@pytest.mark.parametrize("seed", range(8))
def test_a_picture_without_a_mark_shows_none(seed: int) -> None:
    assert marks.find(frame(clutter(seed)), ALL, closely=True) == []


def test_an_emblem_is_found_when_looked_for_closely_and_is_ours() -> None:
    picture = shown(emblem(), 160, angle=20)
    assert marks.find(frame(picture), ALL) == []
    mark = only(picture, closely=True)
    assert (mark.reference, mark.ours, mark.shared, mark.tier) == ("emblem.png", True, False, Tier.PROBABLE)


def test_a_mark_whose_outline_is_lost_is_found_when_looked_for_closely() -> None:
    """On a bar of its own blue: no threshold divides the two."""
    picture = PAPER.copy()
    picture.paste(BLUE, (0, 200, 900, 380))
    picture.paste(boxed().resize((300, 120)), (300, 320))
    assert marks.find(frame(picture), ALL) == []
    assert only(picture, closely=True).tier is Tier.PROBABLE


def test_a_logo_that_is_a_box_of_its_own_is_ours() -> None:
    own = References.load(None, {"own.png": png(boxed("VLQ", box=(0, 90, 60)))}, {})
    mark = only(shown(boxed("VLQ", box=(0, 90, 60)), 160), references=own)
    assert (mark.reference, mark.ours, mark.shared) == ("own.png", True, False)


def test_a_lockup_among_the_logos_makes_no_other_body_ours() -> None:
    """What it shares with every other lockup would be found in them all; its name tells them apart."""
    references = References.load(png(boxed()), {"lockup.png": png(lockup("Wearside Vale"))}, {})
    mark = only(shown(lockup("Dales and Fells"), 500, scene=PAPER), closely=True, references=references)
    assert mark.shared
    assert mark.ours is None


def test_a_reference_may_have_a_white_margin() -> None:
    loose = References.load(png(shown(boxed(), 500, scene=PAPER)), {}, {})
    assert only(shown(boxed(), 128), references=loose).tier is Tier.CERTAIN


def test_a_reference_that_is_no_picture_is_named() -> None:
    with pytest.raises(NotRead, match=r"^emblem\.png: SVG is not opened"):
        References.load(None, {"emblem.png": b"<svg/>"}, {})


def test_without_references_nothing_is_found() -> None:
    assert marks.find(frame(shown(boxed(), 128)), References(), closely=True) == []


@pytest.mark.parametrize("size", [(1, 1), (5, 1), (1280, 1), (1, 1280), (2, 3), (40, 16)])
def test_an_odd_shape_shows_no_mark_and_breaks_nothing(size: tuple[int, int]) -> None:
    assert marks.find(frame(Image.new("RGB", size, BLUE)), ALL, closely=True) == []


@pytest.mark.parametrize("colour", [WHITE, BLACK, BLUE, (128, 128, 128)])
def test_a_blank_picture_shows_no_mark(colour: tuple[int, int, int]) -> None:
    assert marks.search(frame(Image.new("RGB", (800, 600), colour)), ALL, closely=True) == ([], "")


def test_ten_thousand_rectangles_are_cut_off_in_time_and_that_is_said() -> None:
    crowd = np.full((1280, 1280, 3), 255, np.uint8)
    for top in range(4, 1270, 10):
        for left in range(4, 1250, 22):
            crowd[top : top + 8, left : left + 20] = BLUE
    began = time.process_time()
    found = marks.search(Frame(crowd, 1.0, 1280, 1280), ALL)
    assert time.process_time() - began < 2
    assert found.cut == marks.CUT
    assert found.marks == []


def test_noise_of_single_pixels_takes_no_longer() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1280, 1280, 3), np.uint8)
    began = time.process_time()
    marks.search(Frame(noise, 1.0, 1280, 1280), ALL)
    assert time.process_time() - began < 2
