"""Acting on a case from the mail: a look changes nothing, a deed happens once, and it is written down."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from monitor.store import Store
from monitor.store.casework.reminders import reminders
from monitor.types import Actor, Finding, Lane, Post
from tests.core.office import JO, desk, open_case, settle
from tests.core.test_edits import CRITICISM, EditRule, Wiki, edit
from tests.core.world import CALDICOTT, COMMS, Feed, NumberRule
from tests.web.visiting import Office, seen_in


class Both(NumberRule):
    """What finds numbers in posts, and what edits of pages took out."""

    def evaluate(self, post: Post) -> Iterator[Finding]:
        yield from super().evaluate(post)
        yield from EditRule().evaluate(post)


EACH = ("seen", "mine", "wrong", "handled", "later")


def test_the_page_shows_what_the_mail_showed_and_what_may_be_done(office: Office) -> None:
    page = office.get(office.link())
    assert page.status_code == 200
    for words in (
        "Case 1: NHS number", "[NHS number redacted]", "CDD-4.2-1", 'the role "Caldicott Guardian"',
        "until Mon 23 Nov 2026 09:30", "Do not copy patient details here", "monitor cases show 1",
    ):  # fmt: skip
        assert words in page.text
    assert [f'value="{deed}"' in page.text for deed in EACH] == [True] * 5
    assert "999 200 1135" not in page.text


def test_the_page_shows_an_edit_by_what_went_and_what_came(store: Store) -> None:
    wiki = Wiki(store, rules=Both(), recipients=(COMMS, CALDICOTT))
    wiki.poll(Feed([[edit(replace(CRITICISM, new="<b>It has room to grow.</b>"))]]))
    office = Office(wiki)
    page = office.get(office.link(wiki.item().number, COMMS)).text
    assert "It has 500 beds. " in page
    assert '<del class="out">Inspectors found failings in its maternity unit. [source: Echo, Unsafe]' in page
    assert '<ins class="in">It has room to grow.</ins>' in page
    assert "its network cannot be determined since 4 November 2025" in page


def test_a_hundred_looks_by_scanners_change_nothing(office: Office) -> None:
    before = office.tables()
    path = office.link()
    looks = [(method, path, {}) for method in ("GET", "HEAD") for _ in range(50)]
    assert {page.status_code for page in office.ask(*looks)} == {200}
    assert office.tables() == before
    assert office.post(path, "seen").status_code == 200
    assert office.tables() != before


@pytest.mark.parametrize(
    ("deed", "action", "undo"),
    [
        ("seen", "case.seen", "monitor cases claim 1"),
        ("mine", "case.claimed", "monitor cases release 1"),
        ("wrong", "case.marked", "monitor cases mark 1 right"),
        ("later", "reminder.made", "monitor reminders done NUMBER"),
    ],
)
def test_a_deed_is_done_by_the_recipient_in_their_role_and_written_down(
    office: Office, deed: str, action: str, undo: str
) -> None:
    page = office.post(office.link(), deed, "it is a rehearsal")
    assert page.status_code == 200
    assert "as Caldicott Guardian" in page.text
    assert undo in page.text
    (entry,) = office.acts()
    assert (entry.who, entry.role, entry.action) == (
        "caldicott@trust.test",
        "patient_confidentiality",
        action,
    )
    assert entry.details["by"] == "link"


def test_the_state_that_follows_is_that_of_the_commands(office: Office) -> None:
    office.post(office.link(), "mine")
    assert office.case().state.holder(office.world.at) == "caldicott@trust.test"
    office.world.at += timedelta(minutes=1)
    office.post(office.link(), "wrong", "a rehearsal")
    assert office.case().state.verdict == "wrong"
    office.world.at += timedelta(minutes=1)
    office.post(office.link(), "later", "has it gone?")
    (reminder,) = reminders(office.world.store, None)
    assert (reminder.role, reminder.words) == (
        "patient_confidentiality",
        "Look at case 1 again: has it gone?",
    )
    assert (reminder.due_on - office.world.at.date()).days == 7
    office.world.at += timedelta(minutes=1)
    assert office.post(office.link(), "handled", "taken down").status_code == 200
    assert (office.case().state.status, office.case().state.outcome) == ("closed", "false-alarm")
    assert office.acts()[-1].reason == "taken down"


def test_what_the_policies_ask_first_is_named_with_its_commands_and_the_link_stays_good(
    office: Office,
) -> None:
    path = office.link()
    page = office.post(path, "handled", "taken down")
    assert page.status_code == 409
    assert "Case 1 cannot be closed yet: 2 to answer" in page.text
    assert "monitor cases answer 1 breach not-a-breach" in page.text
    assert (office.case().state.status, office.acts()) == ("open", [])
    settle(desk(office.world))
    assert office.post(path, "handled", "taken down").status_code == 200
    assert office.case().state.outcome == "no-action"


def test_a_link_works_once_and_then_says_what_it_did(office: Office) -> None:
    path = office.link()
    office.post(path, "mine")
    again = office.post(path, "wrong", "a rehearsal")
    look = office.get(path)
    assert (again.status_code, look.status_code) == (410, 410)
    for page in (again, look):
        assert "On Fri 20 Nov 2026 09:30, as Caldicott Guardian: Assign it to me." in page.text
        assert "monitor cases release 1" in page.text
    assert [entry.action for entry in office.acts()] == ["case.claimed"]


def test_of_twenty_at_once_one_acts(office: Office) -> None:
    counter, token = office.counter(), office.link().removeprefix("/case/")
    form = {"deed": "later", "reason": "", "seen": "0"}
    with ThreadPoolExecutor(20) as pool:
        pages = list(pool.map(lambda _: counter.take(token, form), range(20)))
    assert sorted(page.status for page in pages) == [200] + [410] * 19
    assert [entry.action for entry in office.acts()] == ["reminder.made"]
    assert len(reminders(office.world.store, None)) == 1


def test_two_links_for_the_same_case_race_for_it_and_one_is_shown_the_newer_state(office: Office) -> None:
    counter = office.counter()
    tokens = [office.link(at=office.world.at - timedelta(minutes=n)).removeprefix("/case/") for n in range(8)]
    form = {"deed": "mine", "reason": "", "seen": "0"}
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(lambda token: counter.take(token, form), tokens))
    assert sorted(page.status for page in pages) == [200] + [409] * 7
    assert [entry.action for entry in office.acts()] == ["case.claimed"]


def test_a_link_expires_by_the_clock(office: Office) -> None:
    path, made = office.link(), office.world.at
    office.world.at = made + timedelta(hours=72) - timedelta(seconds=1)
    assert office.get(path).status_code == 200
    office.world.at = made + timedelta(hours=72)
    before = office.tables()
    for page in (office.get(path), office.post(path, "mine")):
        assert page.status_code == 410
        assert "worked until Mon 23 Nov 2026 09:30" in page.text
        assert "monitor cases show 1" in page.text
    assert office.tables() == before


def test_what_is_known_of_spent_links_goes_once_they_have_expired(office: Office) -> None:
    office.post(office.link(), "seen")
    office.world.at += timedelta(hours=73)
    office.post(office.link(), "seen")
    with office.world.store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM spent_link")).scalar() == 1


def test_a_case_that_changed_since_the_mail_shows_that_first(office: Office) -> None:
    path = office.link()
    office.world.at += timedelta(minutes=10)
    desk(office.world).claim(office.case(), Actor("sam", "information"))
    page = office.get(path)
    assert "Changed since your mail was made" in page.text
    assert "Fri 20 Nov 2026 09:40: claimed, by Data Protection Officer" in page.text
    assert "Claimed by sam." in page.text
    assert 'value="mine"' not in page.text
    assert office.post(path, "wrong", "a rehearsal", seen_in(page)).status_code == 200


def test_a_form_from_before_a_change_asks_again(office: Office) -> None:
    path = office.link()
    seen = seen_in(office.get(path))
    desk(office.world).claim(office.case(), Actor("sam", "information"))
    page = office.post(path, "wrong", "a rehearsal", seen)
    assert page.status_code == 409
    assert "The case has changed since you opened this page" in page.text
    assert "Claimed by sam." in page.text
    assert "a rehearsal" in page.text
    assert " checked" not in page.text
    assert [entry.action for entry in office.acts()] == ["case.claimed"]
    assert office.post(path, "wrong", "a rehearsal", seen_in(page)).status_code == 200


def test_who_is_overtaken_between_the_check_and_the_deed_does_nothing(office: Office) -> None:
    counter = office.counter()
    visit = counter._visit(office.link().removeprefix("/case/"))
    desk(office.world).claim(office.case(), Actor("sam", "information"))
    from monitor.web.counter import Filled
    from monitor.web.deeds import NAMED

    page = counter._do(visit, NAMED["later"], counter._actor(visit), Filled("later", "", "0"))
    assert page.status == 409
    assert "Claimed by sam." in page.html
    assert reminders(office.world.store, None) == []
    assert office.get(office.link()).status_code == 200


def test_a_case_that_is_closed_or_merged_offers_nothing_but_the_way_on(office: Office) -> None:
    path, other = office.link(), open_case(office.world, "@other")
    office_desk = desk(office.world)
    office_desk.merge(office.case(), office.case(other), JO)
    page = office.get(path)
    assert f"It went into case {other}." in page.text
    assert f"monitor cases show {other}" in page.text
    assert "<form" not in page.text
    refused = office.post(path, "mine")
    assert refused.status_code == 409
    assert f"went into case {other}" in refused.text


def test_who_is_told_of_a_lane_but_decides_nothing_there_is_told_so(office: Office) -> None:
    path = office.link(to=COMMS)
    page = office.get(path)
    assert page.status_code == 200
    assert "<form" not in page.text
    assert "You are told of this case" in page.text
    assert office.acts() == []
    assert office.post(path, "mine").status_code == 403
    assert [(entry.action, entry.role) for entry in office.acts()] == [("access.refused", "comms")]


def test_somebody_with_two_roles_acts_in_the_one_that_looks_at_the_lane(office: Office) -> None:
    both = replace(COMMS, address="caldicott@trust.test")
    office.world.recipients = (both, replace(both, role="information", login="pat"), COMMS)
    assert office.post(office.link(to=both), "mine").status_code == 200
    (entry,) = office.acts()
    assert (entry.who, entry.role) == ("pat", "information")


def test_nothing_of_the_protected_lane_has_a_page(office: Office) -> None:
    with office.world.store.transaction() as tx:
        tx.connection.execute(text("UPDATE case_file SET lane = :lane"), {"lane": Lane.PROTECTED.value})
    page = office.get(office.link())
    assert page.status_code == 403
    assert "NHS number" not in page.text
