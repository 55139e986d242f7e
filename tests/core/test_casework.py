"""Working on cases: what may be done, by whom, and that the log alone tells it all again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from monitor.access import Person
from monitor.casework import Casework
from monitor.errors import AccessRefused, CaseRefused
from monitor.store.casework.decisions import mark
from monitor.store.casework.reminders import reminders
from monitor.store.keeping.holds import add_hold
from monitor.types import Actor, Lane, Verdict
from tests.core.office import DIRECTOR, DPO, HR, JO, SAM, case, desk, log, open_case, settle
from tests.core.world import CALDICOTT, COMMS, NOW, World


@pytest.fixture
def office(world: World) -> Casework:
    """Somebody in every role, and one case of the confidential lane with one finding."""
    world.recipients = (COMMS, CALDICOTT, DPO, HR, DIRECTOR)
    open_case(world, "@one")
    return desk(world)


# -- who has it -----------------------------------------------------------------------------------


def test_a_claim_keeps_others_off_for_four_hours_without_a_change(office: Casework, world: World) -> None:
    office.claim(case(office), JO)
    with pytest.raises(CaseRefused, match="jo is at work on it"):
        office.claim(case(office), SAM)
    world.at += timedelta(hours=3)
    office.answer(case(office), "decision", "deleted", JO)  # still at it
    world.at += timedelta(hours=3)
    with pytest.raises(CaseRefused, match="jo is at work on it"):
        office.claim(case(office), SAM)
    world.at += timedelta(hours=1, minutes=1)
    office.claim(case(office), SAM)
    assert case(office).state.held_by == "sam"
    with pytest.raises(CaseRefused, match="you have not claimed it"):
        office.release(case(office), JO)
    office.release(case(office), SAM)
    assert case(office).state.held_by is None


def test_whoever_gets_a_case_is_told_of_it_in_their_next_digest(office: Casework, world: World) -> None:
    assert world.desk().editor.preview(DPO).items == ()
    office.assign(case(office), "information", JO)
    (item,) = world.desk().editor.preview(DPO).items
    assert (item.number, item.is_new) == (1, True)
    assert case(office).state.owner == "information"


def test_a_case_may_be_handed_to_a_person_of_its_lane_only(office: Casework) -> None:
    office.assign(case(office), "sam", JO)
    assert case(office).state.held_by == "sam"
    with pytest.raises(CaseRefused, match="no login that sees the confidential lane"):
        office.assign(case(office), "kim", JO)


@pytest.mark.parametrize("to", ["comms", "line_management", "concerns", "hr"])
def test_a_route_to_a_role_outside_the_lane_is_refused(office: Casework, to: str) -> None:
    with pytest.raises(CaseRefused, match="the confidential lane is not for"):
        office.assign(case(office), to, JO)
    assert case(office).state.changes == 0


def test_escalation_reaches_the_director_where_the_director_may_look(office: Casework, world: World) -> None:
    with pytest.raises(CaseRefused, match="it may go to: patient_confidentiality, information, welfare"):
        office.escalate(case(office), JO)
    number = open_case(world, "@two", Lane.COMMS)
    office.escalate(case(office, number), JO, "needs a decision")
    assert [item.number for item in world.desk().editor.preview(DIRECTOR).items] == [number]
    with pytest.raises(CaseRefused, match="already"):
        office.escalate(case(office, number), JO)


def test_who_is_asked_for_advice_may_look_until_it_is_given(office: Casework, world: World) -> None:
    number = open_case(world, "@two", Lane.COMMS)
    guardian = Person("pat", frozenset({"patient_confidentiality"}))
    with pytest.raises(AccessRefused):
        office.look(number, guardian, as_adviser=True)
    office.ask(case(office, number), "patient_confidentiality", JO, "may somebody be known by it?")
    _, actor = office.look(number, guardian, as_adviser=True)
    assert actor == Actor("pat", "patient_confidentiality")
    with pytest.raises(AccessRefused):
        office.look(number, guardian)  # to look, not to act
    assert number in {item.number for item in world.desk().editor.preview(CALDICOTT).items}
    office.advised(case(office, number), "no: filed as A-12", actor)
    assert case(office, number).state.waiting_for is None
    with pytest.raises(AccessRefused):
        office.look(number, guardian, as_adviser=True)


def test_a_refusal_is_written_down(office: Casework) -> None:
    with pytest.raises(AccessRefused, match="case 1: this case is for patient confidentiality"):
        office.look(1, Person("kim", frozenset({"hr"})))
    (entry,) = log(office)
    assert (entry.action, entry.who, entry.role) == ("access.refused", "kim", "hr")


# -- what is decided ------------------------------------------------------------------------------


def test_a_case_cannot_close_with_a_step_unanswered_and_says_what_to_type(office: Casework) -> None:
    with pytest.raises(CaseRefused) as refused:
        office.close(case(office), JO)
    told = str(refused.value)
    assert "2 to answer" in told
    assert "monitor cases answer 1 breach not-a-breach --note 'reason'" in told
    assert "monitor cases answer 1 decision not-ours" in told
    settle(office)
    assert office.close(case(office), JO) == "no-action"
    assert (case(office).state.status, case(office).state.closed_by) == ("closed", "jo")


def test_a_confirmed_breach_starts_its_clock_once_and_taking_it_back_stops_it(
    office: Casework, world: World
) -> None:
    office.answer(case(office), "breach", "confirmed", JO)
    began = case(office).state.confirmed_at
    assert began == world.at
    world.at += timedelta(hours=5)
    office.answer(case(office), "breach", "confirmed", JO)
    assert case(office).state.confirmed_at == began
    (item,) = world.desk().editor.preview(CALDICOTT).items
    told = "72 hours to tell the ICO end Mon 23 Nov 09:30, 67 hours left; 5 hours since"
    assert str(item.clock).startswith(told)
    office.answer(case(office), "regulator", "told", JO, "ICO 7")
    assert world.desk().editor.preview(CALDICOTT).items[0].clock is None
    office.answer(case(office), "breach", "not-a-breach", JO, "the number is a test number")
    assert case(office).state.confirmed_at is None


def test_a_false_alarm_closes_as_it_is_but_not_over_a_confirmed_breach(office: Casework) -> None:
    office.answer(case(office), "breach", "confirmed", JO)
    mark(office.store, 1, Verdict.WRONG, JO, "a drill", NOW)
    with pytest.raises(CaseRefused, match="cannot be closed yet"):
        office.close(case(office), JO)
    office.answer(case(office), "breach", "not-a-breach", JO, "a drill")
    assert office.close(case(office), JO) == "false-alarm"


def test_a_policy_review_that_is_needed_reminds_the_director_once(office: Casework) -> None:
    office.answer(case(office), "decision", "deleted", JO)
    for day in (date(2027, 1, 15), date(2027, 1, 31)):
        office.answer(case(office), "policy_review", "needed", JO, "ask first", day)
    (reminder,) = reminders(office.store, frozenset({"comms_director"}))
    assert (reminder.due_on, reminder.about) == (date(2027, 1, 31), "case:1")
    office.answer(case(office), "policy_review", "not-needed", JO)
    assert reminders(office.store, None) == []


def test_a_possible_complaint_reminds_who_answers_for_it_until_it_is_closed(
    office: Casework, world: World
) -> None:
    number = open_case(world, "@two", category="data-protection")
    (reminder,) = reminders(office.store, frozenset({"patient_confidentiality"}))
    assert reminder.due_on == NOW.date() + timedelta(days=14)
    shown = {item.number: item for item in world.desk().editor.preview(CALDICOTT).items}
    assert str(shown[number].clock).startswith("30 days to acknowledge a complaint end Sat 19 Dec, 29 days")
    settle(office, number, complaint="is-one")
    with pytest.raises(CaseRefused, match="complaint_acknowledged"):
        office.close(case(office, number), JO)
    day = date(2026, 11, 20)
    office.answer(case(office, number), "complaint_acknowledged", "acknowledged", JO, day=day)
    assert len(reminders(office.store, None)) == 1
    office.close(case(office, number), JO)
    assert reminders(office.store, None) == []


@pytest.mark.parametrize(
    ("step", "answer", "note", "hint"),
    [
        ("verdict", "guilty", "", "no step 'verdict'"),
        ("judgement", "in-line", "", "is not asked 'judgement'"),
        ("regulator", "told", "ICO 7", "is not asked 'regulator', at least not yet"),
        ("complaint", "is-one", "", "is not asked 'complaint'"),
        ("decision", "punished", "", "cannot be 'punished'"),
        ("breach", "not-a-breach", "", "needs a reason"),
    ],
)
def test_an_answer_that_does_not_fit_changes_nothing(
    office: Casework, step: str, answer: str, note: str, hint: str
) -> None:
    with pytest.raises(CaseRefused, match=hint):
        office.answer(case(office), step, answer, JO, note)
    assert case(office).state.changes == 0
    assert log(office) == []


# -- its end --------------------------------------------------------------------------------------


def test_of_two_people_who_close_at_once_the_second_is_told_who_was_faster(office: Casework) -> None:
    settle(office)
    seen, together = case(office), Barrier(2)

    def close(by: Actor) -> str:
        together.wait()
        try:
            return office.close(seen, by)
        except CaseRefused as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(close, (JO, SAM)))
    faster = case(office).state.closed_by
    assert told == [f"case 1: {faster} was faster (closed), so nothing of this was written: look again with"
                    " `monitor cases show 1`", "no-action"]  # fmt: skip
    assert [entry.action for entry in log(office)].count("case.closed") == 1


def test_an_answer_over_an_older_look_is_refused_and_the_first_stays(office: Casework) -> None:
    seen = case(office)
    office.answer(seen, "breach", "confirmed", JO)
    with pytest.raises(CaseRefused, match="jo was faster"):
        office.answer(seen, "breach", "not-a-breach", SAM, "a drill")
    assert case(office).state.answers == {"breach": "confirmed"}
    with office.store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM case_step")).scalar() == 1


def test_a_closed_case_takes_nothing_until_it_is_open_again(office: Casework) -> None:
    settle(office)
    office.close(case(office), JO)
    for act in (office.claim, office.close):
        with pytest.raises(CaseRefused, match="was closed by jo: `monitor cases reopen 1`"):
            act(case(office), SAM)
    office.reopen(case(office), "more came to light", SAM)
    assert (case(office).state.status, case(office).state.outcome) == ("open", None)
    with pytest.raises(CaseRefused, match="is open"):
        office.reopen(case(office), "again", SAM)


def test_a_new_finding_opens_a_closed_case_and_the_program_signs_for_it(
    office: Casework, world: World
) -> None:
    settle(office)
    office.close(case(office), JO)
    assert open_case(world, "@one") == 1
    assert case(office).state.status == "open"
    last = log(office)[-1]
    assert (last.action, last.who, last.role) == ("case.reopened", "trustwatch", "service")


def test_a_duplicate_goes_into_the_other_with_all_that_comes_later(office: Casework, world: World) -> None:
    second = open_case(world, "@two")
    add_hold(office.store, second, "jo", "evidence", date(2027, 1, 1), NOW)
    office.merge(case(office, second), case(office), JO)
    assert case(office, second).state.merged_into == 1
    assert case(office, second).state.outcome == "merged"
    assert open_case(world, "@two") == 1
    third = open_case(world, "@three")
    office.merge(case(office), case(office, third), JO)
    assert open_case(world, "@two") == third  # on through both
    with office.store.reading() as connection:
        assert connection.execute(text("SELECT case_id FROM legal_hold")).scalar() == third
        assert connection.execute(text("SELECT DISTINCT case_id FROM finding")).scalars().all() == [third]
    with pytest.raises(CaseRefused, match=f"case {second} went into case {third}"):
        office.reopen(case(office, second), "why", JO)


def test_a_finding_that_follows_a_merge_opens_the_case_it_went_into(office: Casework, world: World) -> None:
    second = open_case(world, "@two")
    office.merge(case(office, second), case(office), JO)
    settle(office)
    office.close(case(office), JO)
    assert open_case(world, "@two") == 1
    assert case(office).state.status == "open"
    assert case(office, second).state.status == "closed"


def test_what_must_stay_apart_is_not_merged(office: Casework, world: World) -> None:
    other = open_case(world, "@two", Lane.COMMS)
    complaint = open_case(world, "@three", category="data-protection")
    second = open_case(world, "@four")
    with pytest.raises(CaseRefused, match="into itself"):
        office.merge(case(office), case(office), JO)
    with pytest.raises(CaseRefused, match="stays out of the comms lane"):
        office.merge(case(office), case(office, other), JO)
    with pytest.raises(CaseRefused, match="keeps its own clock"):
        office.merge(case(office, complaint), case(office), JO)
    office.answer(case(office), "breach", "confirmed", JO)
    with pytest.raises(CaseRefused, match="72 hours run already"):
        office.merge(case(office), case(office, second), JO)
    settle(office, second)
    office.close(case(office, second), JO)
    with pytest.raises(CaseRefused, match="was closed by jo"):
        office.merge(case(office), case(office, second), JO)


def test_the_protected_lane_holds_no_case_that_could_be_looked_at(office: Casework) -> None:
    with office.store.transaction() as tx:
        tx.connection.execute(text("UPDATE case_file SET lane = 'protected'"))
    for roles in ({"concerns"}, {"information"}):
        with pytest.raises(LookupError, match="there is no case 1"):
            office.look(1, Person("pat", frozenset(roles)))
    assert log(office) == []
