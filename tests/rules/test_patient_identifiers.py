"""Patients' identifiers other than the NHS number: found beside a patient, quiet beside anybody else.

The National Insurance number is the textbook one; telephone numbers and postcodes are nobody's.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import PolicySettings, RuleSettings
from monitor.types import Kind, Post
from rules import pack
from rules.examples import ORGANISATION
from rules.text.dates import DATE, read_date
from rules.text.patterns import compiled
from tests.rules.posts import edit, post, staff

RULES = pack.load(ORGANISATION, PolicySettings(), RuleSettings())
FULL_WIDTH = "\uff11\uff12\uff13\uff14\uff15\uff16\uff17"
TODAY = date(2026, 11, 21)


def found(item: Post) -> list[tuple[str, str, str]]:
    """Rule, severity and the words of every patient identifier."""
    return [
        (finding.rule_id, finding.severity.value, item.part(span.where)[span.start : span.end])
        for finding in RULES.evaluate(item)
        for span in finding.spans
        if finding.rule_id.startswith("PID-00")
    ]


@pytest.mark.parametrize(
    ("text", "rule", "severity", "words"),
    [
        ("hospital number: WV123456", "PID-002", "high", "WV123456"),
        ("her MRN is wv-123456", "PID-002", "high", "wv-123456"),
        (f"MRN {FULL_WIDTH} in resus", "PID-002", "medium", FULL_WIDTH),
        ("case note no. 654321", "PID-002", "medium", "654321"),
        ("WV123456 is still in bay 3", "PID-002", "medium", "WV123456"),
        ("D.O.B: 12.3.51, pt in resus", "PID-003", "high", "12.3.51"),
        ("patient, date of birth 3rd of February 1948", "PID-003", "high", "3rd of February 1948"),
        ("dob 12th Mar \u201951", "PID-003", "medium", "12th Mar \u201951"),
        ("dob:\u00a012\u201103\u20111951", "PID-003", "medium", "12\u201103\u20111951"),
        ("dob 12031951", "PID-003", "medium", "12031951"),
        ("d o b 12 03 51", "PID-003", "medium", "12 03 51"),
        ("12/03/1951 (DOB)", "PID-003", "medium", "12/03/1951"),
        ("my dob is 12/03/1951", "PID-003", "info", "12/03/1951"),
        ("our grandad, born 12/03/1931, was admitted", "PID-003", "info", "12/03/1931"),
        ("N.I. number: AB 12 34 56 C", "PID-004", "high", "AB 12 34 56 C"),
        ("nino ab123456c", "PID-004", "high", "ab123456c"),
        ("AB123456C", "PID-004", "medium", "AB123456C"),
        ("the patient lives at 12 High St, ZZ994DE", "PID-005", "high", "ZZ994DE"),
        ("nok is on 01632 960123, ward 6", "PID-005", "high", "01632 960123"),
        ("ring him on +44 7700 900123, he is on ward 6", "PID-005", "high", "+44 7700 900123"),
        ("Patient seen near ZZ99 4DE", "PID-005", "medium", "ZZ99 4DE"),
        ("Mrs Holroyd was admitted with sepsis", "PID-006", "medium", "Mrs Holroyd"),
        ("MRS HOLROYD IN BED 4 is kicking off", "PID-006", "medium", "MRS HOLROYD"),
        ("mr patterson in bed 3 again", "PID-006", "medium", "mr patterson"),
        ("Mrs Sheila Holroyd\u2019s bloods are back", "PID-006", "medium", "Mrs Sheila Holroyd"),
        ("Poor old Mr. Smith-Jones has had a stroke", "PID-006", "medium", "Mr. Smith-Jones"),
        ("Sheila Holroyd was discharged at last", "PID-006", "medium", "Sheila Holroyd"),
        ("Mrs Hall on ward 6 again", "PID-006", "low", "Mrs Hall"),
        ("My mum Mrs Holroyd was admitted", "PID-006", "info", "Mrs Holroyd"),
    ],
)  # fmt: skip
def test_an_identifier_beside_a_patient_is_found(text: str, rule: str, severity: str, words: str) -> None:
    assert found(post(text)) == [(rule, severity, words)]


@pytest.mark.parametrize(
    "text",
    [
        "Order WX123456 arrived",
        "Patient number 50000 was vaccinated today",
        "Hospital number 01632 960123",
        "a review of 2024 case notes",
        "https://shop.test/mrn-1234567",
        "Please bring your date of birth",
        "dob 31/02/1951",
        "dob 12/03/2051",
        "dob 12/03/1851",
        "The hospital was born on 5 July 1948, and its patients with it",
        "Happy birthday to the singer born 12 March 1951, from all on ward 6",
        "on 12 10 20 a new ward opens",
        "BG123456A, QQ123456C",
        "Order AB123456C",
        "ZZ99 4DE",
        "My shop is at ZZ99 4DE, ring 07700 900123",
        "St Oswin's Hospital, ZZ99 9AA, patient entrance",
        "Patients can ring 01632 960123 for appointments",
        "Patient Advice and Liaison, 01632 960124",
        "patient parking at the old infirmary, ZZ99 4DE",
        "great plumber, his number is 07700 900123",
        "every patient may write to volunteers@wvft.nhs.test",
        "Mr Khan our consultant came to bay 3",
        "Mr Khan has a stroke clinic on Mondays",
        "thank you so much to Mrs Hall in bay 3",
        "seen by Mr Khan in resus",
        "Mr Holroyd, 82, died of sepsis, an inquest heard",
        "the actor John Hurt was diagnosed with cancer",
        "Sarah Jones from ward 6 ran the marathon",
        "Miss you all in bay 3",
        "Mr Right is in bay 3",
        "Kelly thinks James was admitted",
        "Mr Brown saw a man. He was admitted to ward 6.",
    ],
)
def test_the_same_beside_anybody_else_is_content(text: str) -> None:
    assert found(post(text)) == []


def test_an_authorised_account_and_a_page_edit_are_looked_at_too() -> None:
    text = "MRN WV123456"
    assert found(staff(text)) == [("PID-002", "high", "WV123456")]
    assert found(edit("", text)) == [("PID-002", "high", "WV123456")]


def test_a_name_in_an_article_is_likely_news() -> None:
    [(rule, severity, _)] = found(post("Mr Holroyd was admitted with sepsis.", kind=Kind.ARTICLE))
    assert (rule, severity) == ("PID-006", "low")


SPELLINGS = (
    "{0:%d/%m/%Y}", "{0:%d.%m.%y}", "{0.day}-{0.month}-{0.year}", "{0:%Y-%m-%d}", "{0:%d %B %Y}",
    "{0.day}th {0:%b} {0.year}", "{0:%B} {0.day}, {0.year}", "{0:%d%m%Y}", "{0.day}{0:%b}{0.year}",
)  # fmt: skip


@given(born=st.dates(TODAY - timedelta(days=36_000), TODAY), spelling=st.sampled_from(SPELLINGS))
def test_a_date_is_read_in_every_spelling(born: date, spelling: str) -> None:
    written = spelling.format(born).lower()
    assert compiled(DATE).fullmatch(written)
    assert read_date(written, TODAY) == born


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("03/25/1951", date(1951, 3, 25)),
        ("1.2.26", date(2026, 2, 1)),
        ("1.2.27", date(1927, 2, 1)),
        ("12 mar '51", date(1951, 3, 12)),
        ("30/02/1951", None),
        ("123456789", None),
    ],
)
def test_a_date_that_is_unclear_is_read_as_in_britain(written: str, day: date | None) -> None:
    assert read_date(written, TODAY) == day


@given(
    text=st.lists(
        st.sampled_from(
            ["Mr Smith", "bay 3", "dob", "12/03/1951", "MRN", "WV123456", "AB123456C", "patient", "ZZ99 4DE",
             "her number", "07700 900123", "my mum", "\u202e", "\u200b", "\ufdfa", "\n", ". ",
             "\x00", "\U0001f637"]
        )
    ),
    gap=st.sampled_from(["", " ", "\u00a0", "\u200b"]),
)  # fmt: skip
def test_a_span_lies_in_its_text_whatever_it_is_made_of(text: list[str], gap: str) -> None:
    item = staff(gap.join(text))
    for finding in RULES.evaluate(item):
        assert all(0 <= span.start < span.end <= len(item.text) for span in finding.spans)
