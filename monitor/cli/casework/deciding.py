"""`monitor cases answer|merge|close|reopen`: what is decided, and when a case is finished."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli import output
from monitor.cli.casework.work import Number, Reason, Seen, at_work


def answer(
    context: typer.Context,
    number: Number,
    step: Annotated[str, typer.Argument(help="Which question, as `monitor cases show` names it.")],
    answer: Annotated[str, typer.Argument(help="One of its answers.")],
    note: Annotated[str, typer.Option(help="The reference, text or reason that it needs. Name nobody.")] = "",
    on: Annotated[str | None, typer.Option(metavar="DAY", help="The day that it needs.")] = None,
    seen: Seen = None,
) -> None:
    """Answer a question of the policies' process. Answered again, the last word counts."""
    with at_work(context) as work:
        text, day = work.words(note, "--note"), work.day(on) if on else None
        case, by = work.case(number, seen)
        name = step.replace("-", "_")
        work.desk.answer(case, name, answer, by, text, day)
        case, _ = work.case(number)
        left = work.desk.open_steps(case)
    output.show(f"Case {number}: {name} is {answer}.")
    if left:
        output.say(f"Still to answer: {', '.join(step.id for step in left)}.")
    else:
        output.say(f"Nothing is left to answer: monitor cases close {number}")


def merge(
    context: typer.Context,
    number: Number,
    into: Annotated[int, typer.Argument(metavar="INTO", help="The case that it is a duplicate of.")],
    seen: Seen = None,
) -> None:
    """Put a duplicate into another case of the same lane: what it holds, and what comes later, goes there."""
    with at_work(context) as work:
        case, by = work.case(number, seen)
        other, _ = work.case(into)
        work.desk.merge(case, other, by)
    output.show(f"Case {number} went into case {into}.")


def close(context: typer.Context, number: Number, seen: Seen = None) -> None:
    """Close a case once every question that it is asked has an answer, or it was a false alarm."""
    with at_work(context) as work:
        case, by = work.case(number, seen)
        outcome = work.desk.close(case, by)
    output.show(f"Case {number} is closed: {outcome}.")


def reopen(context: typer.Context, number: Number, reason: Reason, seen: Seen = None) -> None:
    """Open a closed case again. A new finding that belongs to it does so by itself."""
    with at_work(context) as work:
        text = work.words(reason, "--reason")
        case, by = work.case(number, seen)
        work.desk.reopen(case, text, by)
    output.show(f"Case {number} is open again.")
