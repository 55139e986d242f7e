"""The parts of the daily digest, the short mails, the week's roll-up and the month's figures."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from alerts.digest import ITEMS, by_part, compose, everything_shown
from alerts.rendering import render
from monitor.types import Briefing, Message, Recipient, Severity
from tests.alerts import factory, reading
from tests.alerts.factory import LAST_NIGHT, briefing, item, lookalike, mention, remark, wiki_edit


def mail(brief: Briefing, **more: object) -> Message:
    return render(compose(brief), message_id="<a@wvft.nhs.test>", list_id="comms", **more)  # type: ignore[arg-type]


def flat(brief: Briefing, **more: object) -> str:
    return " ".join(mail(brief, **more).text.split())


def in_order(text: str, *parts: str) -> bool:
    places = [text.index(part) for part in parts]
    return places == sorted(places)


def test_the_blocks_stand_in_the_order_in_which_they_are_needed() -> None:
    text = mail(factory.busy()).text
    assert text.startswith(compose(factory.busy()).first_line)
    assert in_order(
        text, "NOT READ", "DECIDE TODAY", "DUE", "STILL OPEN", "NEW: STAFF ACCOUNTS", "NEW: WIKIPEDIA",
        "MENTIONS WITHOUT A FINDING", "CHANGED SINCE THE LAST DIGEST", "NUMBERS", "You get this",
    )  # fmt: skip


def test_the_communications_lane_is_shown_in_parts() -> None:
    low = Severity.LOW
    items = (
        lookalike(1, severity=low), wiki_edit(2), item(3, severity=low), remark(4),
        lookalike(5, category="grievance", severity=low), wiki_edit(6, category="", page="WVFT"),
    )  # fmt: skip
    digest = compose(briefing(items=items))
    assert [(block.heading, [each.number for each in block.items]) for block in digest.new] == [
        ("Personal and confidential", [3]),
        ("Staff accounts", [4]),
        ("Lookalikes and logo", [1]),
        ("Wikipedia", [2, 6]),
        ("Public mentions to answer", [5]),
    ]


def test_a_week_beside_the_one_before_is_told_in_numbers() -> None:
    text = flat(factory.busy())
    assert "213 mentions in 7 days, 190 the week before, usual 180 to 240" in text
    assert "4 possible patient identifiers in 7 days, 0 the week before" in text
    assert "NHS-001 Possible NHS number 4 1 1 of 3 (33 %)" in text
    assert "WIKI-003 Criticism removed from a page 2 2 none decided" in text


def test_what_changed_is_told_with_its_case_and_capped() -> None:
    assert "Thu 19 Nov 15:42: Case 188 was closed: taken down by the platform." in flat(factory.busy())
    many = factory.UPDATES * 10
    assert "and 18 more: monitor audit list" in flat(briefing(updates=many))


@pytest.mark.parametrize(
    ("who", "said"), [("B. Guardian", "acknowledged by B. Guardian"), (None, "not acknowledged")]
)
def test_an_item_says_whether_an_urgent_message_was_answered(who: str | None, said: str) -> None:
    told = item(told_at=LAST_NIGHT, acknowledged_by=who)
    assert f"Told by urgent message at Thu 19 Nov 19:42, {said}" in flat(briefing(items=(told,)))


def test_what_is_still_open_names_the_next_step() -> None:
    old = wiki_edit(is_new=False, step="Was the edit answered on the talk page?")
    assert "Next: Was the edit answered on the talk page?" in flat(briefing(items=(old,)))


def test_where_a_console_is_there_one_link_decides_and_else_the_commands_stand() -> None:
    linked = flat(briefing(items=(item(),)), act="https://console.wvft.nhs.test/act/{}".format)
    assert "Decide: https://console.wvft.nhs.test/act/214" in linked
    assert "monitor cases" not in linked
    typed = flat(briefing(items=(item(),)))
    assert "To decide: monitor cases show 214" in typed
    assert "If it is a false alarm: monitor cases mark 214 wrong --reason ..." in typed


def test_the_button_is_a_coloured_cell_that_the_word_engine_draws() -> None:
    html = mail(briefing(items=(item(),)), act="https://console.wvft.nhs.test/act/{}".format).html
    assert '<td class="button" bgcolor="#0b5c66"' in html


@pytest.mark.parametrize("role", ["patient_confidentiality", "information"])
def test_the_guardian_of_patients_and_the_data_protection_officer_get_a_short_mail(role: str) -> None:
    to = Recipient(address="caldicott@wvft.nhs.test", role=role)
    busy = replace(factory.busy(), recipient=to, mentions=(), mentions_total=0)
    text = flat(busy)
    assert "DECIDE TODAY" in text
    assert "MENTIONS" not in text
    assert "Hits of a rule" not in text
    assert "usual 180" not in text


def test_who_holds_such_a_role_and_sees_mentions_loses_none_of_them() -> None:
    to = Recipient(address="both@wvft.nhs.test", role="information")
    text = flat(replace(briefing(mentions=(mention(),), mentions_total=1), recipient=to))
    assert "MENTIONS WITHOUT A FINDING (1)" in text


def test_the_weeks_roll_up_counts_by_lane_and_quotes_nobody() -> None:
    digest = compose(factory.week())
    text = flat(factory.week())
    assert digest.subject == (
        "[WVFT monitor] The week, 8 cases open, 2 overdue, 1 source not read, 20 Nov 2026"
    )
    assert digest.first_line == "Eight cases are open, two overdue."
    assert ("Wikipedia", 2, 1) in by_part(digest.briefing.items)
    assert "Case 190: 72 hours to tell the ICO ended Thu 19 Nov 14:05" in text
    assert "Overdue since 18 Nov 2026: Answer request DSR-12" in text
    for each in digest.briefing.items:
        assert f"Case {each.number}, " in text
        assert each.excerpt[:25] not in text or not each.excerpt
        assert each.reason not in text


def test_a_quiet_week_is_a_sentence() -> None:
    digest = compose(replace(factory.week(), items=(), due=()))
    assert digest.subject == "[WVFT monitor] The week, no case open, 1 source not read, 20 Nov 2026"
    assert digest.first_line == "No case is open."


def test_the_months_mail_says_what_is_not_measured() -> None:
    digest = compose(factory.month())
    assert digest.subject == "[WVFT monitor] The month in figures, 20 Nov 2026"
    assert digest.first_line == "The policy's key figures of October 2026: two are measured, one not."
    text = flat(factory.month())
    assert "Answered within one working day: 11 of 12 (92 %)" in text
    assert "NOT MEASURED * Hours that the team spent on training" in text


def test_the_footer_says_why_for_which_lanes_and_by_which_versions() -> None:
    text = flat(replace(briefing(versions=("rules 1a2b",), notice="https://wvft.nhs.uk/privacy")))
    assert "You get this as comms, who is told of" in text
    assert "when it comes under [digest] in the settings file" in text
    assert "Versions: rules 1a2b." in text
    assert "Privacy notice: https://wvft.nhs.uk/privacy" in text


def test_of_ten_thousand_open_items_the_worst_25_are_told_and_the_rest_counted_within_a_second() -> None:
    mild = tuple(
        wiki_edit(n, severity=Severity.LOW, is_new=False, excerpt="word " * 40, title=f"Edit {n}")
        for n in range(10_000)
    )
    worst = tuple(item(n) for n in range(20_000, 20_030))
    crowd = replace(factory.busy(), items=mild + worst)
    began = time.thread_time()
    message = mail(crowd)
    took = time.thread_time() - began
    shown = everything_shown(compose(crowd))
    assert {each.number for each in shown} == set(range(20_000, 20_025))
    assert len(shown) == ITEMS
    assert "and 10000 more in the queue: monitor cases list" in " ".join(message.text.split())
    assert len(message.html.encode()) < 100_000
    assert took < 1
    assert len(reading.page(message.html).words) > 500
