"""One digest a local date, whatever the clocks do: both changes of the year, and jumps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.config import DigestSettings
from monitor.errors import DeliveryError
from tests.core.test_delivery import deliveries, found
from tests.core.world import COMMS, World

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MORNING = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # a Wednesday, after the day's digest


def windows(world: World) -> list[str]:
    """The windows of the daily digests of the communications team, in the order in which they were made."""
    return [window for role, window, _ in deliveries(world) if role == "comms"]


def hourly(world: World, first: datetime, hours: int) -> None:
    for hour in range(hours):
        world.at = first + hour * HOUR
        world.desk().make_due()


@pytest.fixture
def clock(world: World) -> World:
    """The communications team alone, with a digest on every day."""
    world.recipients = (COMMS,)
    world.settings = DigestSettings(days="mon-sun")
    return world


@pytest.mark.parametrize(
    "change",
    ["2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31"],
)
def test_each_hour_over_a_change_of_the_clocks_makes_one_digest_a_day(clock: World, change: str) -> None:
    first = datetime.fromisoformat(change).replace(tzinfo=UTC) - DAY
    hourly(clock, first, 72)
    assert windows(clock) == [f"{first + n * DAY:%Y-%m-%d}" for n in range(3)]


@pytest.mark.parametrize("back", [HOUR, 25 * HOUR])
def test_a_clock_that_is_set_back_repeats_no_digest_and_skips_none(clock: World, back: timedelta) -> None:
    hourly(clock, MORNING - DAY, 25)
    assert windows(clock) == ["2026-11-24", "2026-11-25"]
    hourly(clock, MORNING - back, 30)
    hourly(clock, MORNING + DAY, 1)
    assert windows(clock) == ["2026-11-24", "2026-11-25", "2026-11-26"]


def test_a_clock_that_is_set_back_over_a_day_without_a_digest_makes_none_for_it(clock: World) -> None:
    hourly(clock, MORNING, 1)
    hourly(clock, MORNING - 25 * HOUR, 24)
    hourly(clock, MORNING, 25)
    assert windows(clock) == ["2026-11-25", "2026-11-26"]


def test_a_clock_that_is_set_forward_an_hour_makes_the_day_once(clock: World) -> None:
    early = MORNING - timedelta(hours=2, minutes=15)  # 06:45
    hourly(clock, early, 1)
    assert windows(clock) == []
    hourly(clock, early + HOUR, 1)
    hourly(clock, early, 26)
    assert windows(clock) == ["2026-11-25", "2026-11-26"]


def test_a_clock_that_was_weeks_ahead_skips_no_day_and_the_digest_says_so(clock: World) -> None:
    hourly(clock, MORNING, 1)
    ahead = MORNING + 40 * DAY
    hourly(clock, ahead, 2)
    found(clock)
    hourly(clock, MORNING + HOUR, 12)
    assert windows(clock) == ["2026-11-25", "2027-01-04"], "today's was made before the clock jumped"
    clock.at = MORNING + DAY
    briefing = clock.desk().editor.preview(COMMS)
    assert briefing.since == MORNING, "not a moment that has not come"
    assert "The computer's clock was ahead: an earlier digest bears the date 04 Jan 2027." in [
        update.words for update in briefing.updates
    ]
    for day in range(1, 42):
        hourly(clock, MORNING + day * DAY, 1)
    expected = [f"{MORNING + n * DAY:%Y-%m-%d}" for n in range(1, 42)]
    expected[39] = "2027-01-04.2"
    assert windows(clock)[2:] == expected
    assert clock.desk().editor.preview(COMMS).updates == (), "said once"


def test_what_was_refused_after_the_clock_came_back_is_told(clock: World) -> None:
    hourly(clock, MORNING + 40 * DAY, 1)
    clock.desk().send_due()
    clock.at = MORNING
    clock.box.refuse[COMMS.address] = DeliveryError("550 no such user", permanent=True)
    clock.desk().make_due()
    clock.desk().send_due()
    clock.at = MORNING + DAY
    assert any("550" in line for line in clock.desk().editor.preview(COMMS).failed_deliveries)


def test_a_mail_that_waits_since_the_clock_was_ahead_is_sent_once_it_is_right(clock: World) -> None:
    clock.at = MORNING + 40 * DAY
    clock.box.refuse[COMMS.address] = DeliveryError("no route to host", permanent=False)
    clock.desk().make_due()
    assert clock.desk().send_due() == (0, 1)
    clock.at = MORNING
    assert clock.desk().send_due() == (0, 1), "tried again at once, and only once"
    clock.box.refuse.clear()
    clock.at = MORNING + HOUR
    assert clock.desk().send_due() == (1, 0)


def test_a_window_that_two_processes_make_is_made_once(clock: World) -> None:
    clock.at = MORNING
    first, second = clock.desk(), clock.desk()
    assert (first.make_due(), second.make_due()) == (1, 0)
    name = second.ledger.free_window(COMMS.address, "digest", "2026-11-25", MORNING)
    assert name is None
