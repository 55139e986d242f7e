"""What is masked: everything that may be a person's own, and no helpline."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from monitor.types import Hunk, Post
from rules.examples import ORGANISATION
from rules.identifiers import PersonIdentifiers
from tests.rules.posts import edit, post

IDENTIFIERS = PersonIdentifiers(ORGANISATION)


def masked(item: Post) -> list[tuple[str, str]]:
    return [(s.label, item.part(s.where)[s.start : s.end]) for s in IDENTIFIERS.spans(item)]


@pytest.mark.parametrize(
    ("text", "label", "hidden"),
    [
        ("NHS number 999 000 0018.", "NHS number", "999 000 0018"),
        ("something 999 000 0018 patient", "NHS number", "999 000 0018"),
        ("NHS number 999 000 0019", "NHS number", "999 000 0019"),
        ("my NHS no. is 9990 000 018", "NHS number", "9990 000 018"),
        ("https://wvft.test/?nhs-number=9990000018", "NHS number", "9990000018"),
        ("write to Jo.Bell@example.test.", "e-mail address", "Jo.Bell@example.test"),
        ("NHS number 99900 00018", "NHS number", "99900 00018"),
        ("jo.bell [at] example.test", "e-mail address", "jo.bell [at] example.test"),
        ("jo.bell @ example.test", "e-mail address", "jo.bell @ example.test"),
        ("ring 07700 900123 now", "telephone number", "07700 900123"),
        ("ring 01632 960123", "telephone number", "01632 960123"),
        ("ring (020) 7946 0123", "telephone number", "(020) 7946 0123"),
        ("+44 7700 900123", "telephone number", "+44 7700 900123"),
        ("0044 (0)7700 900123", "telephone number", "0044 (0)7700 900123"),
        ("CHI 3102041235", "NHS number", "3102041235"),
        ("found: WV123456", "hospital number", "WV123456"),
        ("MRN 1234567", "hospital number", "1234567"),
        ("D.O.B. 12th Mar '51", "date of birth", "12th Mar '51"),
        ("my NI number is ab123456c", "National Insurance number", "ab123456c"),
        ("the patient lives near ZZ99 4DE", "postcode", "ZZ99 4DE"),
        ("Mr Patterson in bay 3 threw his tea", "patient's name", "Mr Patterson"),
        ("My mum Mrs Holroyd was admitted", "patient's name", "Mrs Holroyd"),
    ],
)
def test_an_identifier_is_masked_whole(text: str, label: str, hidden: str) -> None:
    assert masked(post(text)) == [(label, hidden)]


@pytest.mark.parametrize(
    "text",
    [
        "thanks @nurse.wvft.test",
        "https://shop.test/item/9990000018",
        "ring 111",
        "Samaritans 116 123",
        "0800 1111",
        "0300 123 4567",
        "open 2019-2020",
        "bed 4 on ward 12",
        "the shop at ZZ99 4DE",
        "patient car park, ZZ99 9AA",
        "born on this day in 1951: the chapel",
        "Mr Khan our consultant in bay 3",
        "XV123456",
    ],
)
def test_a_helpline_a_handle_and_an_item_are_content(text: str) -> None:
    assert masked(post(text)) == []


def test_every_part_of_a_post_is_looked_at() -> None:
    secret = "NHS number 999 000 0018"
    item = edit(secret, secret, secret, parent=None)
    assert {span.where for span in IDENTIFIERS.spans(item)} == {"text", "added", "removed"}
    item = post("", title=secret, bio=secret)
    assert {span.where for span in IDENTIFIERS.spans(item)} == {"title", "bio"}


def test_what_an_author_is_called_is_looked_at() -> None:
    item = post("", handle="jo.bell@example.test", display_name="Jo 07700 900123")
    assert masked(item) == [("telephone number", "07700 900123"), ("e-mail address", "jo.bell@example.test")]


def test_every_heading_of_an_edited_page_is_looked_at() -> None:
    told = "Ring 01632 960123"
    item = edit("", "", sections_before=(told, "History"), sections_after=(told,))
    assert item.change is not None
    change = replace(item.change, hunks=(Hunk(old="", new="", section=told),))
    assert masked(replace(item, change=change)) == [("telephone number", "01632 960123")] * 3


@pytest.mark.parametrize(
    "rest",
    [
        "patient/9990000018",
        "wvft-999-000-0018-lost",
        "find?number=999%20000%200018",
        "find?from=jo.bell%40example.test",
        "call/07700900123",
        "notes/wv123456.html",
        "call/+44%207700%20900123",
    ],
)
def test_an_address_that_gives_somebody_away_is_masked_as_a_whole(rest: str) -> None:
    for host in ("https://gazette.test", "http://www.gazette.test:8080"):
        url = f"{host}/{rest}"
        [span] = IDENTIFIERS.spans(post("", url=url))
        assert (span.where, span.start, span.end) == ("url", 0, len(url))


def test_an_address_with_a_login_is_masked() -> None:
    assert IDENTIFIERS.spans(post("", url="https://jo:secret@gazette.test/news"))


@pytest.mark.parametrize(
    "url",
    [
        "https://gazette.test/2026/02/11/1234567",
        "https://gazette.test/news/article-1234567890-2026",
        "https://social.test/@jo@elsewhere.test/112233445566778899",
        "https://wiki.test/w/index.php?diff=9008&oldid=9007",
        "https://www.flickr.test/photos/12345678@N01/4505577100",
    ],
)
def test_an_address_of_numbers_leads_where_it_led(url: str) -> None:
    assert masked(post("", url=url)) == []


def test_a_synthetic_number_is_hidden_like_a_real_one() -> None:
    assert masked(post("no words around it: 999 000 0018")) == [("NHS number", "999 000 0018")]


def test_masks_never_overlap() -> None:
    item = post("nhs 999 000 0018@example.test 07700 900123@example.test")
    spans = sorted(IDENTIFIERS.spans(item), key=lambda span: span.start)
    assert spans
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_a_shape_is_the_organisations_own() -> None:
    elsewhere = PersonIdentifiers(ORGANISATION.model_copy(update={"hospital_numbers": ()}))
    assert elsewhere.spans(post("found: WV123456")) == ()
    assert elsewhere.spans(post("MRN 1234567"))


def test_what_stands_together_is_hidden_together() -> None:
    text = "Mrs Holroyd, dob 12/03/1951, NHS number 999 000 0018, MRN WV123456, in bed 4"
    assert [label for label, _ in masked(post(text))] == [
        "patient's name",
        "date of birth",
        "NHS number",
        "hospital number",
    ]
