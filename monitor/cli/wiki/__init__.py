"""`monitor wiki`: the edit watch: which pages are watched, what was done to them, and what an edit does."""

from __future__ import annotations

import typer

from monitor.cli.wiki import explaining, history, status, watching

app = typer.Typer(
    help="Watch pages of Wikipedia or another wiki, and see what edits do to them.", no_args_is_help=True
)

app.command()(watching.watch)
app.command()(status.status)
app.command()(history.history)
app.command()(explaining.explain)
