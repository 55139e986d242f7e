"""NHS numbers: found in every spelling, not found in digits that are something else.

Every number is of the 999 range, which is never issued; `synthetic="issued"` treats it as England's.
"""

from __future__ import annotations

import random

import pytest

from rules.detectors.nhs_number import candidates
from rules.fold import fold

SPELLINGS = [
    "999 000 0018",
    "999-000-0018",
    "9990000018",
    "999.000.0018",
    "999\u2013000\u20130018",
    "999\u00a0000\u00a00018",
    "999\u202f000\u202f0018",
    "999  000  0018",
    "99 90 00 00 18",
    "\uff19\uff19\uff19\uff10\uff10\uff10\uff10\uff10\uff11\uff18",
    "999\u200b000\u200b0018",
    "NHS9990000018",
    "999/000/0018",
    "NHS no:999 0000018",
]


def level(text: str, synthetic: str = "issued") -> str | None:
    return next((c.level for c in candidates(fold(text), synthetic=synthetic) if c.level), None)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_number_is_found_in_every_spelling(spelling: str) -> None:
    text = f"clinic letter for pt {spelling} today"
    assert level(text) in ("high", "medium")
    assert level(text, synthetic="info") == "info"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_span_covers_the_digits_of_the_raw_text(spelling: str) -> None:
    folded = fold(f"clinic letter for pt {spelling} today")
    (found,) = candidates(folded)
    start, end = folded.raw_span(found.start, found.end)
    digits = fold(folded.raw[start:end]).text
    assert "".join(filter(str.isdigit, digits)) == "9990000018"
    assert not any(char.isdigit() for char in folded.raw[:start] + folded.raw[end:])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NHS number 999 000 0018", "high"),
        ("see 999\u2011000\u20110018 on ward 4", "high"),
        ("bed 4 999 000 0018 ward 6", "high"),
        ("patient 99900 00018", "medium"),
        ("dob 01 02 1990 nhs 999 000 0018", "high"),
        ("please order bloods, NHS number 9990000018", "high"),
        ("something 9990000018 something", "low"),
        ("order 9990000018 for the patient", None),
        ("9990000018 views", None),
        ("£9990000018 for the ward", None),
        ("#9990000018 ward", None),
        ("+9990000018 ward", None),
        ("https://example.test/ward/9990000018", None),
        ("NHS number 999 000 0019", None),
        ("ward 1111111111", None),
        ("patient 0123456789", None),
        ("patient 9876543210", None),
        ("ward 07700 900123", None),
    ],
)
def test_the_words_around_a_number_decide(text: str, expected: str | None) -> None:
    assert level(text) == expected


def test_digit_noise_raises_nothing() -> None:
    rng = random.Random(7)
    noise = [f"{rng.randrange(10**10):010d}" for _ in range(5_000)]
    noise += [str(1_735_689_600 + rng.randrange(31_536_000)) for _ in range(5_000)]
    raised = [text for text in noise if level(f"build {text} done", synthetic="info") in ("high", "medium")]
    assert raised == []
