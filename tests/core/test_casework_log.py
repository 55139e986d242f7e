"""The audit log alone tells what became of a case."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.casework import Casework
from monitor.errors import CaseRefused
from monitor.store.casework.casefiles import first_owner, folded
from monitor.store.casework.decisions import mark
from monitor.types import Actor, Lane, Verdict
from rules.process import steps
from tests.core.office import ALL, DIRECTOR, DPO, HR, JO, SAM, case, desk, log, numbers, open_case
from tests.core.world import CALDICOTT, COMMS, NOW, World

ANSWERS = [(step.id, answer) for step in steps() for answer in step.answers]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ("claim", "release", "hand", "assign", "escalate", "ask", "advised", "answer", "answer",
             "answer", "mark", "close", "reopen", "find")
        ),
        st.sampled_from((JO, SAM)),
        st.sampled_from(ANSWERS),
        st.integers(0, 3),
    ),
    min_size=4,
    max_size=14,
)  # fmt: skip


@given(ACTS, st.sampled_from((Lane.CONFIDENTIAL, Lane.COMMS, Lane.CONDUCT)))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_log_alone_leads_to_the_state_that_is_stored(
    world: World,
    acts: list[tuple[str, Actor, tuple[str, str], int]],
    lane: Lane,
) -> None:
    world.recipients = (COMMS, CALDICOTT, DPO, HR, DIRECTOR)
    world.at, handle = NOW, f"@random{next(numbers)}"
    number = open_case(world, handle, lane)
    office = desk(world)
    for name, by, answer, choice in acts:
        world.at += timedelta(minutes=50)
        try:
            perform(office, world, (handle, number, lane), name, by, answer, choice)
        except CaseRefused:
            continue
    entries = log(office, number)
    stored = case(office, number).state
    assert folded(entries, first_owner(entries, stored.owner)) == stored


def perform(
    office: Casework,
    world: World,
    about: tuple[str, int, Lane],
    name: str,
    by: Actor,
    answer: tuple[str, str],
    choice: int,
) -> None:
    """One thing that somebody tries on a case."""
    handle, number, lane = about
    seen = case(office, number)
    roles = ("information", "comms", "hr", "patient_confidentiality")
    match name:
        case "claim" | "release" | "escalate" | "close":
            getattr(office, name)(seen, by)
        case "hand":
            office.assign(seen, "sam", by)
        case "assign":
            office.assign(seen, roles[choice], by)
        case "ask":
            office.ask(seen, roles[choice], by)
        case "advised":
            office.advised(seen, "noted", by)
        case "answer":
            wants = ALL.step(answer[0]).answers[answer[1]]
            day = date(2027, 1, 1) if wants.day else None
            office.answer(seen, *answer, by, "a note" if wants.note else "", day)
        case "mark":
            mark(office.store, number, Verdict.WRONG if choice else Verdict.RIGHT, by, "", world.at)
        case "reopen":
            office.reopen(seen, "again", by)
        case "find" if world.at.date() == NOW.date():
            assert open_case(world, handle, lane) == number
