"""`monitor compliance`: what is stored is asked about again, purged, or held."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.database import opened
from monitor.cli.ending import ending
from monitor.cli.person import By, at_terminal, free_of_identifiers, whoever
from monitor.cli.sources import named

if TYPE_CHECKING:
    from monitor.compliance import Enforced

app = typer.Typer(help="Keep only what may be kept: deletions, purges, legal holds.", no_args_is_help=True)

Reason = Annotated[str, typer.Option(help="Why, in a few words. Name no patient.")]

_WRITTEN_PERMISSION = (
    "X asks for its written permission before deleted posts are kept, even where the law requires it: "
    "file that permission with this hold."
)

_OUTLASTS_WITHDRAWAL = (
    "This case is about an authorised account: while the hold lasts, its items stay even if the person "
    "withdraws. They must be told so, and why."
)


@app.command()
def run(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE...", help="Only these sources, instead of all.")
    ] = None,
    at_once: Annotated[
        bool, typer.Option("--all", help="Ask about every stored item, not only those that are due.")
    ] = False,
    as_json: output.AsJson = False,
) -> None:
    """Ask the platforms about stored items that are due, and purge what is gone or too old.

    The daemon does the same every hour. Exit code 3 where a source could not be asked.
    """
    from monitor import logs, service

    logs.configure(logs.ONLY_ERRORS)
    settings = output.settings(context)
    with service.opened(settings) as app:
        chosen = [named(settings, name) for name in names or ()] or app.sources()
        compliance = app.compliance()
        with output.progress("Asking again", total=len(chosen)) as bar:
            done = []
            for source in chosen:
                done.append(compliance.enforce(app.task(source), at_once=at_once))
                bar.advance(bar.task_ids[0])
        held = compliance.held_back()
    _report(done, held, as_json=as_json)
    if any(each.note for each in done):
        raise typer.Exit(output.Exit.NOT_READ)


def _report(done: list[Enforced], held: int, *, as_json: bool) -> None:
    if as_json:
        output.print_json({"sources": [_as_data(each) for each in done], "held_back": held})
        return
    headings = ("Source", "Asked about", "Gone", "Too old", "Not asked, because")
    output.table(headings, ([str(value) for value in _as_data(each).values()] for each in done))
    if held:
        output.say(f"\n{held} more should go but are under a legal hold: `monitor compliance holds`.")


def _as_data(each: Enforced) -> dict[str, Any]:
    return {
        "source": each.source,
        "asked": each.asked,
        "gone": each.lost,
        "expired": each.expired,
        "note": each.note,
    }


@app.command()
def purge(
    context: typer.Context,
    platform: Annotated[str, typer.Argument(metavar="PLATFORM", help="As mentions name it, such as x.")],
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Purge the words of everything from one platform, as its terms want when a contract ends.

    What is under a legal hold stays. Disable the platform's sources first, or it comes again.
    """
    from monitor.service import utc_now

    settings = output.settings(context)
    free_of_identifiers(reason, "--reason", settings.organisation)
    if still := [source.name for source in settings.sources if source.enabled and source.kind == platform]:
        raise typer.BadParameter(f"its source {still[0]!r} is still enabled: disable it first")
    if not yes:
        typer.confirm(f"Purge the words of every item from {platform}?", abort=True, err=True)
    today = settings.organisation.day(utc_now())
    with closing(opened(settings)) as store:
        actor = at_terminal(settings, store).actor("information")
        with store.transaction() as tx:
            gone = tx.purging(today).everything(platform, reason.strip(), utc_now())
            tx.audit(actor, "platform.purged", f"platform:{platform}", utc_now(), reason.strip(), items=gone)
    items = f"{gone} item" + ("" if gone == 1 else "s")
    output.show(f"{items} from {platform} purged; a tombstone of each stays.")


@app.command()
def hold(
    context: typer.Context,
    case: Annotated[int, typer.Argument(metavar="CASE", help="The case, as the digest numbers it.")],
    reason: Reason,
    expires: Annotated[str, typer.Option(help="When it ends: 90d, 12w or 2027-02-01; a year at most.")],
    by: By = None,
) -> None:
    """Keep the items of a case although they are deleted at their source, as evidence of an incident."""
    from monitor.service import utc_now
    from monitor.store.keeping.holds import add_hold, of_staff, platforms_of

    settings = output.settings(context)
    if not reason.strip():
        raise typer.BadParameter("is empty", param_hint="--reason")
    free_of_identifiers(reason, "--reason", settings.organisation)
    until = ending(expires, settings)
    with closing(opened(settings)) as store:
        role = at_terminal(settings, store).actor("information").role
        number = add_hold(store, case, whoever(by), reason.strip(), until, utc_now(), role)
        platforms, staff = platforms_of(store, case), of_staff(store, case)
    if number is None:
        raise typer.BadParameter(f"there is no case {case} whose items could be held", param_hint="CASE")
    output.show(f"Hold {number}: the items of case {case} stay until {until:%d %b %Y}.")
    if "x" in platforms:
        output.say(_WRITTEN_PERMISSION)
    if staff:
        output.say(_OUTLASTS_WITHDRAWAL)


@app.command("holds")
def list_holds(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Expired and released ones, too.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """List the legal holds: on which case, who answers for each, why, and until when."""
    from monitor.service import utc_now
    from monitor.store.keeping.holds import holds

    settings = output.settings(context)
    today = settings.organisation.day(utc_now())
    with closing(opened(settings)) as store:
        shown = [h for h in holds(store) if everything or h.state(today) == "in force"]
    rows = [
        {"hold": h.number, "case": h.case, "state": h.state(today), "until": h.expires_on.isoformat(),
         "by": h.held_by, "reason": h.reason}
        for h in shown
    ]  # fmt: skip
    if as_json:
        output.print_json(rows)
    elif rows:
        output.table(rows[0], ([str(value) for value in row.values()] for row in rows))
    else:
        output.say("No hold is in force.")


@app.command()
def release(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As `monitor compliance holds` shows it.")],
    by: By = None,
) -> None:
    """Let go of a hold: what should have gone meanwhile goes at the next `monitor compliance run`."""
    from monitor.service import utc_now
    from monitor.store.keeping.holds import release

    settings = output.settings(context)
    with closing(opened(settings)) as store:
        role = at_terminal(settings, store).actor("information").role
        released = release(store, number, whoever(by), utc_now(), role)
    if not released:
        raise typer.BadParameter(f"no hold {number} is there to release", param_hint="NUMBER")
    output.show(f"Hold {number} is released.")
