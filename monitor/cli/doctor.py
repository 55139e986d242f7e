"""`monitor doctor`: is everything in place on this machine?"""

from __future__ import annotations

import typer

from monitor.cli import output
from monitor.errors import ConfigError


def doctor(
    context: typer.Context,
    as_json: output.AsJson = False,
) -> None:
    """Is everything in place? Checks settings, rules, disk, database, clock and mail; changes nothing."""
    from monitor.cli import checkup

    verdicts = [checkup.judged(name, check) for name, check in checkup.MACHINE]
    try:
        settings = output.settings(context)
    except ConfigError as error:
        verdicts.append(checkup.Verdict("settings", checkup.Outcome.FAILURE, str(error)))
    else:
        checks = (*checkup.FILES, *checkup.INSTALLATION, *checkup.SURROUNDINGS)
        verdicts += checkup.run(checks, settings)
    checkup.report(verdicts, as_json=as_json)
    failures = sum(verdict.failed for verdict in verdicts)
    output.say(f"{len(verdicts)} checks, {failures} failed")
    if failures:
        raise typer.Exit(output.Exit.ERROR)
