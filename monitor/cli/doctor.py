"""`monitor doctor`: is everything in place on this machine?"""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli import output


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Is everything in place? Checks settings, rules, disk, database, clock and mail; changes nothing."""
    from monitor.cli import checkup

    settings = output.settings(context)
    checks = (*checkup.FILES, *checkup.INSTALLATION, *checkup.SURROUNDINGS)
    verdicts = list(checkup.run(checks, settings))
    checkup.report(verdicts, as_json=as_json)
    failures = sum(verdict.failed for verdict in verdicts)
    output.say(f"{len(verdicts)} checks, {failures} failed")
    if failures:
        raise typer.Exit(output.Exit.ERROR)
