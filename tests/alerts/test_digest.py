"""The order of a digest, its caps, and what its subject and first line say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.digest import DECISIONS, ITEMS, MENTIONS, compose
from alerts.wording import source_line
from monitor.types import Digest, Lane, Severity, SourceState
from tests.alerts import factory
from tests.alerts.factory import LAST_NIGHT, briefing, coverage, item, lookalike, mention, remark, wiki_edit


def shown(digest: Digest) -> list[int]:
    blocks = [one.number for block in digest.new for one in block.items]
    return [i.number for i in digest.decide] + blocks + [i.number for i in digest.still_open]


def left_out(digest: Digest) -> int:
    return digest.still_open_more + sum(block.more for block in digest.new)


def test_what_needs_a_decision_comes_first_by_severity_and_then_age() -> None:
    older = lookalike(9, opened_at=LAST_NIGHT - timedelta(days=2), is_new=False)
    digest = compose(briefing(items=(remark(), lookalike(8), older, item(7))))
    assert [one.number for one in digest.decide] == [7, 9, 8]


def test_patients_come_before_the_brand_at_the_same_severity() -> None:
    brand = lookalike(1, opened_at=LAST_NIGHT - timedelta(days=1))
    digest = compose(briefing(items=(brand, item(2, severity=Severity.HIGH))))
    assert [one.number for one in digest.decide] == [2, 1]


def test_the_sixth_urgent_case_is_listed_below_the_five() -> None:
    digest = compose(briefing(items=tuple(item(n) for n in range(1, 8))))
    assert [one.number for one in digest.decide] == [1, 2, 3, 4, 5]
    assert shown(digest) == [1, 2, 3, 4, 5, 6, 7]


def test_new_cases_are_grouped_by_lane_and_old_ones_sorted_by_age() -> None:
    digest = compose(factory.busy())
    assert [(b.lane, b.heading, [i.number for i in b.items]) for b in digest.new] == [
        (Lane.CONDUCT, "Staff accounts", [216]),
        (Lane.COMMS, "Wikipedia", [217, 218]),
    ]
    assert [one.number for one in digest.still_open] == [187, 199]


def test_twenty_five_cases_are_shown_and_the_rest_counted() -> None:
    many = tuple(wiki_edit(n, is_new=n % 2 == 0) for n in range(100)) + tuple(
        item(n) for n in range(100, 110)
    )
    digest = compose(briefing(items=many))
    assert len(shown(digest)) == ITEMS
    assert left_out(digest) == len(many) - ITEMS


def test_a_lane_that_the_cap_leaves_empty_still_says_how_many_wait() -> None:
    crowd = tuple(wiki_edit(n) for n in range(40))
    digest = compose(briefing(items=(*crowd, remark(99, severity=Severity.LOW))))
    [conduct] = [block for block in digest.new if block.lane is Lane.CONDUCT]
    assert (conduct.items, conduct.more) == ((), 1)


def test_among_equals_the_cap_shows_what_was_never_mailed() -> None:
    old = tuple(wiki_edit(n, is_new=False, opened_at=LAST_NIGHT - timedelta(days=9)) for n in range(30))
    digest = compose(briefing(items=(*old, wiki_edit(99))))
    assert 99 in shown(digest)


def test_mentions_are_capped_and_the_rest_counted() -> None:
    digest = compose(briefing(mentions=tuple(mention(n) for n in range(60)), mentions_total=213))
    assert len(digest.briefing.mentions) == MENTIONS
    assert digest.mentions_more == 213 - MENTIONS
    assert "213 mentions" in digest.subject


def test_the_protected_lane_is_in_no_digest_whatever_the_caller_passes() -> None:
    sealed = item(1, lane=Lane.PROTECTED)
    digest = compose(briefing(items=(sealed,)))
    assert digest == compose(briefing())
    assert sealed not in digest.briefing.items


cases = st.builds(
    item,
    st.integers(1, 10_000),
    lane=st.sampled_from(Lane),
    severity=st.sampled_from(Severity),
    is_new=st.booleans(),
)


@given(st.lists(cases, max_size=80, unique_by=lambda case: case.number))
def test_every_case_is_shown_once_or_counted_once(items: list) -> None:
    digest = compose(briefing(items=tuple(items)))
    visible = [one for one in items if one.lane is not Lane.PROTECTED]
    numbers = shown(digest)
    assert len(numbers) == len(set(numbers)) == min(len(visible), len(numbers))
    assert len(numbers) + left_out(digest) == len(visible)
    assert len(digest.decide) <= DECISIONS
    assert len(numbers) <= ITEMS


def test_the_subject_holds_counts_and_a_date() -> None:
    brief = replace(factory.busy(), items=(item(), remark(), *(wiki_edit(n) for n in range(3))))
    assert compose(brief).subject == (
        "[WVFT monitor] 1 to decide today, 4 to review, 11 mentions, 1 source not read, 20 Nov 2026"
    )


def test_a_quiet_day_says_nothing_new() -> None:
    digest = compose(briefing())
    assert digest.subject == "[WVFT monitor] Nothing new, 20 Nov 2026"
    assert digest.first_line == "Nothing needs you."


def test_a_quiet_day_with_old_cases_counts_them() -> None:
    digest = compose(briefing(items=(wiki_edit(is_new=False),)))
    assert digest.subject == "[WVFT monitor] Nothing new, 1 still open, 20 Nov 2026"
    assert digest.first_line == "Nothing needs a decision today; one still open."


def test_a_quiet_day_on_which_a_source_failed_says_so() -> None:
    digest = compose(briefing(coverage=(coverage(), factory.EXPIRED)))
    assert digest.subject == "[WVFT monitor] Nothing new, 1 source not read, 20 Nov 2026"
    assert digest.first_line == "Nothing needs you in what could be read."
    assert digest.not_read == (factory.EXPIRED,)


def test_an_alarm_comes_before_a_first_strike_and_reads_differently() -> None:
    since = factory.MADE_AT - timedelta(minutes=20)
    once = coverage("Wearside Echo", SourceState.DEGRADED, strikes=1, since=since)
    digest = compose(briefing(coverage=(once, factory.EXPIRED)))
    assert [source.source for source in digest.not_read] == ["Bluesky search", "Wearside Echo"]
    alarm, strike = (source_line(source, digest.briefing) for source in digest.not_read)
    assert alarm.startswith("needs a new sign-in since Thu 19 Nov 08:10")
    assert strike == "failed once at 07:10, will be tried again (last read: 07:20, newest item 06:41)"
    assert "failed twice since 07:10" in source_line(replace(once, strikes=2), digest.briefing)


@pytest.mark.parametrize("state", [state for state in SourceState if not state.answered])
def test_no_answer_at_all_is_never_nothing_found(state: SourceState) -> None:
    digest = compose(briefing(coverage=(coverage(state=state),)))
    assert digest.first_line == "Nothing could be checked: no source answered."


def test_no_source_at_all_is_never_nothing_found() -> None:
    assert compose(briefing(coverage=())).first_line == "Nothing was checked: no source is set up."


def test_one_decision_and_nothing_else_is_one_sentence() -> None:
    line = compose(briefing(items=(item(),))).first_line
    assert line == "One thing needs a decision today; nothing else changed."


def test_a_lost_mail_is_the_first_thing_said() -> None:
    lost = "The digest of 19 November did not reach wvft.nhs.test."
    digest = compose(briefing(failed_deliveries=(lost, "Another one.", "And one more.")))
    assert digest.first_line == f"{lost} Two more earlier mails failed too. Nothing needs you."


def test_ten_thousand_open_cases_are_put_in_order_at_once() -> None:
    many = tuple(
        wiki_edit(n, is_new=False, opened_at=LAST_NIGHT - timedelta(minutes=n)) for n in range(10_000)
    )
    digest = compose(briefing(items=many))
    assert digest.still_open_more == 10_000 - ITEMS
    assert digest.still_open[0].number == 9_999
