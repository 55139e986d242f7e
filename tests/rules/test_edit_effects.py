"""What is found in labelled edits, kind by kind: nine of ten found are right, nine of ten there are found.

The fresh pairs are not among them: they are counted by `python -m tests.rules.edits.score`, so that nothing
is fitted to them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.edits import EffectKind
from tests.rules.edits.pairs import DEVELOPMENT, LABELLED, UNSEEN
from tests.rules.edits.score import Judged, by_kind, disagreements, judged

ENOUGH = 0.9
FILES = (DEVELOPMENT, UNSEEN)
EACH = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


def concerning(path: Path, kind: EffectKind) -> list[Judged]:
    return [one for one in judged(path) if kind in one.missed | one.wrong]


@EACH
@pytest.mark.parametrize("kind", sorted(LABELLED))
def test_nine_in_ten_edits_of_a_kind_are_found_and_nine_in_ten_found_are_of_it(
    path: Path, kind: EffectKind
) -> None:
    score = by_kind(judged(path))[kind]
    listed = "\n".join(disagreements(concerning(path, kind)))
    assert (score.recall.value or 0) >= ENOUGH, f"recall of {kind}: {score}\n{listed}"
    assert (score.precision.value or 0) >= ENOUGH, f"precision of {kind}: {score}\n{listed}"


@EACH
def test_no_kind_is_found_that_no_edit_of_a_text_can_have(path: Path) -> None:
    found = {kind for one in judged(path) for kind in one.found}
    assert found - LABELLED == set()


@EACH
def test_nine_in_ten_harmless_edits_raise_nothing(path: Path) -> None:
    harmless = [one for one in judged(path) if not one.pair.expect]
    alarms = [one for one in harmless if one.found]
    assert len(alarms) <= len(harmless) * (1 - ENOUGH), "\n".join(disagreements(alarms))
