"""`monitor cases assign|escalate|advice|notice`: who else has to do with a case."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli import output
from monitor.cli.casework.work import Number, Reason, at_work


def assign(
    context: typer.Context,
    number: Number,
    to: Annotated[str, typer.Argument(metavar="TO", help="A role such as information, or a login.")],
    reason: Reason = "",
) -> None:
    """Hand a case to a role or to a person of its lane. A role finds it in its next digest."""
    with at_work(context) as work:
        text = work.words(reason, "--reason")
        case, by = work.case(number)
        work.desk.assign(case, to, by, text)
    output.show(f"Case {number} is now with {to.replace('_', ' ')}.")


def escalate(context: typer.Context, number: Number, reason: Reason = "") -> None:
    """Hand a case to the communications director, as SWL 6.2 asks."""
    with at_work(context) as work:
        text = work.words(reason, "--reason")
        case, by = work.case(number)
        work.desk.escalate(case, by, text)
    output.show(f"Case {number} is now with the communications director.")


def advice(
    context: typer.Context,
    number: Number,
    of: Annotated[
        str | None,
        typer.Argument(metavar="ROLE", help="Whom to ask: information, patient_confidentiality"),
    ] = None,
    reason: Reason = "",
    given: Annotated[
        str | None, typer.Option(help="The advice, or where it is kept, once it is there. Name no person.")
    ] = None,
) -> None:
    """Ask a role for advice, or write down with --given what it was.

    Who is asked may look at the case until then, and has it in the next digest.
    """
    if (of is None) == (given is None):
        raise typer.BadParameter("name a ROLE to ask, or say with --given what the advice was")
    with at_work(context) as work:
        case, by = work.looked(number, as_adviser=of is None)
        if of is not None:
            work.desk.ask(case, of, by, work.words(reason, "--reason"))
        else:
            work.desk.advised(case, work.words(given or "", "--given"), by)
    done = "The advice is noted." if of is None else f"Waits for the advice of {of.replace('_', ' ')}."
    output.show(f"Case {number}: {done}")


def notice(
    context: typer.Context,
    number: Number,
    kind: Annotated[str, typer.Argument(help="Which text; without, a list of them.")] = "",
) -> None:
    """Print a text to complete and send by hand, filled from the masked case. Nothing is sent."""
    from alerts.notices import NOTICES, render_notice
    from monitor.errors import CaseRefused

    with at_work(context) as work:
        case, by = work.case(number)
        fitting = {name: n for name, n in NOTICES.items() if n.fits(case.lane, case.category)}
        if not kind:
            output.table(("Notice", "Is"), ([name, n.about] for name, n in fitting.items()))
            return
        if kind not in fitting:
            raise typer.BadParameter(f"for case {number}: {', '.join(fitting)}", param_hint="KIND")
        item = work.item(number)
        if item is None:
            raise CaseRefused(f"nothing of what case {number} found is kept")
        text = render_notice(kind, item, work.briefing(), work.informally(), work.edit(number))
        work.desk.note(number, by, "case.noticed", kind=kind)
    output.show(text.strip())
    output.say("\nFill in what stands in [brackets], and read it again before you send it.")
