"""The time limits of a case, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clocks import Clocks, Timing
from tests.core.world import LONDON

FRIDAY = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)
CONFIRMED = FRIDAY + timedelta(hours=29)
BREACH = Timing(confirmed_at=CONFIRMED, first_seen_at=FRIDAY, posted_at=FRIDAY)
COMPLAINT = replace(BREACH, confirmed_at=None, is_complaint=True)


def words(timing: Timing, now: datetime) -> list[str]:
    return [clock.words for clock in Clocks(LONDON, now).running(timing)]


def test_the_72_hours_run_from_confirmed_and_the_first_detection_stands_beside_them() -> None:
    assert words(BREACH, CONFIRMED + timedelta(hours=2)) == [
        "72 hours to tell the ICO end Tue 24 Nov 14:12, 70 hours left; 31 hours since it was first detected"
    ]
    (late,) = words(BREACH, CONFIRMED + timedelta(hours=80))
    assert late.startswith("72 hours to tell the ICO ended Tue 24 Nov 14:12; 109 hours since")


def test_a_complaint_is_counted_from_the_day_of_the_post_as_day_1() -> None:
    seen = replace(COMPLAINT, first_seen_at=FRIDAY + timedelta(days=2))
    assert words(seen, FRIDAY + timedelta(days=2)) == [
        "30 days to acknowledge a complaint end Sat 19 Dec, 27 days left; posted 20 Nov, first seen 22 Nov"
    ]
    assert words(seen, datetime(2026, 12, 19, 23, 59, tzinfo=UTC))[0].count("0 days left") == 1
    assert "ended Sat 19 Dec" in words(seen, datetime(2026, 12, 20, 0, 1, tzinfo=UTC))[0]


def test_the_day_of_a_post_is_the_organisations_and_not_utc() -> None:
    midnight = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # 1 July in London
    (clock,) = Clocks(LONDON, midnight).running(replace(COMPLAINT, posted_at=midnight))
    assert clock.ends == datetime(2026, 7, 30, 23, 0, tzinfo=UTC)  # the end of 30 July there


@pytest.mark.parametrize(
    "timing",
    [
        replace(BREACH, confirmed_at=None),
        replace(BREACH, answered={"breach", "regulator"}),
        replace(COMPLAINT, answered={"complaint_acknowledged"}),
        replace(COMPLAINT, is_complaint=False),
    ],
)
def test_a_clock_that_was_answered_or_never_began_is_not_shown(timing: Timing) -> None:
    assert words(timing, CONFIRMED) == []


def test_of_two_clocks_the_nearest_comes_first() -> None:
    both = replace(BREACH, is_complaint=True)
    assert [clock.split()[0] for clock in words(both, CONFIRMED)] == ["72", "30"]
