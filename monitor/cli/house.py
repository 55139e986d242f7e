"""What every command has in common: errors become one line and an exit code, flags show no type."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from monitor.cli import output
from monitor.cli.output import Exit
from monitor.errors import AccessRefused, AlreadyRunning, ConfigError, DiskFull, MonitorError, RuleError

_CODES: tuple[tuple[type[MonitorError], Exit], ...] = (
    (ConfigError, Exit.CONFIG),
    (RuleError, Exit.CONFIG),
    (AccessRefused, Exit.DENIED),
    (AlreadyRunning, Exit.ALREADY),
    (DiskFull, Exit.NO_ROOM),
    (MonitorError, Exit.ERROR),
)


class House(TyperGroup):
    """A group of commands, and the one place where an error raised on purpose ends."""

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

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _plain_flags([*command.params, command.get_help_option(ctx)])
        return command

    def get_params(self, ctx: Any) -> list[Any]:
        """The options of the group itself."""
        return _plain_flags(super().get_params(ctx))


def _plain_flags(options: list[Any]) -> list[Any]:
    """`--json <bool>` reads as if a value had to follow."""
    for option in options:
        if getattr(option, "is_flag", False):
            option.metavar = ""
    return options
