"""`monitor cases show|export`: one case with all that was done about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.casework.picturing import pictures_as_data, seen_in_pictures
from monitor.cli.casework.work import Number, Work, at_work
from monitor.cli.scan import case_data

if TYPE_CHECKING:
    from monitor.store.audit import Entry
    from monitor.store.casework.casefiles import CaseFile
    from rules.process import Step


def show(
    context: typer.Context,
    number: Number,
    pictures: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write its picture evidence there.")
    ] = None,
    as_json: output.AsJson = False,
) -> None:
    """Show a case: as the digest does, its steps with what to type for each, and who has seen it.

    That you looked is written down.
    """
    with at_work(context) as work:
        case, by = work.looked(number, as_adviser=True)
        work.desk.note(number, by, "case.viewed")
        if pictures is not None:
            _write(work, number, pictures)
        if as_json:
            output.print_json(_as_data(work, case))
            return
        output.show("\n".join(_lines(work, case)).strip("\n"))


def _write(work: Work, number: int, folder: Path) -> None:
    """Write the case's picture evidence into `folder`, for its owner alone. Raises MonitorError."""
    from monitor.channels import pictures_of
    from monitor.errors import MonitorError
    from monitor.files import replace

    cut = pictures_of(work.store, number)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = [replace(folder / f"CASE-{number}-{n}.png", png) for n, png in enumerate(cut, 1)]
    except OSError as error:
        raise MonitorError(f"{folder} cannot be written: {error.strerror}") from None
    output.say(f"Written: {', '.join(map(str, written))}" if written else "It has no picture evidence.")


def export(context: typer.Context, number: Number) -> None:
    """Print everything that was done about a case as JSON, and the state that it leads to."""
    with at_work(context) as work:
        case, by = work.case(number)
        work.desk.note(number, by, "case.exported")
        output.print_json(_replay(work, case))


def _lines(work: Work, case: CaseFile) -> Iterator[str]:
    from alerts.rendering import render_item

    item = work.item(case.number)
    if item is not None:
        yield render_item(item, work.briefing()).strip("\n")
    else:
        yield f"  Case {case.number}, {case.lane}: nothing of what was found is kept under this number."
    yield from seen_in_pictures(work, case.number)
    yield from _standing(work, case)
    yield from _steps(work, case)
    yield "\n  Seen by"
    yield from (f"    {who}" for who in _readers(work, case.number))
    yield f"\n  At change {case.state.changes}: add --seen {case.state.changes} to refuse over a later one."


def _standing(work: Work, case: CaseFile) -> Iterator[str]:
    state = case.state
    if state.merged_into is not None:
        yield f"    Went into case {state.merged_into}."
    if state.status == "closed":
        yield f"    Closed by {state.closed_by}, {work.moment(state.closed_at)}: {state.outcome}."
    if state.waiting_for:
        yield f"    Waits for the advice of {state.waiting_for.replace('_', ' ')}."
    yield from _takedown(work, case)
    if state.verdict:
        yield f"    Marked {state.verdict}."
    if work.desk.may_skip(case):
        yield f"    Nothing has to be answered: monitor cases close {case.number}"


def _takedown(work: Work, case: CaseFile) -> Iterator[str]:
    """How far the takedown of a lookalike is, each step of it."""
    from monitor.store.casework.lookalikes import LOOKALIKES, takedown_steps

    if case.category != LOOKALIKES:
        return
    with work.store.reading() as connection:
        steps = takedown_steps(connection, case.number)
    for step in steps:
        reference = output.plain(f", reference {step.reference}") if step.reference else ""
        yield f"    Takedown: {step.status}{reference} ({output.plain(step.by)}, {work.moment(step.at)})."
    if not steps and case.state.status == "open":
        yield f"    To report it: monitor lookalikes pack {case.number}"


def _steps(work: Work, case: CaseFile) -> Iterator[str]:
    from monitor.casework.desk import how_to

    process, state = work.desk.process, case.state
    still = work.desk.open_steps(case)
    notes = work.notes(case.number)
    yield "\n  Steps"
    for step in process.asked(case.lane, case.category, state.answers):
        if step.id in state.answers:
            yield f"    {'?' if step in still else '✓'} {step.asks} ({step.id})"
            yield f"      {_answer(work, step, state.answers[step.id], notes)}"
        else:
            yield f"    ? {step.asks} ({step.id})"
        if step in still and state.status == "open":
            yield from (f"      {command}" for command in how_to(case, step, process))
    if not still and state.status == "open":
        yield f"    Nothing is left to answer: monitor cases close {case.number}"


def _answer(work: Work, step: Step, answer: str, notes: dict[str, tuple[str, str, datetime]]) -> str:
    note, by, at = notes[step.id]
    says = step.answers[answer].says if answer in step.answers else answer
    return output.plain(f"{says}{': ' if note else ''}{note} ({by}, {work.moment(at)})")


def _readers(work: Work, number: int) -> list[str]:
    """Who looked at the case or did something about it, and when last."""
    last: dict[tuple[str, str], datetime] = {}
    for entry in work.entries(number):
        if entry.role != "service" and entry.action != "access.refused":
            last[entry.who, entry.role] = entry.at
    return [
        f"{output.plain(who)}, as {role.replace('_', ' ')}, last {work.moment(at)}"
        for (who, role), at in last.items()
    ]


def _as_data(work: Work, case: CaseFile) -> dict[str, Any]:
    item = work.item(case.number)
    still = {step.id for step in work.desk.open_steps(case)}
    notes = work.notes(case.number)
    steps = [
        {
            "step": step.id, "asks": step.asks, "open": step.id in still,
            "answer": case.state.answers.get(step.id), "note": notes.get(step.id, ("",))[0],
            "answers": list(step.offered(work.desk.process.in_force)), "clauses": step.clauses,
        }
        for step in work.desk.process.asked(case.lane, case.category, case.state.answers)
    ]  # fmt: skip
    return {
        "case": case.number,
        "lane": case.lane,
        "item": case_data(item) | {"clock": item.clock, "clock_ends": item.clock_ends} if item else None,
        "state": asdict(case.state),
        "pictures": pictures_as_data(work, case.number),
        "steps": steps,
        "seen_by": _readers(work, case.number),
    }


def _replay(work: Work, case: CaseFile) -> dict[str, Any]:
    from monitor.store.casework.casefiles import first_owner, folded

    entries = work.entries(case.number)
    state = folded(entries, first_owner(entries, case.state.owner))
    return {
        "case": case.number,
        "lane": case.lane,
        "category": case.category,
        "opened_at": case.opened_at,
        "events": [_event(entry) for entry in entries],
        "state": asdict(state),
    }


def _event(entry: Entry) -> dict[str, Any]:
    data = asdict(entry)
    del data["object"]
    return data
