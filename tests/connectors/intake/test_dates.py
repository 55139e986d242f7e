"""Whether the day or the month comes first, and every form in which programs write a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.intake.dates import Order, match, moment, parse

LONDON = ZoneInfo("Europe/London")
DAYS = st.dates(date(2015, 1, 1), date(2026, 11, 1))


def order_of(*written: str) -> Order:
    order = Order()
    for each in written:
        found = match(each)
        assert found, each
        order.see(found)
    return order


@pytest.mark.parametrize(
    ("written", "months_lead"),
    [
        (("09/05/2026", "13/05/2026"), False),
        (("05/09/2026", "05/13/2026"), True),
        (("09/05/2026",), False),
        (("1/1/26", "1/2/26", "1/3/26", "2/1/26", "2/2/26"), True),
        (("1/1/26", "2/1/26", "3/1/26", "1/2/26", "2/2/26"), False),
        (("2/2/26", "2/1/26", "1/3/26", "1/2/26", "1/1/26"), True),
        (("2026-05-09", "2026-05-10"), False),
    ],
    ids=("a day above 12", "a month above 12", "nothing", "forwards", "days forwards", "backwards", "years"),
)
def test_the_whole_file_decides_which_comes_first(written: tuple[str, ...], months_lead: bool) -> None:
    assert order_of(*written).months_lead is months_lead


@given(st.lists(DAYS, min_size=40, max_size=60), st.booleans())
def test_a_file_that_runs_in_time_is_read_as_it_was_written(days: list[date], months_lead: bool) -> None:
    shape = "%m/%d/%y" if months_lead else "%d/%m/%y"
    written = [day.strftime(shape) for day in sorted(days)]
    order = order_of(*written)
    read = [moment(found, order, ZoneInfo("UTC")) for each in written if (found := match(each))]
    assert [at and at.date() for at in read] == sorted(days)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("09/05/2026 16:00", "2026-05-09T15:00"),
        ("9.5.26, 4:00 pm", "2026-05-09T15:00"),
        ("9-5-2026 12:30 a.m.", "2026-05-08T23:30"),
        ("2026-05-09 16:00:30", "2026-05-09T15:00:30"),
        ("2026/1/9", "2026-01-09T00:00"),
        ("2026-01-09", "2026-01-09T00:00"),
        ("2026-05-09T16:00:00Z", "2026-05-09T16:00"),
        ("2026-05-09T16:00:00+02:00", "2026-05-09T14:00"),
        ("Sat, 09 May 2026 16:00:00 +0000", "2026-05-09T16:00"),
        ("9 May 2026 16:00:00", "2026-05-09T15:00"),
        ("1778342400", "2026-05-09T16:00"),
        ("1778342400000", "2026-05-09T16:00"),
    ],
)
def test_a_moment_is_read_in_the_zone_of_the_organisation(
    now: Callable[[], datetime], written: str, said: str
) -> None:
    assert parse(written, Order(), LONDON, now()) == datetime.fromisoformat(said).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["", "the other day", "31/02/2026", "09/05/2099", "09/05/1826", "9" * 5000, "1/2/3", "99:99"]
)
def test_what_is_no_moment_is_none(now: Callable[[], datetime], written: str) -> None:
    assert parse(written, Order(), LONDON, now()) is None
