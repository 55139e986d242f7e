"""Lists of patients in pictures: what is one, and that nothing of its rows is left once it is masked."""

from __future__ import annotations

import pytest

from monitor.redaction import redact
from monitor.types import Box, Line, Media, Picture
from rules.examples import ORGANISATION
from rules.identifiers import PersonIdentifiers
from tests.rules.posts import post

THEATRE = (
    "Theatre 2 Friday list\n"
    "1 NHS No 999 200 1135 Ann Example 12/03/1951 hip\n"
    "2 NHS No 999 000 0018 SAMPLE, John 04/05/1950 knee\n"
    "3 Mary Invented 01-02-1938 cataract\n"
    "Surgeon on call 6"
)


def copied(text: str, *lines: Line) -> Picture:
    """The masked copy of a picture with that text."""
    picture = Picture(text=text, lines=lines, width=9, height=9)
    item = post("", media=(Media(kind="image", url="", picture=picture),))
    copy, _ = redact(item, PersonIdentifiers(ORGANISATION).spans(item), ())
    return next(seen for _, seen in copy.images)


def masked(text: str) -> str:
    return copied(text).text


def test_rows_of_a_list_go_whole_for_names_stand_in_them() -> None:
    row = "[row of a list of patients redacted]"
    assert masked(THEATRE) == f"Theatre 2 Friday list\n{row}\n{row}\n{row}\nSurgeon on call 6"


def test_a_line_that_stays_is_found_where_it_stands_now() -> None:
    at, lines = 0, []
    for words in THEATRE.split("\n"):
        lines.append(Line(start=at, end=at + len(words), box=Box(0, 0, 9, 9)))
        at += len(words) + 1
    seen = copied(THEATRE, *lines)
    assert [seen.text[line.start : line.end] for line in seen.lines] == [
        "Theatre 2 Friday list",
        "Surgeon on call 6",
    ]


def test_names_and_dates_are_enough_for_a_list() -> None:
    board = (
        "Bed 1 Ann Example 12/03/1941\nBed 2 SAMPLE, John 4.5.1950\nBed 3 Mary Invented 01-02-1938\nTea at 3"
    )
    assert masked(board).endswith("redacted]\nTea at 3")
    assert not ({"Ann", "John", "Mary", "1941"} & set(masked(board).replace("/", " ").split()))


@pytest.mark.parametrize(
    "text",
    [
        "Ann Example 12/03/1941",
        "Rota: Ann Example 12/03/2026, John Sample 13/03/2026, Mary Invented 14/03/2026",
        "Opened 12/03/1941, extended 04/05/1950, rebuilt 01/02/1938",
    ],
)
def test_what_is_no_list_keeps_its_words(text: str) -> None:
    assert masked(text) == text


BESIDE = "[words beside a patient's number redacted]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("NHS No 999 200 1135 for Ann", f"{BESIDE} [NHS number redacted] {BESIDE}"),
        (
            "Ann Example\n12 Beech Grove\n\nNHS No 999 200 1135\nYours, the clinic",
            f"{BESIDE} [NHS number redacted]\n{BESIDE}",
        ),
        ("999 200 1135 patient", f"[NHS number redacted] {BESIDE}"),
        ("Open day\nAnn Example, gardener", "Open day\nAnn Example, gardener"),
    ],
)
def test_of_one_patients_paper_nothing_stays_readable(text: str, shown: str) -> None:
    assert masked(text) == shown
