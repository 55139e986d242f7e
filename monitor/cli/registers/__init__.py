"""`monitor registers`: what the policies want a list of. One group of commands for each register.

The commands are made out of the models of `monitor.registers`, which are heavy: when one is asked for.
"""

from __future__ import annotations

from typing import Any

import typer

from monitor.cli.house import House


class Made(House):
    """A group whose commands are made when somebody first looks at them."""

    _commands: dict[str, Any]

    @property
    def commands(self) -> Any:
        """The commands by name."""
        if not self._commands:
            from monitor.cli.registers.commands import all_commands

            self._commands = all_commands()
        return self._commands

    @commands.setter
    def commands(self, given: Any) -> None:
        self._commands = dict(given)


app = typer.Typer(
    cls=Made, help="Keep the lists that the policies ask for: accounts, permissions ...", no_args_is_help=True
)


@app.callback()
def _group() -> None:
    """Keep the lists that the policies ask for: official accounts, blogs, permissions, leavers."""
