"""`monitor config`: check the settings, show them with their origin, describe them."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from monitor.cli import output

app = typer.Typer(help="Check, show and describe the settings.", no_args_is_help=True)


@app.command()
def check(
    context: typer.Context,
    offline: Annotated[
        bool, typer.Option("--offline", help="Only the files: leave the mail server and the disk alone.")
    ] = False,
    as_json: output.AsJson = False,
) -> None:
    """Are the settings and rules right? Prints what was found in them; exit code 78 where not."""
    from monitor.cli import checkup, verdicts

    settings = output.settings(context)
    checks = checkup.FILES if offline else (*checkup.FILES, *checkup.SURROUNDINGS)
    found = list(verdicts.run(checks, settings))
    verdicts.report(found, as_json=as_json)
    if any(verdict.failed for verdict in found):
        raise typer.Exit(output.Exit.CONFIG)


@app.command()
def show(context: typer.Context, as_json: output.AsJson = False) -> None:
    """The settings in force and where each came from. Passwords show as asterisks."""
    from monitor.cli.settings_text import effective

    rows = list(effective(output.settings(context)))
    if as_json:
        output.print_json([{"key": key, "value": value, "from": origin} for key, value, origin in rows])
    else:
        output.table(
            ("Key", "Value", "From"), ((key, _written(value), origin) for key, value, origin in rows)
        )


@app.command()
def schema() -> None:
    """The JSON schema of the settings file, for editors that complete and check TOML."""
    from monitor.cli.settings_text import schema as settings_schema

    output.print_json(settings_schema())


@app.command()
def keys() -> None:
    """Every key of the settings file with its meaning and default, as Markdown."""
    from monitor.cli.settings_text import reference

    output.show(reference())


def _written(value: object) -> str:
    """A value as the settings file would have it."""
    if value is None:
        return "not set"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
