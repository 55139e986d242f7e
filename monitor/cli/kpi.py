"""`monitor policy kpi`: the figures that the policies want kept, and what cannot be measured."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from monitor.cli import output
from monitor.cli.database import opened
from monitor.cli.replay import SINCE
from monitor.cli.scan import moment


def kpi(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="From when on: 90d, monday, 2026-11-01.")] = SINCE,
    as_json: output.AsJson = False,
) -> None:
    """Show the key figures of a period: sources, items of registered accounts, cases. Nothing per person."""
    from monitor.keyfigures import NOT_MEASURED, rows
    from monitor.store.kpi import Period, figures

    settings = output.settings(context)
    start = moment(since, settings, "--since")
    named = tuple(source.name for source in settings.sources if source.enabled)
    with closing(opened(settings)) as store:
        found = rows(figures(store, Period(start), named))
    if as_json:
        shown = {key: value for key, _, value in found}
        output.print_json({"since": start, "figures": shown, "not_measured": NOT_MEASURED})
        return
    output.show(f"Since {start:%d %B %Y}")
    output.table(("figure", "is"), ((words, str(value)) for _, words, value in found))
    output.show("\nNot measured:")
    for line in NOT_MEASURED:
        output.show(f"  {line}")
