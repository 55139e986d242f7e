"""What is masked: everything that may be a person's own, and no helpline."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.redaction import redact
from monitor.types import CONTEXT, Account, Change, Finding, Hunk, Lane, Post, Severity, Span
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


FINDING = Finding(
    rule_id="T-1",
    rule_version="1",
    title="Marked",
    post=("example", "1"),
    category="test",
    lane=Lane.COMMS,
    severity=Severity.LOW,
    confidence=1,
    reason="A mark.",
    clauses=(),
)
WRITTEN = ("999 000 0018", "9990000018", "07700 900123", "+44 7700 900123", "jo.bell@example.test")


def hunked(*hunks: Hunk) -> Post:
    item = edit("", "")
    assert item.change is not None
    return replace(item, change=replace(item.change, hunks=hunks))


def kept(item: Post) -> Change:
    """The edit as it would be stored."""
    copy, _ = redact(item, IDENTIFIERS.spans(item), ())
    assert copy.change is not None
    return copy.change


def stored(item: Post) -> str:
    """The words of its hunks."""
    return json.dumps([asdict(replace(hunk, line=None)) for hunk in kept(item).hunks])


@st.composite
def cut_lines(draw: st.DrawFn) -> tuple[str, Hunk]:
    """A line with an identifier somewhere, cut anywhere into what an edit put in, took out, or left."""
    written = draw(st.sampled_from(WRITTEN))
    line = f"The patient, NHS number or not: {written}, was here before."
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(line))] * 2)))
    parts = {"before": line[:start], "after": line[end:]}
    side, other = draw(st.permutations(["old", "new"]))
    return written, Hunk(**{side: line[start:end], other: draw(st.sampled_from(["", "word"]))}, **parts)


@given(cut_lines())
@settings(max_examples=400)
def test_an_identifier_cut_anywhere_leaves_nothing_in_the_stored_edit(case: tuple[str, Hunk]) -> None:
    written, hunk = case
    words = stored(hunked(hunk))
    assert not re.search(r"[0-9]", words)
    assert not any(word in words for word in re.findall(r"[a-z]{4,}", written))


@given(cut_lines())
def test_what_a_span_marks_is_marked_still_once_the_line_around_it_is_masked(case: tuple[str, Hunk]) -> None:
    _, hunk = case
    made = hunked(replace(hunk, new=f"{hunk.new} MARK "))
    start = made.part("added").index("MARK")
    found = replace(FINDING, spans=(Span(start, start + 4, "word", "added"),))
    copy, (moved,) = redact(made, IDENTIFIERS.spans(made), [found])
    (span,) = moved.spans
    assert copy.part("added")[span.start : span.end] == "MARK"


@pytest.mark.parametrize("between", [" and also ", " w" * 100, " w" * 400])
def test_an_identifier_between_two_changes_of_a_line_is_masked_in_both_copies(between: str) -> None:
    between = f"{between}07700 900123{between}"
    first = Hunk(old="a", new="b", before="x ", after=between[:CONTEXT], line=1)
    then = Hunk(old="c", new="d", before=between[-CONTEXT:], after=" y", line=1)
    assert not re.search(r"[0-9]{4}", stored(hunked(first, then)))


@pytest.mark.parametrize("written", [written for written in WRITTEN if not written.startswith("+")])
def test_half_an_identifier_where_the_line_was_cut_is_masked(written: str) -> None:
    for length in range(1, len(written)):
        after = ("x " * CONTEXT)[: CONTEXT - length - 1] + " " + written[:length]
        before = written[-length:] + (" x" * CONTEXT)[: CONTEXT - length]
        words = stored(hunked(Hunk(old="", new="word", before=before, after=after)))
        assert not re.search(r"(?:[0-9] ?){5}|jo\.bell@", words), words


def test_a_year_where_the_line_was_cut_stays() -> None:
    made = hunked(Hunk(old="", new="word", after="x" * (CONTEXT - 5) + " 2019"))
    assert masked(made) == []


def test_a_template_a_parameter_and_where_a_page_went_are_masked() -> None:
    made = hunked(Hunk(old="", new="x", template="Infobox 07700 900123", parameter="jo.bell@example.test"))
    assert made.change is not None
    change = kept(replace(made, change=replace(made.change, target="Ring 07700 900123")))
    assert change.hunks[0].template == "Infobox [telephone number redacted]"
    assert change.hunks[0].parameter == "[e-mail address redacted]"
    assert change.target == "Ring [telephone number redacted]"


@pytest.mark.parametrize(
    ("handle", "url", "hidden"),
    [
        ("@wvft_help@social.test", "https://social.test/@wvft_help", False),
        ("wvft_help@social.test", "https://social.test/users/wvft_help", False),
        ("jo.bell@mail.test", None, True),
        ("jo.bell@mail.test", "https://social.test/@jo", True),
        ("9990000018@social.test", "https://social.test/@9990000018", True),
    ],
)
def test_an_account_of_the_fediverse_is_no_mailbox(handle: str, url: str | None, hidden: bool) -> None:
    author = Account(platform="mastodon", handle=handle, url=url)
    spans = IDENTIFIERS.spans(replace(post("hello"), author=author))
    assert any(span.where == "handle" for span in spans) is hidden
