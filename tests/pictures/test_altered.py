"""Altered marks: said where they are, never of the forms that the identity guidelines allow."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw, ImageFilter

from rules.pictures import marks
from rules.pictures.references import References
from tests.pictures.standins import BLACK, BLUE, WHITE, Colour, boxed, clutter, frame, png, shown

ALL = References.load(png(boxed()), {}, {})


def altered(mark: Image.Image, width: int = 200, angle: float = 0, ground: Colour | None = None) -> object:
    scene = Image.new("RGB", (900, 700), ground) if ground else clutter(3)
    [found] = marks.find(frame(shown(mark, width, angle=angle, scene=scene)), ALL)
    return found.altered


@pytest.mark.parametrize("width", [64, 120, 320])
def test_a_mark_as_it_should_be_is_not_called_altered(width: int) -> None:
    assert altered(boxed(), width) == ()


def test_black_is_an_allowed_form() -> None:
    assert altered(boxed(box=BLACK)) == ()


@pytest.mark.parametrize(("ink", "ground"), [(BLUE, BLUE), (BLACK, BLACK)])
def test_reversed_is_an_allowed_form(ink: Colour, ground: Colour) -> None:
    assert altered(boxed(box=WHITE, ink=ink), ground=ground) == ()


@pytest.mark.parametrize("colour", [(0, 166, 81), (218, 41, 28), (124, 40, 85), (237, 139, 0)])
def test_another_colour_is_said(colour: Colour) -> None:
    assert altered(boxed(box=colour), ground=WHITE) == ("colour",)


def test_a_grey_box_is_said() -> None:
    """Black is allowed, grey is not."""
    assert altered(boxed(box=(110, 110, 110)), ground=WHITE) == ("colour",)


def test_letters_of_another_colour_are_said() -> None:
    assert altered(boxed(ink=(255, 209, 0))) == ("letters",)


@pytest.mark.parametrize("by", [0.7, 1.35])
def test_a_stretched_mark_is_said(by: float) -> None:
    assert altered(boxed().resize((500, round(200 * by)))) == ("stretched",)


def test_a_crossed_out_mark_is_said() -> None:
    mark = boxed()
    ImageDraw.Draw(mark).line((0, 0, 500, 200), (220, 0, 0), 26)
    assert altered(mark) == ("shape",)


def test_other_letters_in_the_box_are_said() -> None:
    assert "shape" in (altered(boxed("GKS")) or ())


@pytest.mark.parametrize("shade", [0.55, 0.75])
def test_a_dim_picture_does_not_alter_its_letters(shade: float) -> None:
    dim = shown(boxed(), 200).point(lambda value: round(value * shade))
    [found] = marks.find(frame(dim), ALL)
    assert found.altered == ()


def test_nothing_is_said_of_a_blurred_mark() -> None:
    blurred = shown(boxed(), 100).filter(ImageFilter.GaussianBlur(3.5))
    [found] = marks.find(frame(blurred), ALL)
    assert found.altered is None


@pytest.mark.parametrize(("width", "angle"), [(36, 0), (200, 8), (200, 30)])
def test_nothing_is_said_of_a_small_or_tilted_mark(width: int, angle: float) -> None:
    assert altered(boxed(box=(0, 166, 81)), width, angle) is None
