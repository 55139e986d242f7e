"""The gates of speech: why words may not be the author's own."""

from __future__ import annotations

import pytest

from rules.text.speech import Gate, Speech

_CASES = [
    ("they are scum", None),
    ("i think they are scum", None),
    ("i'm not racist but they are scum", None),
    ("no doubt they are scum", None),
    ("why don't people see that they are scum", None),
    ("i can't stand it, they are scum", None),
    ("they are not scum", Gate.DENIED),
    ("nobody here is scum", Gate.DENIED),
    ("i don't mind them but they are scum", None),
    ('he wrote "they are scum" on the wall', Gate.QUOTED),
    ("he wrote 'they are scum' on the wall", Gate.QUOTED),
    ("the visitor said they are scum", Gate.REPORTED),
    ("some think they are scum", Gate.REPORTED),
    ("i'm such scum", Gate.SELF),
    ("we are scum and proud", Gate.RECLAIMED),
    ("as a gay man i know they are scum", Gate.RECLAIMED),
    ("how dare you, they are scum indeed", Gate.COUNTERED),
    ("that racism again, they are scum", Gate.COUNTERED),
    ("the character says so: they are scum in that film", Gate.REPORTED),
    ("in that film they are scum", Gate.FICTION),
    ("racism is rife. they are scum", None),
]


@pytest.mark.parametrize(("text", "gate"), _CASES, ids=[text for text, _ in _CASES])
def test_a_gate_says_why_words_are_not_meant(text: str, gate: Gate | None) -> None:
    assert Speech(text).gate(text.index("scum")) is gate


def test_a_gate_reaches_to_the_end_that_it_is_given() -> None:
    text = "scum " + "and more " * 40 + "is a hateful thing to read"
    assert Speech(text).gate(0) is None
    assert Speech(text).gate(0, len(text)) is Gate.COUNTERED
