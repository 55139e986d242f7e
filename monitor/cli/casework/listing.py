"""`monitor cases list`: the cases that you may see, most severe first, a page at a time."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli import output
from monitor.cli.casework.work import Work, at_work
from monitor.types import Lane, Severity

if TYPE_CHECKING:
    from monitor.store.casework.caselist import CaseLine, Place, Wanted

LANES = (Lane.CONFIDENTIAL, Lane.COMMS, Lane.CONDUCT)
"""The lanes that a list may show. The protected one is not among them, whoever asks."""


def list_cases(
    context: typer.Context,
    lane: Annotated[
        Literal["confidential", "comms", "conduct"] | None, typer.Option(help="Only this lane.")
    ] = None,
    status: Annotated[Literal["open", "closed"], typer.Option(help="Which cases.")] = "open",
    mine: Annotated[bool, typer.Option("--mine", help="Only those that you have claimed.")] = False,
    unclaimed: Annotated[bool, typer.Option("--unclaimed", help="Only those that nobody is at.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those past a time limit.")] = False,
    after: Annotated[str | None, typer.Option(metavar="PLACE", help="Go on there, such as high:214.")] = None,
    as_json: output.AsJson = False,
) -> None:
    """List the cases that you may see, most severe first, 25 at a time."""
    from monitor.clocks import Clocks
    from monitor.store.casework.caselist import PAGE, Place, Wanted, cases_after
    from monitor.store.views import items_of

    place = _place(after) if after else None
    with at_work(context) as work:
        now = work.desk.now()
        lanes = _lanes(work, lane)
        wanted = Wanted(
            lanes=lanes, now=now, status=status, mine=work.person.name if mine else None,
            free=unclaimed, late=overdue,
        )  # fmt: skip
        with work.store.reading() as connection:
            lines = cases_after(connection, wanted, place)
        timed = [line.number for line in lines if line.timed]
        items = items_of(work.store, timed, {}, Clocks(work.desk.zone, now)) if timed else {}
        clocks = {number: item.clock for number, item in items.items()}
        _written_down(work, lines)
    more = Place(lines[-1].severity, lines[-1].number) if len(lines) == PAGE else None
    _report(lines, clocks, more, wanted, as_json=as_json)


def _place(text: str) -> Place:
    from monitor.store.casework.caselist import Place

    severity, _, number = text.partition(":")
    if severity not in {each.value for each in Severity} or not (number.isascii() and number.isdigit()):
        raise typer.BadParameter("is not a place such as high:214", param_hint="--after")
    return Place(Severity(severity), min(int(number), 2**53))


def _lanes(work: Work, lane: str | None) -> tuple[Lane, ...]:
    """The lanes asked for that the person may see. Raises AccessRefused, written down."""
    from monitor.errors import AccessRefused

    wanted = (Lane(lane),) if lane else LANES
    seen = tuple(each for each in wanted if work.person.sees(each))
    if not seen:
        work.refused("cases", lane or "any lane")
        raise AccessRefused(f"the cases of {lane or 'every lane'} are for other roles than yours")
    return seen


def _written_down(work: Work, lines: list[CaseLine]) -> None:
    numbers = [line.number for line in lines]
    with work.store.transaction() as tx:
        tx.audit(work.person.actor(), "cases.listed", "cases", work.desk.now(), cases=numbers)


def _report(
    lines: list[CaseLine],
    clocks: dict[int, str | None],
    more: Place | None,
    wanted: Wanted,
    *,
    as_json: bool,
) -> None:
    if as_json:
        cases = [_as_data(line, clocks.get(line.number)) for line in lines]
        output.print_json({"cases": cases, "after": str(more) if more else None})
        return
    if lines:
        headings = ("Case", "Severity", "Lane", "What was seen", "Since", "With", "Clock")
        output.table(headings, (_row(line, clocks.get(line.number)) for line in lines))
    else:
        output.say(f"No {wanted.status} case of yours to see.")
    if more:
        output.say(f"\nThere may be more: monitor cases list --after {more}")


def _row(line: CaseLine, clock: str | None) -> tuple[str, ...]:
    return (
        str(line.number),
        line.severity,
        line.lane,
        line.title or (f"(went into case {line.merged_into})" if line.merged_into else "(nothing kept)"),
        f"{line.opened_at:%d %b %Y}",
        _with(line),
        clock or line.outcome or "",
    )


def _with(line: CaseLine) -> str:
    waits = f", waits for {line.waiting_for.replace('_', ' ')}" if line.waiting_for else ""
    return f"{line.held_by or line.owner.replace('_', ' ')}{waits}"


def _as_data(line: CaseLine, clock: str | None) -> dict[str, Any]:
    data = asdict(line) | {"clock": clock}
    del data["timed"]
    return data
