"""What people type after --since."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.since import parse

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)  # a Saturday
AUTUMN = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)  # eleven hours after the clocks went back

UNDERSTOOD = [
    ("7d", "2026-11-14T09:30+00:00"),
    ("24h", "2026-11-20T09:30+00:00"),
    ("90m", "2026-11-21T08:00+00:00"),
    ("2w", "2026-11-07T09:30+00:00"),
    ("1h30m", "2026-11-21T08:00+00:00"),
    ("1d12h", "2026-11-19T21:30+00:00"),
    ("7 days", "2026-11-14T09:30+00:00"),
    ("7 days ago", "2026-11-14T09:30+00:00"),
    ("2 hours ago", "2026-11-21T07:30+00:00"),
    ("1 day and 2 hours ago", "2026-11-20T07:30+00:00"),
    ("an hour ago", "2026-11-21T08:30+00:00"),
    ("5 mins", "2026-11-21T09:25+00:00"),
    ("last week", "2026-11-14T09:30+00:00"),
    ("a week ago", "2026-11-14T09:30+00:00"),
    ("last month", "2026-10-21T09:30+01:00"),
    ("a month ago", "2026-10-21T09:30+01:00"),
    ("P7D", "2026-11-14T09:30+00:00"),
    ("PT24H", "2026-11-20T09:30+00:00"),
    ("P1W2DT3H4M", "2026-11-12T06:26+00:00"),
    ("P1M", "2026-10-21T09:30+01:00"),
    ("yesterday", "2026-11-20T00:00+00:00"),
    ("today", "2026-11-21T00:00+00:00"),
    ("now", "2026-11-21T09:30+00:00"),
    ("  NOW ", "2026-11-21T09:30+00:00"),
    ("monday", "2026-11-16T00:00+00:00"),
    ("Last  Monday", "2026-11-16T00:00+00:00"),
    ("saturday", "2026-11-14T00:00+00:00"),
    ("friday 5pm", "2026-11-20T17:00+00:00"),
    ("yesterday 17:30", "2026-11-20T17:30+00:00"),
    ("yesterday at 5.30pm", "2026-11-20T17:30+00:00"),
    ("8am yesterday", "2026-11-20T08:00+00:00"),
    ("8am on monday", "2026-11-16T08:00+00:00"),
    ("12am today", "2026-11-21T00:00+00:00"),
    ("12pm yesterday", "2026-11-20T12:00+00:00"),
    ("2026-11-01", "2026-11-01T00:00+00:00"),
    ("2026-11-01T08:00", "2026-11-01T08:00+00:00"),
    ("2026-11-01T08:00:00Z", "2026-11-01T08:00+00:00"),
    ("2026-11-01T08:00+01:00", "2026-11-01T07:00+00:00"),
    ("2026-10-24 12:00", "2026-10-24T12:00+01:00"),
    ("2026-10-25 01:30", "2026-10-25T01:30+01:00"),
    ("01/11/2026", "2026-11-01T00:00+00:00"),
    ("1/11/26", "2026-11-01T00:00+00:00"),
    ("03/04/2026", "2026-04-03T00:00+01:00"),
    ("1 Nov 2026", "2026-11-01T00:00+00:00"),
    ("1 November", "2026-11-01T00:00+00:00"),
    ("1 Nov", "2026-11-01T00:00+00:00"),
    ("Nov 1 2026", "2026-11-01T00:00+00:00"),
    ("November 1, 2026", "2026-11-01T00:00+00:00"),
    ("1 sept 2026", "2026-09-01T00:00+01:00"),
    ("31/10", "2026-10-31T00:00+00:00"),
    ("21/11", "2026-11-21T00:00+00:00"),
    ("1 Dec", "2025-12-01T00:00+00:00"),
    ("29 Feb", "2024-02-29T00:00+00:00"),
    ("29/02", "2024-02-29T00:00+00:00"),
    ("1793520000", "2026-11-01T08:00+00:00"),
    ("0000000000", "1970-01-01T00:00+00:00"),
]

REFUSED = [
    "and", "ad",
    "7x", "", " ", "banana", "31/02/2026", "31/02", "-3d", "2026-13-01", "13/13/2026", "5", "june",
    "1 day 3 bananas", "13pm yesterday", "0am today", "yesterday 25:00", "yesterday 5", "٣d", "１d",
    "99999999d", "999999999999999999999h", "P", "PT", "P1DT", "1d ago ago", "2026-11-01T25:00",
    "+1d", "1.5d", "yesterday yesterday", "7d\x00", "last tuesdayish", "1 mo", "12345678901",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), UNDERSTOOD)
def test_a_time_is_read_as_people_in_britain_mean_it(text: str, expected: str) -> None:
    found = parse(text, NOW, LONDON)
    assert found == datetime.fromisoformat(expected)
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_time_is_refused_with_forms_that_work(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time\. Try 7d, 24h, yesterday, monday, 2026-11-01 or"):
        parse(text, NOW, LONDON)


@pytest.mark.parametrize("text", ["2030-01-01", "2026-11-21T09:31", "today 10:00", "1 Jan 2027"])
def test_the_future_is_refused_as_such(text: str) -> None:
    with pytest.raises(ValueError, match="is in the future"):
        parse(text, NOW, LONDON)


def test_tomorrow_is_no_answer_to_since() -> None:
    with pytest.raises(ValueError, match="'tomorrow' is not a time"):
        parse("tomorrow", NOW, LONDON)


def test_hours_are_real_and_days_keep_the_wall_clock_across_a_clock_change() -> None:
    assert parse("24h", AUTUMN, LONDON) == datetime.fromisoformat("2026-10-24T13:00+01:00")
    assert parse("1d", AUTUMN, LONDON) == datetime.fromisoformat("2026-10-24T12:00+01:00")


def test_half_an_hour_is_half_an_hour_also_in_the_hour_that_comes_twice() -> None:
    second_half_past_one = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert parse("30m", second_half_past_one, LONDON) == second_half_past_one - timedelta(minutes=30)
    assert parse("now", second_half_past_one, LONDON) == second_half_past_one


def test_a_month_before_the_thirty_first_ends_with_the_shorter_month() -> None:
    march = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
    assert parse("last month", march, LONDON) == datetime(2026, 2, 28, 13, 0, tzinfo=UTC)


@given(st.dates(min_value=date(1990, 1, 1), max_value=NOW.date()))
def test_every_past_date_survives_being_written_in_each_form(day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=LONDON)
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d %b %Y", "%d %B %Y", "%b %d %Y"):
        assert parse(day.strftime(form), NOW, LONDON) == midnight


@given(
    st.text(max_size=40) | st.from_regex(r"[0-9a-zA-Z :/+-]{1,20}", fullmatch=True),
    st.timedeltas(min_value=timedelta(days=-2000), max_value=timedelta(days=4000)),
)
def test_any_text_gives_a_past_instant_or_a_value_error(text: str, later: timedelta) -> None:
    try:
        found = parse(text, NOW + later, LONDON)
    except ValueError as error:
        found = NOW + later
        complaint = str(error)
    else:
        complaint = ""
    assert found <= NOW + later
    assert not complaint or complaint.endswith(("01/11/2026", "is in the future"))
