"""How commands speak: data on stdout, messages on stderr, exit codes that scripts can rely on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from alerts.text import harmless

if TYPE_CHECKING:
    from rich.progress import Progress

    from monitor.config import Settings


AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
"""The option of every command whose answer a script may read."""


class Exit(IntEnum):
    """What a command's end says to a script."""

    OK = 0
    ERROR = 1
    """Something went wrong that is nobody's typing mistake."""
    USAGE = 2
    """The command line itself is wrong."""
    NOT_READ = 3
    """Finished, but a source was not read."""
    FOUND = 10
    """`--fail-on` was met."""
    NO_ROOM = 74
    """The disk is full; what was committed is safe."""
    ALREADY = 75
    """Another daemon holds the database."""
    DENIED = 77
    """Not for the role of whoever asked."""
    CONFIG = 78
    """The settings or a rule are refused."""
    INTERRUPTED = 130


def stdout() -> Console:
    """The console for data. Made anew each time, so that redirection and NO_COLOR always count."""
    return Console(highlight=False)


def stderr() -> Console:
    """The console for messages, which must not mix with data."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A message for the person at the terminal, as plain text."""
    typer.echo(text, err=True)


def show(text: str) -> None:
    """A line of data, as plain text and never wrapped."""
    typer.echo(text)


def print_json(value: Any) -> None:
    """`value` as JSON on stdout; times by ISO 8601, paths as text."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=_written) + "\n")


def print_json_line(value: Any) -> None:
    """`value` as one line of JSON on stdout, so that a reader can begin before we end."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_written) + "\n")


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def plain(text: str) -> str:
    """Text of strangers, line by line, without what moves the cursor, turns the direction or hides."""
    return "\n".join(map(harmless, text.split("\n")))


def clean(text: str) -> str:
    """`plain` text that rich's markup cannot be smuggled into."""
    return escape(plain(text))


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A table on stdout: drawn on a terminal, tab-separated in a pipe. Cells may be text of strangers."""
    from rich.table import Table

    console = stdout()
    if not console.is_terminal:
        for row in rows:
            show("\t".join(" ".join(plain(cell).split()) for cell in row))
        return
    drawn = Table(box=None, header_style="bold", pad_edge=False)
    for heading in headings:
        drawn.add_column(heading, overflow="fold")  # an address or a Message-ID that is cut is of no use
    for row in rows:
        drawn.add_row(*map(clean, row))
    console.print(drawn)


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Progress]:
    """A progress bar on stderr, drawn only on a terminal. `what` is shown beside it."""
    from rich.progress import Progress

    console = stderr()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        bar.add_task(what, total=total)
        yield bar


def settings(context: typer.Context) -> Settings:
    """The settings in force for a command, `--config` heeded. Raises ConfigError."""
    from monitor import config

    named: Path | None = context.obj
    return config.load(named)
