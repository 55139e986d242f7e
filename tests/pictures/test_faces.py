"""Faces are counted in steps, only where that is asked, and nothing of them is kept."""

from __future__ import annotations

import pytest

from rules.pictures.faces import step
from tests.pictures import drawing
from tests.pictures.asking import asked, saw


@pytest.mark.parametrize(("people", "told"), [(0, "0"), (1, "1"), (3, "2-5"), (7, "6+")])
def test_a_count_of_faces_is_a_step(people: int, told: str) -> None:
    seen = saw(drawing.encoded(drawing.people(people)), depth="look", count_people=True)
    assert (seen.faces, seen.not_read) == (told, "")


def test_nobody_is_counted_unless_it_is_asked() -> None:
    assert saw(drawing.encoded(drawing.people(3)), depth="look").faces is None


def test_an_answer_with_faces_differs_in_the_step_alone() -> None:
    picture = drawing.encoded(drawing.people(3))
    without = asked(picture, depth="look")
    assert asked(picture, depth="look", count_people=True) == without | {"faces": "2-5"}


def test_each_number_has_its_step() -> None:
    assert [step(number) for number in (0, 1, 2, 5, 6, 90)] == ["0", "1", "2-5", "2-5", "6+", "6+"]
