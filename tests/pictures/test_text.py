"""Text in pictures: its order, its places, and the figures that are misread."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from monitor import sandbox
from rules.detectors import nhs_number
from rules.pictures.misread import mended
from rules.pictures.text import Piece, rows
from rules.text.fold import fold
from tests.pictures import drawing
from tests.pictures.asking import saw

DIGITS = drawing.NUMBER.replace(" ", "")


def piece(text: str, left: float, top: float, width: float, height: float = 20, turned: float = 0) -> Piece:
    """A piece on a page that lies turned by some degrees."""
    corners = np.array([(left, top), (left + width, top), (left + width, top + height), (left, top + height)])
    angle = np.radians(turned)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    placed = corners @ turn + 2_000
    return Piece(text, placed, placed[1] - placed[0])


def read(pieces: list[Piece]) -> list[str]:
    return [" ".join(each.text for each in row) for row in rows(pieces)]


@pytest.mark.parametrize("turned", [0, -6, 12, 45, 90, 180, 270])
def test_rows_are_read_as_people_read_them_however_the_page_lies(turned: float) -> None:
    pieces = [
        piece("4578", 300, 42, 80, turned=turned),
        piece("Bed 2", 0, 90, 60, turned=turned),
        piece("999", 100, 40, 60, turned=turned),
        piece("WARD 7", 0, 0, 200, turned=turned),
        piece("123", 200, 38, 60, turned=turned),
    ]
    assert read(pieces) == ["WARD 7", "999 123 4578", "Bed 2"]


def test_a_row_that_slants_is_one_row() -> None:
    steps = [piece(str(n), 100 * n, 4 * n, 80) for n in range(10)]
    below = [piece(str(n), 100 * n, 40 + 4 * n, 80) for n in range(10, 20)]
    assert read([*below, *steps])[0] == "0 1 2 3 4 5 6 7 8 9"


def test_a_page_without_text_has_no_rows() -> None:
    assert rows([]) == []


@pytest.mark.parametrize(
    "seen",
    ["999 I23 4578", "999 123 4S7B", "9991234578", "999-l23-4578", "NHS No: 999 123 45 78", "999 123 A578"],
)
def test_a_misread_figure_is_put_right_where_the_check_digit_then_holds(seen: str) -> None:
    right = mended(seen)
    assert len(right) == len(seen)
    assert (re.sub(r"\D", "", right) == DIGITS) is ("A" not in seen)


@pytest.mark.parametrize(
    "seen",
    ["999 I23 4579", "BOBBIOLISS", "S0 I2 people", "999 123 4578x", "call 01632 9608I7", "SOS SOS 4578", ""],
)
def test_what_is_no_number_of_a_patient_stays_as_it_was_read(seen: str) -> None:
    assert mended(seen) == seen


@pytest.mark.parametrize("turned", [0, 90, 180])
def test_a_letter_is_read_and_its_number_found_where_it_stands(turned: int) -> None:
    image = drawing.page()
    seen = saw(drawing.encoded(image.rotate(turned, expand=True)))
    assert seen.text_read
    assert seen.not_read == ""
    found = list(nhs_number.candidates(fold(seen.text), synthetic="issued"))
    assert [re.sub(r"\D", "", seen.text[at.start : at.end]) for at in found] == [DIGITS]
    (line,) = (each for each in seen.lines if each.start <= found[0].start < each.end)
    assert seen.text[line.start : line.end].endswith(drawing.NUMBER)
    across = (line.box.width, line.box.height) if turned != 90 else (line.box.height, line.box.width)
    assert 400 < across[0] < 620
    assert 35 < across[1] < 80


def test_places_are_those_of_the_picture_at_its_full_size() -> None:
    seen = saw(drawing.encoded(drawing.page(size=(2_700, 1_260), letters=120)))
    (line,) = (each for each in seen.lines if "Dear" in seen.text[each.start : each.end])
    assert (seen.width, seen.height) == (2_700, 1_260)
    assert 480 < line.box.top < 560
    assert 100 < line.box.height < 200


def test_text_is_read_only_where_that_is_asked() -> None:
    seen = saw(drawing.encoded(drawing.page()), depth="look")
    assert (seen.text, seen.lines, seen.text_read, seen.seen) == ("", (), False, True)


def test_the_worker_reads_within_800_mib() -> None:
    saw(drawing.encoded(drawing.page(size=(1_280, 960))))
    status = Path(f"/proc/{sandbox.pictures.idle[-1].process_id}/status").read_text()
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    assert 100 * 1024 < int(peak) < 800 * 1024
