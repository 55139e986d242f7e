"""What is found in labelled edits, kind by kind: nine of ten found are right, nine of ten there are found."""

from __future__ import annotations

import pytest

from rules.edits import EffectKind
from tests.rules.edits.pairs import DEVELOPMENT, LABELLED
from tests.rules.edits.score import Judged, by_kind, disagreements, judged

ENOUGH = 0.9


def concerning(kind: EffectKind) -> list[Judged]:
    return [one for one in judged(DEVELOPMENT) if kind in one.missed | one.wrong]


@pytest.mark.parametrize("kind", sorted(LABELLED))
def test_nine_in_ten_edits_of_a_kind_are_found_and_nine_in_ten_found_are_of_it(kind: EffectKind) -> None:
    score = by_kind(judged(DEVELOPMENT))[kind]
    listed = "\n".join(disagreements(concerning(kind)))
    assert (score.recall.value or 0) >= ENOUGH, f"recall of {kind}: {score}\n{listed}"
    assert (score.precision.value or 0) >= ENOUGH, f"precision of {kind}: {score}\n{listed}"


def test_no_kind_is_found_that_no_edit_of_a_text_can_have() -> None:
    found = {kind for one in judged(DEVELOPMENT) for kind in one.found}
    assert found - LABELLED == set()


def test_nine_in_ten_harmless_edits_raise_nothing() -> None:
    harmless = [one for one in judged(DEVELOPMENT) if not one.pair.expect]
    alarms = [one for one in harmless if one.found]
    assert len(alarms) <= len(harmless) * (1 - ENOUGH), "\n".join(disagreements(alarms))
