"""What is masked: everything that may be a person's own, and no helpline."""

from __future__ import annotations

from itertools import pairwise

import pytest

from monitor.types import Post
from rules.identifiers import PersonIdentifiers
from tests.rules.posts import edit, post

IDENTIFIERS = PersonIdentifiers()


def masked(item: Post) -> list[tuple[str, str]]:
    return [(s.label, item.part(s.where)[s.start : s.end]) for s in IDENTIFIERS.spans(item)]


@pytest.mark.parametrize(
    ("text", "label", "hidden"),
    [
        ("NHS number 999 000 0018.", "NHS number", "999 000 0018"),
        ("something 999 000 0018 patient", "NHS number", "999 000 0018"),
        ("NHS number 999 000 0019", "NHS number", "999 000 0019"),
        ("write to Jo.Bell@example.test.", "e-mail address", "Jo.Bell@example.test"),
        ("ring 07700 900123 now", "telephone number", "07700 900123"),
        ("ring 01632 960123", "telephone number", "01632 960123"),
        ("ring (020) 7946 0123", "telephone number", "(020) 7946 0123"),
        ("+44 7700 900123", "telephone number", "+44 7700 900123"),
        ("0044 (0)7700 900123", "telephone number", "0044 (0)7700 900123"),
    ],
)
def test_an_identifier_is_masked_whole(text: str, label: str, hidden: str) -> None:
    assert masked(post(text)) == [(label, hidden)]


@pytest.mark.parametrize(
    "text",
    ["ring 111", "Samaritans 116 123", "0800 1111", "0300 123 4567", "open 2019-2020", "bed 4 on ward 12"],
)
def test_a_helpline_is_content(text: str) -> None:
    assert masked(post(text)) == []


def test_every_part_of_a_post_is_looked_at() -> None:
    secret = "NHS number 999 000 0018"
    item = edit(secret, secret, secret, parent=None)
    assert {span.where for span in IDENTIFIERS.spans(item)} == {"text", "added", "removed"}
    item = post("", title=secret, bio=secret)
    assert {span.where for span in IDENTIFIERS.spans(item)} == {"title", "bio"}


def test_masks_never_overlap() -> None:
    item = post("nhs 999 000 0018@example.test 07700 900123@example.test")
    spans = sorted(IDENTIFIERS.spans(item), key=lambda span: span.start)
    assert spans
    assert all(a.end <= b.start for a, b in pairwise(spans))
