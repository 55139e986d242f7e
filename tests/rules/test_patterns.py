"""Patterns and detectors: linear in whatever comes in, and the prefilter loses nothing."""

from __future__ import annotations

import random
import time

import pytest

from rules import detectors
from rules.matching import hits_of
from rules.schema import Match, Window
from rules.text.fold import fold
from rules.text.patterns import PatternSet, found


def test_the_set_finds_what_each_pattern_finds_alone() -> None:
    rng = random.Random(3)
    words = ["bed", "ward", "lazy", "nurse", "car", "park", "é", "12", "on", "the"]
    patterns = [rf"\b{a}\b.{{0,{n}}}\b{b}\b" for a in words for b in words for n in (3, 9)]
    scan = PatternSet(patterns)
    for _ in range(200):
        text = fold(" ".join(rng.choices(words, k=12))).text
        alone = [number for number, pattern in enumerate(patterns) if found(pattern, text)]
        assert sorted(scan.match(text)) == alone


def test_an_empty_set_matches_nothing() -> None:
    assert not PatternSet([]).match("anything")


def test_a_window_is_counted_in_words() -> None:
    match = Match.model_validate({"any": ["bed"]})
    exception = Window(pattern="broken", words=2)
    assert hits_of(match, [exception], "bed is broken") == []
    assert hits_of(match, [exception], "broken old bed") == []
    assert hits_of(match, [exception], "bed is so very broken") == [(0, 3)]


@pytest.mark.parametrize("name", detectors.DETECTORS)
def test_every_detector_in_the_table_loads_under_its_name(name: str) -> None:
    assert detectors.load(name).name == name


@pytest.mark.parametrize(
    "text",
    [
        "1 " * 100_000,
        "999 000 0018 " * 5_000,
        "a@" * 50_000,
        "#" * 100_000,
        "(0" * 50_000,
        '"' * 100_000,
        "\u00a0" * 50_000,
        "lazy nurse " * 20_000,
        "lazy nurse. " * 20_000,
        "staff in confidence training " * 10_000,
        "https://wvft.test/ 999 000 0018 " * 10_000,
        "Mr Smith in bay 3 " * 10_000,
        "dob 12/03/1951 " * 10_000,
        "patient WV123456 ZZ99 4DE AB123456C " * 5_000,
    ],
    ids=[
        *("digits", "numbers", "addresses", "tags", "brackets", "quotes", "spaces"),
        *("insults", "insulting sentences", "markings", "links", "names", "births", "codes"),
    ],
)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    from monitor.config import PolicySettings, RuleSettings
    from rules import pack
    from rules.examples import ORGANISATION
    from rules.identifiers import PersonIdentifiers
    from rules.references import OrganisationReferences
    from tests.rules.posts import staff

    rules = pack.load(ORGANISATION, PolicySettings(), RuleSettings())
    item = staff(text)
    began = time.process_time()
    rules.evaluate(item)
    PersonIdentifiers(ORGANISATION).spans(item)
    OrganisationReferences(ORGANISATION).find(item)
    assert time.process_time() - began < 5
