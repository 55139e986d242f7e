"""Home addresses: masked where words say that somebody lives there, never a hospital's own."""

from __future__ import annotations

import pytest

from rules.detectors.home_address import home_addresses
from rules.text.fold import fold


def seen(text: str) -> list[str]:
    folded = fold(text)
    return [text[slice(*folded.raw_span(each.start, each.end))] for each in home_addresses(folded)]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Mr Lee lives at 4 Privet Close, Oswinton.", "4 Privet Close"),
        (
            "at their home, Crag End Farm, Moor Road, Calderby ZZ99 7WX",
            "Crag End Farm, Moor Road, Calderby ZZ99 7WX",
        ),
        ("The surgeon (now of 3 Orchard Mews, Calderby)", "3 Orchard Mews"),
        ("She lives in Acacia Avenue and works here.", "Acacia Avenue"),
        ("He lives with his wife in Mill Lane.", "Mill Lane"),
        ("You will find him at Flat 2, 14 Mill Lane most nights.", "Flat 2, 14 Mill Lane"),
        ("his home (9 Elm Grove, Oswinton)", "9 Elm Grove"),
        ("The manager (home: 6 Tern Drive, Fenwell)", "6 Tern Drive"),
        ("Her house is The Old Rectory, Church Lane, Fenwell", "Old Rectory, Church Lane"),
    ],
)
def test_where_somebody_lives_is_seen(text: str, address: str) -> None:
    assert address in seen(text)


@pytest.mark.parametrize(
    "text",
    [
        "The hospital is at 12 Abbey Road, Oswinton ZZ99 3VZ.",
        "The nurses' home at 12 Abbey Road was built in 1921.",
        "The trust runs Vale House, a care home in Abbey Road.",
        "It has been in its new home since 1974, at 8 Ferrymans Way.",
        "People living in the town reach it by 12 buses from Abbey Road.",
        "Patients living at home in 2019 were seen at 4 Abbey Road.",
        "The hospital, now of 400 beds, is in Abbey Road.",
    ],
)
def test_where_a_hospital_stands_or_patients_go_is_not(text: str) -> None:
    assert seen(text) == []
