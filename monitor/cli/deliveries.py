"""`monitor deliveries`: what left, what waits and what came back, and what each mail told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.output import Exit
from monitor.cli.person import at_terminal, refusals_written

if TYPE_CHECKING:
    from monitor.access import Person
    from monitor.service import App
    from monitor.store.deliveries import DeliveryLine, ItemLine
    from monitor.store.rests import Rest

app = typer.Typer(help="What was sent, what waits and what came back.", no_args_is_help=True)

SEE_ALL = ("comms", "comms_director", "information")
"""Roles that see everybody's deliveries; others see their own."""
LATELY = timedelta(days=7)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The delivery, as `list` numbers it.")]


@app.command("list")
def list_deliveries(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Not only of the last seven days.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """List deliveries: to whom, in which state, how often tried, and what went wrong."""
    from monitor import service
    from monitor.store.deliveries import deliveries

    with service.opened(output.settings(context)) as app:
        person = at_terminal(app.settings, app.store)
        since = None if everything else app.now() - LATELY
        with app.store.reading() as connection:
            lines = deliveries(connection, _seen_by(app, person), since)
        _written_down(app, person, "deliveries.listed", "deliveries")
        rests = _rests(app)
        if as_json:
            resting = [asdict(rest) | {"way": way} for way, rest in rests]
            output.print_json({"deliveries": [asdict(line) for line in lines], "resting": resting})
            return
        _report(app, lines)
        for way, rest in rests:
            output.say(_resting(app, way, rest))


@app.command()
def show(context: typer.Context, number: Number, as_json: output.AsJson = False) -> None:
    """Show one delivery with its Message-ID, and the cases it tells of, each with its state."""
    from monitor import service
    from monitor.store.deliveries import items_of, items_waiting

    with service.opened(output.settings(context)) as app:
        person = at_terminal(app.settings, app.store)
        line = _found(app, person, number)
        with app.store.reading() as connection:
            told, waiting = items_of(connection, number), items_waiting(connection, line.recipient)
        _written_down(app, person, "delivery.viewed", f"delivery:{number}")
        if as_json:
            items = {"items": [asdict(each) for each in told], "in_no_delivery": [asdict(w) for w in waiting]}
            output.print_json(asdict(line) | items)
            return
        for text in _lines(app, line, told, waiting):
            output.show(text)


@app.command()
def retry(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(metavar="NUMBER", help="Only this delivery.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
) -> None:
    """Try again now what waits, and end the rest that a refused login brought. Exit code 1 if it fails."""
    from monitor import logs, service
    from monitor.store.rests import end_rests

    if (number is None) != everything:
        raise typer.BadParameter("name one delivery, or --all", param_hint="NUMBER")
    logs.configure(logs.ONLY_ERRORS)
    with service.opened(output.settings(context)) as app:
        person = at_terminal(app.settings, app.store)
        with refusals_written(app.store, person, "deliveries", app.now()):
            person.holding(SEE_ALL, "trying deliveries again is for")
        if number is not None:
            _must_wait(_found(app, person, number))
        desk = app.desk()
        waiting = desk.ledger.due_now(number, app.now())
        end_rests(app.store)
        _written_down(app, person, "delivery.retried", f"delivery:{number or 'all'}")
        sent, failed = desk.send_due()
        output.say(f"{waiting} waited; {sent} sent, {failed} not sent.")
        for way, rest in _rests(app):
            output.say(_resting(app, way, rest))
        if failed:
            raise typer.Exit(Exit.ERROR)


def _seen_by(app: App, person: Person) -> frozenset[str] | None:
    """The addresses whose deliveries the person may see, None for everybody's."""
    if not person.known or not person.roles.isdisjoint(SEE_ALL):
        return None
    return frozenset(r.address for r in app.directory.recipients if r.login == person.name)


def _found(app: App, person: Person, number: int) -> DeliveryLine:
    """The delivery, for whoever may see it. Raises a usage error: whose it is, is not said either."""
    from monitor.store.deliveries import delivery

    with app.store.reading() as connection:
        line = delivery(connection, min(number, 2**53))
    seen = _seen_by(app, person)
    if line is None or (seen is not None and line.recipient not in seen):
        raise typer.BadParameter(
            f"there is no delivery {number} of yours to see: see `monitor deliveries list`",
            param_hint="NUMBER",
        )
    return line


def _must_wait(line: DeliveryLine) -> None:
    """Raise DeliveryError for one that nobody waits for."""
    from monitor.errors import DeliveryError

    if line.status == "refused":
        what = "was refused, and what it told is in the next digest: `monitor digest --send` makes one now"
    elif line.status == "owed":
        return
    else:
        what = f"is {line.status} and does not wait"
    raise DeliveryError(f"delivery {line.number} {what}", permanent=True)


def _written_down(app: App, person: Person, action: str, about: str) -> None:
    with app.store.transaction() as tx:
        tx.audit(person.actor(*SEE_ALL), action, about, app.now())


def _rests(app: App) -> list[tuple[str, Rest]]:
    """The ways out that rest now: mail first, then the channels."""
    from monitor.store.rests import MAIL, rest_of

    ways = [MAIL, *(f"channel:{channel.name}" for channel in app.settings.channels)]
    found = ((way, rest_of(app.store, way)) for way in ways)
    return [(way, rest) for way, rest in found if rest is not None]


def _resting(app: App, way: str, rest: Rest) -> str:
    until = f"next try {_clock(app, rest.until)}"
    return f"Nothing leaves by {way} since {_clock(app, rest.since)}, {until}.\n  {rest.error}"


def _report(app: App, lines: list[DeliveryLine]) -> None:
    if not lines:
        output.say("Nothing was sent, and nothing waits.")
        return
    headings = ("No", "For", "What", "State", "Tries", "When")  # addresses, in `show`, are too long here
    output.table(headings, (_row(app, line) for line in lines))
    if troubled := [line for line in lines if line.error]:
        output.show("")
        for line in troubled:
            output.show(f"{line.number}: {output.plain(line.error or '')}")


def _row(app: App, line: DeliveryLine) -> tuple[str, ...]:
    what = f"{line.kind} {line.window}"
    who = line.recipient if line.recipient.startswith("channel:") else line.role.replace("_", " ")
    return str(line.number), who, what, line.status, str(line.attempts), _when(app, line)


def _when(app: App, line: DeliveryLine) -> str:
    if line.next_attempt_at is not None:
        return f"next {_clock(app, line.next_attempt_at)}"
    return _clock(app, line.settled_at or line.created_at)


def _clock(app: App, moment: datetime) -> str:
    return f"{moment.astimezone(app.settings.organisation.zone):%d %b %H:%M}"


def _lines(app: App, line: DeliveryLine, told: list[ItemLine], waiting: list[ItemLine]) -> Iterator[str]:
    facts: dict[str, Any] = {
        "For": f"{line.recipient} ({line.role.replace('_', ' ')})",
        "What": f"{line.kind} {line.window}",
        "State": line.status,
        "Made": _clock(app, line.created_at),
        "Tries": line.attempts,
        "Next try": _clock(app, line.next_attempt_at) if line.next_attempt_at else None,
        "Settled": _clock(app, line.settled_at) if line.settled_at else None,
        "Error": output.plain(line.error) if line.error else None,
        "Message-ID": line.message_id,
    }
    yield f"Delivery {line.number}"
    yield from (f"  {name + ':':<12}{value}" for name, value in facts.items() if value is not None)
    yield "  Tells of:   " + (_cases(told) or "no case")
    if waiting:
        yield f"  In no mail: {_cases(waiting)}"


def _cases(items: list[ItemLine]) -> str:
    return ", ".join(f"case {item.case} ({_count(item)}{item.status})" for item in items)


def _count(item: ItemLine) -> str:
    return f"{item.findings} findings, " if item.findings > 1 else ""
