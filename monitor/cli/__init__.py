"""The command line: `monitor COMMAND`. Commands import what is heavy only when they run."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from monitor import __version__
from monitor.cli import config, doctor, init, output, sources
from monitor.cli.output import Exit
from monitor.errors import AlreadyRunning, ConfigError, DiskFull, MonitorError, RuleError

EXAMPLES = """
[bold]Where to begin[/bold]

[cyan]monitor demo[/cyan]  see it work, without internet or passwords\n
[cyan]monitor init[/cyan]  write your first settings file\n
[cyan]monitor doctor[/cyan]  is everything in place?\n
[cyan]monitor scan --since 7d[/cyan]  read all sources now, a week back\n
[cyan]monitor check "Draft of a post"[/cyan]  what would the rules say of it?\n

Exit codes: 0 fine, 1 failed, 2 command line not understood, 3 a source was not read,
10 `--fail-on` was met, 74 disk full, 75 already running, 78 settings or rules refused, 130 interrupted.
"""

_CODES: tuple[tuple[type[MonitorError], Exit], ...] = (
    (ConfigError, Exit.CONFIG),
    (RuleError, Exit.CONFIG),
    (AlreadyRunning, Exit.ALREADY),
    (DiskFull, Exit.NO_ROOM),
    (MonitorError, Exit.ERROR),
)


class House(TyperGroup):
    """The one place where an error we raise on purpose becomes a line on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except MonitorError as error:
            output.say(str(error))
            raise typer.Exit(next(code for kind, code in _CODES if isinstance(error, kind))) from None
        except (KeyboardInterrupt, typer.Abort):
            output.say("interrupted")
            raise typer.Exit(Exit.INTERRUPTED) from None


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
    config: Annotated[
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
    context.obj = config


DAILY, SETUP = "Day to day", "Setting up"

for _name in ("scan", "check", "digest", "run", "demo"):
    if find_spec(f"monitor.cli.{_name}"):
        app.command(_name, rich_help_panel=DAILY)(getattr(import_module(f"monitor.cli.{_name}"), _name))

app.command("init", rich_help_panel=SETUP)(init.init)
app.command("doctor", rich_help_panel=SETUP)(doctor.doctor)
app.add_typer(config.app, name="config", rich_help_panel=SETUP)
app.add_typer(sources.app, name="sources", rich_help_panel=SETUP)
if find_spec("monitor.cli.rules"):
    app.add_typer(import_module("monitor.cli.rules").app, name="rules", rich_help_panel=SETUP)


def main() -> None:
    """The `monitor` command. An error nobody foresaw shows its place, not its words or variables."""
    try:
        app()
    except Exception as error:
        if {"-v", "--verbose"} & set(sys.argv):
            raise
        output.say(
            f"unexpected {type(error).__name__} in {_place(error)}: run `monitor -v ...` for the trace"
        )
        sys.exit(Exit.ERROR)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
