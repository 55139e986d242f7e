"""`monitor rules precision`: how often people agreed with each rule."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.database import opened
from monitor.cli.replay import SINCE
from monitor.cli.scan import moment

if TYPE_CHECKING:
    from monitor.store.casework.decisions import Record

_ENOUGH = 5


def precision(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="Findings made since: 90d, monday, 2026-11-01.")] = SINCE,
    as_json: output.AsJson = False,
) -> None:
    """Show for each rule what people said of its cases: the share that was right, with its 95 % interval."""
    from monitor.store.casework.decisions import records

    settings = output.settings(context)
    start = moment(since, settings, "--since")
    with closing(opened(settings)) as store:
        rows = [_as_data(rule_id, record) for rule_id, record in records(store, start).items()]
    if as_json:
        output.print_json(rows)
    elif rows:
        counts = ("rule", "findings", "cases", "decided", "right", "wrong")
        output.table(
            (*counts, "precision"), ([*(str(row[key]) for key in counts), _told(row)] for row in rows)
        )
    else:
        output.say("No rule has found anything in that time.")


def _as_data(rule_id: str, record: Record) -> dict[str, Any]:
    """Precision is None where too few cases were decided to say anything."""
    from rules.scoring import Share

    share = Share(record.right, record.decided)
    enough = record.decided >= _ENOUGH
    low, high = share.interval if enough and share.interval else (None, None)
    return {
        "rule": rule_id,
        "findings": record.findings,
        "cases": len(record.cases),
        "decided": record.decided,
        "right": record.right,
        "wrong": record.wrong,
        "precision": share.value if enough else None,
        "low": low,
        "high": high,
    }


def _told(row: dict[str, Any]) -> str:
    if row["precision"] is None:
        return "too few to say"
    return f"{row['precision']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
