"""Whose a shared mark is: by the name beside it, the longest that fits, and nobody's in doubt."""

from __future__ import annotations

import pytest
from PIL import Image

from monitor.types import Box, Mark, Tier
from rules.bodies import shipped
from rules.pictures import marks
from rules.pictures.decode import Frame, Pixels
from rules.pictures.owner import Names, named, owner, surroundings
from rules.pictures.references import References
from tests.pictures.standins import WHITE, boxed, clutter, emblem, frame, lockup, png, shown

OURS = "Wearside Vale NHS Foundation Trust"
OTHERS = (
    "Gateshead Health NHS Foundation Trust",
    "Gateshead Health Care NHS Trust",
    "Bolton NHS Foundation Trust",
    "North Tees and Hartlepool NHS Foundation Trust",
    "Kent & Medway NHS Trust",
    "Wearside NHS Trust",
    "Barts NHS Trust",
)
NAMES = Names.of([OURS, "WVFT"], OTHERS)


def read(*lines: str) -> tuple[str, bool] | None:
    found = named(lines, NAMES)
    return (found.spelled, found.ours) if found else None


def test_our_own_name_is_ours() -> None:
    assert read("GRS", "Wearside Vale", "NHS Foundation Trust") == (OURS, True)


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["Gateshead Health", "NHS Foundation Trust"], OTHERS[0]),
        (["Gateshead Health Care", "NHS Trust"], OTHERS[1]),
        (["NORTH TEES AND", "HARTLEPOOL"], OTHERS[3]),
        (["NorthTeesandHartlepoo1", "NHSFoundationTrust"], OTHERS[3]),
        (["Kent and Medway"], OTHERS[4]),
    ],
)
def test_another_bodys_name_is_its_own(lines: list[str], name: str) -> None:
    assert read(*lines) == (name, False)


@pytest.mark.parametrize("line", ["", "NHS", "GRS", "Barts Health", "WVFT", "Save our beds", "Vale", "e"])
def test_too_little_names_nobody(line: str) -> None:
    assert read(line) is None


def test_our_name_beside_anothers_is_nobodys() -> None:
    """A post of ours about them, or theirs about us: the crop cannot tell."""
    assert read("Wearside Vale", "North Tees and Hartlepool") is None


def test_a_name_within_ours_does_not_make_it_doubtful() -> None:
    assert read("Wearside Vale", "Wearside") == (OURS, True)


def test_a_name_alike_in_the_same_place_does_not_make_it_doubtful() -> None:
    """Bodies' names are made of the same words."""
    names = Names.of(["County Durham and Darlington"], ["Allington NHS Trust", "Darlington NHS Trust"])
    found = named(["County Durham and Darlington"], names)
    assert found is not None
    assert found.ours


def test_every_shipped_body_is_read_as_itself() -> None:
    """By its letters: "NHS" and "Trust" tell no two apart."""
    listed = Names.of([], [body.name for body in shipped()]).listed
    assert len(listed) > 500
    names = Names(listed)
    assert [name.spelled for name in listed if named([name.spelled], names) != name] == []


def test_a_name_that_both_have_is_ours() -> None:
    assert named(["Bolton"], Names.of(["Bolton"], OTHERS)) == named(["bolton"], Names.of(["Bolton"], ()))


def test_the_mark_is_given_the_owner_read_around_it() -> None:
    picture = frame(shown(lockup("Wearside Vale"), 400, scene=Image.new("RGB", (900, 700), WHITE)))
    references = References.load(png(boxed()), {}, {})
    [mark] = marks.find(picture, references)
    seen: list[Pixels] = []

    def recognise(pixels: Pixels) -> list[str]:
        seen.append(pixels)
        return ["GRS", "Wearside Vale", "NHS Foundation Trust"]

    told = owner(picture, mark, recognise, NAMES)
    assert (told.owner, told.ours) == (OURS, True)
    assert told.box == mark.box
    [crop] = seen
    assert crop.shape[1] >= 2.5 * 260  # the mark at 260 pixels, and the name that reaches to its left


def unread(pixels: Pixels) -> list[str]:
    raise AssertionError("this must not be read")


def mark(width: int, *, shared: bool = True) -> Mark:
    box = Box(100, 100, width, round(width * 0.4))
    return Mark(
        reference="x", tier=Tier.CERTAIN, score=1, box=box, shared=shared, ours=None if shared else True
    )


def test_a_small_mark_is_not_read() -> None:
    picture = frame(clutter())
    assert owner(picture, mark(40), unread, NAMES) == mark(40)


def test_smallness_is_that_of_the_frame_not_of_the_full_picture() -> None:
    large = Frame(frame(clutter()).pixels, 4.0, 3600, 2800)
    assert owner(large, mark(160), unread, NAMES) == mark(160)


def test_an_emblem_needs_no_name() -> None:
    picture = frame(shown(emblem(), 200))
    assert owner(picture, mark(200, shared=False), unread, NAMES) == mark(200, shared=False)


@pytest.mark.parametrize("place", [(0, 0), (850, 650), (899, 699)])
def test_surroundings_end_where_the_picture_ends(place: tuple[int, int]) -> None:
    crop = surroundings(frame(clutter()), Box(*place, 60, 24))
    assert min(crop.shape[:2]) > 0
