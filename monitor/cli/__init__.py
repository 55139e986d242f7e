"""The command line: `monitor COMMAND`. Commands import what is heavy only when they run."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor import __version__
from monitor.cli import (
    accounts,
    audit,
    backup,
    casework,
    check,
    compliance,
    config,
    deliveries,
    demo,
    digest,
    doctor,
    evaluate,
    filters,
    imports,
    init,
    keys,
    kpi,
    lookalikes,
    org,
    output,
    policy,
    precision,
    protected,
    publish,
    registers,
    replay,
    report,
    retention,
    reveal,
    roles,
    rules,
    run,
    scan,
    sources,
    subject,
    templates,
    web,
    wiki,
)
from monitor.cli.casework import alerts, reminders
from monitor.cli.house import House
from monitor.cli.output import Exit

EXAMPLES = """
[bold]Where to begin[/bold]

[cyan]monitor demo[/cyan]  see it work, without internet or passwords

[cyan]monitor init[/cyan]  write your first settings file

[cyan]monitor doctor[/cyan]  is everything in place?

[cyan]monitor scan --since 7d[/cyan]  read all sources now, a week back

[cyan]monitor check "Draft of a post"[/cyan]  what would the rules say of it?

[bold]Exit codes[/bold]

0 fine, 1 failed, 2 command not understood, 3 a source was not read, 10 --fail-on was met, 74 disk full,
75 already running, 77 not for your role, 78 settings or rules refused, 130 interrupted
"""

app = typer.Typer(
    name="monitor",
    cls=House,
    help="Watch over what is said of your organisation, and tell the people who should know.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        output.show(f"trustwatch {__version__}")
        raise typer.Exit


@app.callback()
def everywhere(
    context: typer.Context,
    config_file: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="Settings file, instead of ./monitor.toml."),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show the whole trace of an unexpected error.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Watch over what is said of your organisation, and tell the people who should know."""
    context.obj = config_file


DAILY, PEOPLE, LEARNING, SETUP = "Day to day", "People", "Learning from use", "Setting up"

app.command("scan", rich_help_panel=DAILY)(scan.scan)
app.command("check", rich_help_panel=DAILY)(check.check)
app.command("digest", rich_help_panel=DAILY)(digest.digest)
app.add_typer(deliveries.app, name="deliveries", cls=House, rich_help_panel=DAILY)
app.add_typer(casework.app, name="cases", cls=House, rich_help_panel=DAILY)
app.add_typer(alerts.app, name="alerts", cls=House, rich_help_panel=DAILY)
app.add_typer(reminders.app, name="reminders", cls=House, rich_help_panel=DAILY)
app.add_typer(report.app, name="report", cls=House, rich_help_panel=DAILY)
app.add_typer(lookalikes.app, name="lookalikes", cls=House, rich_help_panel=DAILY)
app.add_typer(wiki.app, name="wiki", cls=House, rich_help_panel=DAILY)
app.command("import", rich_help_panel=DAILY)(imports.import_files)
app.command("run", rich_help_panel=DAILY)(run.run)
app.command("demo", rich_help_panel=DAILY)(demo.demo)
app.add_typer(accounts.app, name="accounts", cls=House, rich_help_panel=PEOPLE)
app.add_typer(registers.app, name="registers", cls=registers.Made, rich_help_panel=PEOPLE)
app.add_typer(publish.app, name="publish", cls=House, rich_help_panel=PEOPLE)
app.add_typer(roles.app, name="roles", cls=House, rich_help_panel=PEOPLE)
app.command("reveal", rich_help_panel=PEOPLE)(reveal.reveal)
app.add_typer(protected.app, name="protected", cls=House, rich_help_panel=PEOPLE)
app.add_typer(audit.app, name="audit", cls=House, rich_help_panel=PEOPLE)
app.add_typer(subject.app, name="subject", cls=House, rich_help_panel=PEOPLE)
app.add_typer(retention.app, name="retention", cls=House, rich_help_panel=PEOPLE)
app.add_typer(compliance.app, name="compliance", cls=House, rich_help_panel=PEOPLE)
app.command("evaluate", rich_help_panel=LEARNING)(evaluate.evaluate)
app.add_typer(filters.app, name="filters", cls=House, rich_help_panel=LEARNING)
app.command("init", rich_help_panel=SETUP)(init.init)
app.command("doctor", rich_help_panel=SETUP)(doctor.doctor)
app.add_typer(config.app, name="config", cls=House, rich_help_panel=SETUP)
app.add_typer(sources.app, name="sources", cls=House, rich_help_panel=SETUP)
app.add_typer(org.app, name="org", cls=House, rich_help_panel=SETUP)
app.add_typer(policy.app, name="policy", cls=House, rich_help_panel=SETUP)
app.add_typer(rules.app, name="rules", cls=House, rich_help_panel=SETUP)
app.add_typer(templates.app, name="templates", cls=House, rich_help_panel=SETUP)
app.add_typer(keys.app, name="keys", cls=House, rich_help_panel=SETUP)
app.add_typer(web.app, name="web", cls=House, rich_help_panel=SETUP)
app.command("backup", rich_help_panel=SETUP)(backup.backup)
app.command("restore", rich_help_panel=SETUP)(backup.restore)
policy.app.command("kpi")(kpi.kpi)
rules.app.command("replay")(replay.replay)
rules.app.command("precision")(precision.precision)


def main() -> None:
    """The `monitor` command. An error nobody foresaw shows its place, not its words or variables."""
    try:
        app()
    except SystemExit as end:
        if end.code == Exit.INTERRUPTED:
            sys.stdout.flush()
            os._exit(Exit.INTERRUPTED)  # threads that wait for a source would hold the terminal
        raise
    except Exception as error:
        from monitor.logs import place_of

        if {"-v", "--verbose"} & set(sys.argv):
            raise
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            output.say("there is no room left to write: free some; everything committed is safe")
            sys.exit(Exit.NO_ROOM)
        output.say(
            f"unexpected {type(error).__name__} in {place_of(error)}: run `monitor -v ...` for the trace"
        )
        sys.exit(Exit.ERROR)
