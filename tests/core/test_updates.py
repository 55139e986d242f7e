"""What changed since the last digest: of one's own cases, of filters, of policies. Words without content."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from alerts.wording import covers_line
from monitor.store.filters import add_filter
from monitor.types import Filter, Lane, Recipient, State
from tests.core.office import DIRECTOR, DPO, JO, case, desk, open_case, settle
from tests.core.world import CALDICOTT, COMMS, LONDON, NUMBER, Feed, Kind, World, post

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def morning(world: World, at: datetime) -> None:
    """The day's digests are made and sent."""
    world.at = at
    world.desk().make_due()
    world.desk().send_due()
    world.at = at + timedelta(hours=1)


def told(world: World, whom: Recipient) -> list[str]:
    return [update.words for update in world.desk().editor.preview(whom).updates]


def office(world: World) -> None:
    """Two cases that everybody in question was told of."""
    world.recipients = (CALDICOTT, COMMS, DPO)
    open_case(world, "@one")
    open_case(world, "@two")
    morning(world, MONDAY)


def test_a_first_digest_has_nothing_to_compare_with(world: World) -> None:
    world.recipients = (CALDICOTT,)
    open_case(world, "@one")
    assert told(world, CALDICOTT) == []


def test_closed_reopened_and_merged_cases_are_told_to_those_they_are_owed_to(world: World) -> None:
    office(world)
    settle(desk(world), 1)
    desk(world).close(case(desk(world), 1), JO)
    assert told(world, CALDICOTT) == ["Case 1 was closed: no action."]
    assert told(world, COMMS) == [], "it was never theirs"
    desk(world).reopen(case(desk(world), 1), "looked again", JO)
    assert told(world, CALDICOTT) == ["Case 1 was opened again."]
    desk(world).merge(case(desk(world), 2), case(desk(world), 1), JO)
    assert "Case 2 was merged into case 1." in told(world, CALDICOTT)
    morning(world, MONDAY + DAY)
    assert told(world, CALDICOTT) == [], "said once"


def test_an_escalated_case_says_to_which_role_and_names_nobody(world: World) -> None:
    world.recipients = (COMMS, DIRECTOR)
    open_case(world, "@one", Lane.COMMS)
    morning(world, MONDAY)
    desk(world).escalate(case(desk(world), 1), JO, "please look, about Ada")
    (words,) = told(world, DIRECTOR)
    assert words == "Case 1 was escalated to comms director."
    assert "Ada" not in words
    assert "jo" not in words


def test_a_post_that_was_edited_or_deleted_behind_an_open_case_is_told(world: World) -> None:
    world.recipients = (CALDICOTT, COMMS)
    first = post(1, f"WVFT {NUMBER}", kind=Kind.POST)
    second = post(2, f"WVFT {NUMBER} again", kind=Kind.POST)
    world.poll(Feed([[first, second]]))
    morning(world, MONDAY)
    world.poll(Feed([[replace(first, text=f"WVFT {NUMBER} sorry")]]))
    assert told(world, CALDICOTT) == ["A post behind case 1 was edited since."]
    with world.store.transaction() as tx:
        keys = {key: State.DELETED for key in world.store.by_identity([first, second])}
        tx.purging(world.at.date()).lose("gazette", keys, world.at)
    assert told(world, CALDICOTT) == ["2 posts behind case 1 were deleted from the platform."]
    assert told(world, COMMS) == []
    morning(world, MONDAY + DAY)
    assert told(world, CALDICOTT) == []


def test_a_filter_is_told_once_when_its_last_week_begins(world: World) -> None:
    office(world)
    made = Filter(rule_id="NHS-001", made_by="jo", reason="seen", expires_on=(MONDAY + 9 * DAY).date())
    add_filter(world.store, made, world.at)
    days = []
    for n in range(1, 9):
        world.at = MONDAY + n * DAY
        if world.at.weekday() < 5:
            days.append((world.at, told(world, COMMS)))
            morning(world, world.at)
    said = [(at.day, words) for at, words in days if words]
    assert said == [(25, ["Filter 1 (NHS-001) ends on 02 Dec 2026."])]
    assert told(world, CALDICOTT) == []


def test_an_overdue_policy_is_told_to_the_communications_team_once_a_week(world: World) -> None:
    world.recipients = (COMMS, CALDICOTT)
    said = []
    for n in range(8):
        world.at = MONDAY + n * DAY
        editor = replace(world.desk().editor, overdue=("The review of CDD is overdue.",))
        said += [world.at.day] * len(editor.preview(COMMS).updates)
        assert editor.preview(CALDICOTT).updates == ()
        world.desk().make_due()
    assert said == [23, 30]


def test_a_leaver_whose_profile_still_names_us_is_told_once_a_week_by_reference(world: World) -> None:
    conduct = Recipient(address="reviewer@trust.test", role="conduct")
    world.recipients = (conduct, CALDICOTT)
    open_case(world, "@left", Lane.CONDUCT, "ex-employee")
    with world.store.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE case_file SET subject = 'staff:S-014'")
        tx.connection.exec_driver_sql(f"UPDATE delivery_item SET recipient = '{conduct.address}'")
    said = []
    for n in range(8):
        world.at = MONDAY + n * DAY
        said += [(world.at.day, words) for words in told(world, conduct)]
        assert told(world, CALDICOTT) == []
        world.desk().make_due()
    assert said == [
        (23, "S-014 has left, and a profile still names us."),
        (30, "S-014 has left, and a profile still names us."),
    ]


def test_changes_in_a_lane_that_is_not_told_to_somebody_stay_there(world: World) -> None:
    hr = Recipient(address="hr@trust.test", role="hr")
    world.recipients = (hr, CALDICOTT)
    open_case(world, "@one", Lane.CONFIDENTIAL)
    with world.store.transaction() as tx:
        tx.connection.exec_driver_sql(f"UPDATE delivery_item SET recipient = '{hr.address}'")
    morning(world, MONDAY)
    settle(desk(world), 1)
    desk(world).close(case(desk(world), 1), JO)
    assert told(world, hr) == []


def test_a_digest_after_a_weekend_says_which_time_it_covers(world: World) -> None:
    world.recipients = (COMMS,)
    morning(world, MONDAY - 3 * DAY)
    world.at = MONDAY
    briefing = world.desk().editor.preview(COMMS)
    assert covers_line(briefing) == "Covers Fri 20 Nov 08:00 to now."
    morning(world, MONDAY)
    world.at = MONDAY + DAY
    assert covers_line(world.desk().editor.preview(COMMS)) == ""
    assert briefing.time_zone == str(LONDON)


def test_since_looks_at_what_was_told_before_and_changes_nothing(world: World) -> None:
    office(world)
    before = world.desk().editor.preview(CALDICOTT)
    assert [item.is_new for item in before.items] == [False, False]
    again = world.desk().editor.preview(CALDICOTT, since=MONDAY - 5 * DAY)
    assert [item.is_new for item in again.items] == [True, True]
    assert world.desk().editor.preview(CALDICOTT) == before
