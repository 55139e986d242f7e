"""`monitor protected`: the Guardian's own lane, for the Guardian alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import curtain, output
from monitor.cli.keyring import KeyFile, at_hand, ready, reason_given
from monitor.cli.person import at_terminal, refusals_written
from monitor.types import Lane

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store import Store
    from monitor.types import Actor

app = typer.Typer(help="What waits for the Freedom to Speak Up Guardian.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="As `monitor protected list` shows it.")]


@app.command("list")
def list_items(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also what was handed over already.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """List what waits for you, by number and day. It says nothing of what was written."""
    from monitor.service import utc_now
    from monitor.store.protected import waiting

    settings = output.settings(context)
    with _as_guardian(settings, "protected") as (store, actor):
        with store.reading() as connection:
            rows = waiting(connection, everything=everything)
        with store.transaction() as tx:
            tx.audit(actor, "protected.listed", "protected", utc_now(), protected=True)
    shown = [
        {"number": row.number, "first_seen": row.first_seen_on, "source": row.source,
         "state": "handed over" if row.handed_over_at else "waits"}
        for row in rows
    ]  # fmt: skip
    if as_json:
        output.print_json(shown)
    elif shown:
        headings = ("Number", "First seen", "Source", "State")
        output.table(headings, ([str(value) for value in row.values()] for row in shown))
    else:
        output.say("Nothing waits for you.")


@app.command()
def show(
    context: typer.Context,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why you look, in a few words. Name nobody.")],
    screenshot: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write the pictures that were handed in there.")
    ] = None,
    key: KeyFile = None,
) -> None:
    """Open one item with your key: who wrote what, where, and why it is here.

    It is in the log of this lane before it is shown, and in your next mail. On a terminal it is gone after
    five minutes, or at Enter.
    """
    import base64
    import json

    from monitor.cli.reveal import say_written
    from monitor.sealing import PROTECTED
    from monitor.service import utc_now
    from monitor.store.originals.looks import SHOWN
    from monitor.store.protected import one

    settings = output.settings(context)
    why = reason_given(reason, settings)
    with _as_guardian(settings, f"item:{number}") as (store, actor):
        with store.reading() as connection:
            row = one(connection, number)
        if row is None:
            raise _nothing(number)
        value = json.loads(at_hand(settings, store, PROTECTED, key).open(row.sealed, row.place))
        with store.transaction() as tx:
            tx.audit(actor, SHOWN, f"item:{number}", utc_now(), why, protected=True)
    pictures = value.get("pictures", {})
    curtain.show(_lines(number, value, screenshot is None))
    if screenshot is not None:
        for name, content in pictures.items():
            say_written(screenshot, name, base64.b64decode(content))


@app.command("hand-over")
def take_over(context: typer.Context, number: Number) -> None:
    """Say that you have taken an item over: it waits no more, and is deleted in its time."""
    from monitor.service import utc_now
    from monitor.store.protected import hand_over

    settings = output.settings(context)
    with _as_guardian(settings, f"item:{number}") as (store, actor), store.transaction() as tx:
        now = utc_now()
        if not hand_over(tx, number, now):
            raise _nothing(number)
        tx.audit(actor, "protected.handed_over", f"item:{number}", now, protected=True)
    output.show(f"Item {number} is yours: it waits no more, and is deleted in its time.")


@contextmanager
def _as_guardian(settings: Settings, about: str) -> Iterator[tuple[Store, Actor]]:
    """The database, and the Guardian as who uses it. Raises AccessRefused for anybody else."""
    from monitor.service import utc_now

    with ready(settings) as store:
        person = at_terminal(settings, store)
        with refusals_written(store, person, about, utc_now(), protected=True):
            actor = person.revealing(Lane.PROTECTED)
        yield store, actor


def _nothing(number: int) -> typer.BadParameter:
    return typer.BadParameter(f"nothing waits under {number}", param_hint="NUMBER")


def _lines(number: int, value: dict[str, object], pictures_are_named: bool) -> list[str]:
    from monitor.originals import told

    lines = [f"Item {number}: {value.get('rule', '')} ({value.get('rule_id', '-')})\n"]
    lines += told(value)
    lines += ["", f"Why it is here: {value.get('reason', '')}"]
    for name, ids in (("Clauses", value.get("clauses")), ("For the author", value.get("counter_clauses"))):
        if ids:
            lines.append(f"{name}: {', '.join(ids)}")  # type: ignore[arg-type]
    if (pictures := value.get("pictures")) and pictures_are_named:
        lines.append(f"\n{len(pictures)} picture(s) were handed in: --screenshot FOLDER writes them.")  # type: ignore[arg-type]
    return lines
