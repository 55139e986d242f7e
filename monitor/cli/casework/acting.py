"""`monitor cases claim|release|remind`: who is at work on a case, and when it is looked at again."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli import output
from monitor.cli.casework.work import Number, at_work


def claim(context: typer.Context, number: Number) -> None:
    """Take a case on, so that nobody does it twice. After four hours without a change it is free again."""
    with at_work(context) as work:
        case, by = work.case(number)
        work.desk.claim(case, by)
    output.show(f"Case {number} is yours.")
    output.say(f"Next: monitor cases show {number}")


def release(context: typer.Context, number: Number) -> None:
    """Let go of a case that you have claimed."""
    with at_work(context) as work:
        case, by = work.case(number)
        work.desk.release(case, by)
    output.show(f"Case {number} is free.")


def remind(
    context: typer.Context,
    number: Number,
    on: Annotated[str, typer.Option(metavar="DAY", help="7d from today, or a date.")] = "7d",
    words: Annotated[str, typer.Option(help="Of what. Name no person.")] = "",
) -> None:
    """Have your role reminded of a case: from three days before, until `monitor reminders done`."""
    with at_work(context) as work:
        day, text = work.day(on), work.words(words, "--words")
        case, by = work.case(number)
        work.desk.remind(case, text, day, by)
    output.show(f"A reminder of case {number} is set for {day:%d %b %Y}.")
