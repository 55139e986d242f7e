"""Scoring: shares with known intervals, and no perfect score for nothing."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.scoring import Score, Share, false_alarms, macro_f1, scores, wilson

YES, NO, BOTH = frozenset({"yes"}), frozenset({"no"}), frozenset({"yes", "no"})
NOTHING: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        (8, 10, 0.490, 0.943),
        (0, 10, 0.000, 0.278),
        (10, 10, 0.722, 1.000),
        (81, 263, 0.255, 0.366),  # R. G. Newcombe, Statistics in Medicine 17 (1998), table I
        (15, 148, 0.062, 0.160),
        (0, 20, 0.000, 0.161),
        (1, 29, 0.006, 0.172),
    ],
)
def test_a_share_has_the_published_interval(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


@given(st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_an_interval_holds_its_share_and_stays_between_nothing_and_all(pair: tuple[int, int]) -> None:
    hits, of = pair
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of + 1e-12
    assert hits / of - 1e-12 <= high <= 1


def test_a_share_of_nothing_is_unknown() -> None:
    assert Share(0, 0).value is None
    assert Share(0, 0).interval is None
    assert Score(0, 0, 0).f1 is None
    assert macro_f1(Counter()) is None


def test_precision_recall_and_f1_are_counted_by_label() -> None:
    found = scores(Counter({(YES, YES): 6, (YES, NO): 2, (NO, YES): 3, (NO, NO): 9}))
    yes = found["yes"]
    assert (yes.precision.hits, yes.precision.of) == (6, 9)
    assert (yes.recall.hits, yes.recall.of) == (6, 8)
    assert yes.f1 == pytest.approx(12 / 17)
    assert found["no"].recall.value == pytest.approx(9 / 12)


def test_a_case_may_bear_several_labels_or_none() -> None:
    found = scores(Counter({(BOTH, YES): 1, (NOTHING, NO): 1}))
    assert found["yes"] == Score(expected=1, found=1, both=1)
    assert found["no"] == Score(expected=1, found=1, both=0)


def test_macro_f1_counts_each_label_alike_and_a_label_never_found_as_nothing() -> None:
    always_yes = Counter({(YES, YES): 690, (NO, YES): 310})
    mean = macro_f1(always_yes)
    assert mean is not None
    assert mean.value == pytest.approx((2 * 690 / 1690 + 0) / 2)
    alone = macro_f1(always_yes, leaving_out={"no"})
    assert alone is not None
    assert alone.value == pytest.approx(2 * 690 / 1690)


def test_the_interval_of_macro_f1_is_the_same_again_and_narrows_with_more_cases() -> None:
    few = Counter({(YES, YES): 8, (YES, NO): 2, (NO, NO): 9, (NO, YES): 1})
    many = Counter({outcome: 100 * number for outcome, number in few.items()})
    one, again, more = macro_f1(few), macro_f1(Counter(dict(reversed(few.items())))), macro_f1(many)
    assert one is not None
    assert more is not None
    assert one == again
    assert one.low < one.value < one.high
    assert one.low < more.low < more.value < more.high < one.high


def test_false_alarms_are_a_share_of_the_cases_without_the_label() -> None:
    outcomes = Counter({(YES, YES): 5, (NO, YES): 1, (NO, NO): 3})
    assert false_alarms(outcomes, "yes") == Share(1, 4)
