"""`monitor reminders`: what your roles are reminded of, until somebody says that it is done."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output
from monitor.cli.casework.work import Work, at_work

if TYPE_CHECKING:
    from monitor.store.casework.reminders import Pending

app = typer.Typer(help="What is to be done by a day, and what is done.", no_args_is_help=True)


@app.command("list")
def list_reminders(context: typer.Context, as_json: output.AsJson = False) -> None:
    """List what your roles are reminded of and nobody has done yet."""
    from dataclasses import asdict

    with at_work(context) as work:
        pending = sorted(_pending(work), key=lambda reminder: (reminder.due_on, reminder.number))
    if as_json:
        output.print_json([asdict(reminder) for reminder in pending])
    elif pending:
        headings = ("Reminder", "Due", "For", "Of")
        output.table(headings, ([str(r.number), r.due_on.isoformat(), r.role, r.words] for r in pending))
    else:
        output.say("There is nothing to be reminded of.")


@app.command()
def done(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `monitor reminders list` shows it.")],
) -> None:
    """Say that it is done. A complaint's comes again every 14 days until its case is closed."""
    from monitor.store.casework.reminders import done as settled

    with at_work(context) as work:
        reminder = next((each for each in _pending(work) if each.number == number), None)
        if reminder is None:
            raise typer.BadParameter(f"no reminder {number} of yours is open", param_hint="NUMBER")
        again = _again(work, reminder)
        by = work.person.actor(reminder.role)
        settled(work.store, number, by, work.desk.now(), again)
    output.show(f"Reminder {number} is done." + (f" It comes again on {again:%d %b %Y}." if again else ""))


def _pending(work: Work) -> list[Pending]:
    from monitor.store.casework.reminders import reminders

    return reminders(work.store, work.person.roles if work.person.known else None)


def _again(work: Work, reminder: Pending) -> date | None:
    """The next day of a reminder about a complaint, counted on from its last."""
    from monitor.clocks import PROGRESS
    from monitor.store.casework.reminders import progress

    kind, _, number = reminder.about.partition(":")
    if kind != "case" or reminder.words != progress(int(number)):
        return None
    today = work.desk.now().astimezone(work.desk.zone).date()
    steps = max(1, (today - reminder.due_on) // PROGRESS + 1)
    return reminder.due_on + steps * PROGRESS
