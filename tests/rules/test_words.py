"""Word lists: how a pattern calls one, and that none lies idle."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from rules.text.patterns import PatternRefused, found
from rules.text.words import words, written_out

CALLED = re.compile(r"\(\?&(\w+\.\w+)\)")
OF_CONDUCT = ("accusation", "conduct", "drink", "exempt", "violence")


def test_a_pattern_may_call_a_list_and_say_more() -> None:
    pattern = written_out("(?&drink.at_work), you know")
    assert found(pattern, "before my shift, you know")
    assert not found(pattern, "before breakfast, you know")


def test_a_list_may_call_a_list_of_another_file() -> None:
    assert found(written_out("(?&accusation.grave)"), "our boss is an absolute crook")


@pytest.mark.parametrize("name", ["nowhere.at_work", "drink.nothing"])
def test_a_list_that_is_not_there_is_refused_by_name(name: str) -> None:
    with pytest.raises(PatternRefused, match=f"there is no word list {name}"):
        written_out(f"(?&{name})")


@pytest.mark.parametrize("file", OF_CONDUCT)
def test_every_list_of_the_conduct_rules_is_called(file: str) -> None:
    folder = files("rules")
    texts = [entry.read_text("utf-8") for entry in (folder / "packs").iterdir()]
    texts += [(folder / "catalogue" / "words" / f"{name}.yaml").read_text("utf-8") for name in OF_CONDUCT]
    called = {name for text in texts for name in CALLED.findall(text)}
    by_the_detector = {"exempt.industrial", "exempt.concern", "conduct.employer"}
    assert {f"{file}.{key}" for key in words(file)} <= called | by_the_detector
