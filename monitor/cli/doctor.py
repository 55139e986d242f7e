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
    from monitor.cli import checkup, verdicts
    from monitor.cli.keyring import the_keys
    from monitor.cli.reaching import the_links

    found = [verdicts.judged(name, check) for name, check in checkup.MACHINE]
    try:
        settings = output.settings(context)
    except ConfigError as error:
        found.append(verdicts.Verdict("settings", verdicts.Outcome.FAILURE, str(error)))
    else:
        more = (("keys", the_keys), ("links", the_links))
        checks = (*checkup.FILES, *checkup.INSTALLATION, *checkup.SURROUNDINGS, *more)
        found += verdicts.run(checks, settings)
    verdicts.report(found, as_json=as_json)
    failures = sum(verdict.failed for verdict in found)
    output.say(f"{len(found)} checks, {failures} failed")
    if failures:
        raise typer.Exit(output.Exit.ERROR)
