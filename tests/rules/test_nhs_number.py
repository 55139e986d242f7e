"""NHS numbers: found in every spelling, not found in digits that are something else.

Every number is of the 999 range, which is never issued; `synthetic="issued"` treats it as England's.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import redaction
from monitor.config import PolicySettings, RuleSettings
from rules import pack
from rules.detectors.nhs_number import candidates
from rules.examples import ORGANISATION
from rules.identifiers import PersonIdentifiers
from rules.text.fold import fold
from tests.bench import noise
from tests.rules.posts import post

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


RULES = pack.load(ORGANISATION, PolicySettings(), RuleSettings(rehearsal=True))
IDENTIFIERS = PersonIdentifiers(ORGANISATION)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))  # connectors replace lone surrogates


def checked(nine: str) -> str:
    """Nine digits and their check digit; the last of the nine is raised where none is issued."""
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), nine, strict=True))
    check = -total % 11
    return f"{nine}{check}" if check < 10 else checked(f"{int(nine) + 1:09d}")


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
        ("12 999 000 0018 4 pts waiting", "high"),
        ("chi squared 9990000018", "low"),
        ("NHS No. 999 000 0018", "high"),
        ("nhs#: 9990000018", "high"),
        ("N.H.S. number 999 000 0018", "high"),
        ("National Health Service number 9990000018", "high"),
        ("nhs_number=9990000018", "high"),
        ("NHS number:\n999 000 0018", "high"),
        ("NHS number (999) 000-0018", "high"),
        ("patient [999 000 0018]", "high"),
        ("NHS number 99900 00018", "high"),
        ("NHS number 999000 0018", "high"),
        ("ward 6: 999000 0018", "medium"),
        ("ward 6: 999 0000018", "medium"),
        ("pt 999 000 0018 dob 12/03/1951", "high"),
        ("pt dob 12/03/1951 999 000 0018", "high"),
        ("pt 000 0018 999 000 0018", "high"),
        ("see 999\u2011000\u20110018 on ward 4", "high"),
        ("bed 4 999 000 0018 ward 6", "high"),
        ("patient 99900 00018", "medium"),
        ("dob 01 02 1990 nhs 999 000 0018", "high"),
        ("please order bloods, NHS number 9990000018", "high"),
        ("something 9990000018 something", "low"),
        ("pt9990000018", "medium"),
        ("JD9990000018 for the ward", "low"),
        ("9990000018GB for the ward", "low"),
        ("order 9990000018 for the patient", None),
        ("9990000018 views", None),
        ("£9990000018 for the ward", None),
        ("(999) 000-0018", None),
        ("serial number 9990000018 of bed 4", None),
        ("WhatsApp the ward on 9990000018", None),
        ("invoice 9990000018 for patient transport", None),
        ("ISBN 9990000018, left on the ward", None),
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


def test_a_chi_number_needs_its_name_and_a_real_date() -> None:
    real, unreal = checked("290204123"), checked("310204123")
    assert level(f"CHI {real}") == level(f"chi number: {real}") == "high"
    assert level(f"NHS number {real}") is None
    assert level(f"pt {real} on ward 6") is None
    assert level(f"CHI {unreal}") is None


def test_a_health_and_care_number_needs_its_name() -> None:
    number = checked("321000001")
    grouped = f"{number[:3]} {number[3:6]} {number[6:]}"
    assert level(f"H&C number {grouped}") == level(f"Health and Care no {number}") == "high"
    assert level(f"patient {number} on ward 6") is None


@given(before=ANY_TEXT, spelling=st.sampled_from(SPELLINGS), after=ANY_TEXT)
def test_a_number_is_found_and_hidden_in_any_text(before: str, spelling: str, after: str) -> None:
    item = post(f"{before} NHS number: {spelling}; {after}")
    written = spelling.removeprefix("NHS no:").removeprefix("NHS")
    start = len(before) + len(" NHS number: ") + len(spelling) - len(written)
    [finding] = RULES.evaluate(item)
    assert (start, start + len(written)) in [(span.start, span.end) for span in finding.spans]
    copy, _ = redaction.redact(item, IDENTIFIERS.spans(item), [finding])
    assert written not in copy.text


@pytest.mark.parametrize("name", noise.SETS)
def test_bare_digits_raise_at_most_one_finding_in_a_thousand(name: str) -> None:
    assert noise.raised(RULES, name, 2_000) <= 2
