"""`monitor lookalikes`: accounts and domains that could be taken for the organisation's."""

from __future__ import annotations

import typer

from monitor.cli.lookalikes import explaining, listing, packing, scanning

app = typer.Typer(
    help="Find accounts and domains that could be taken for yours, and see to them.", no_args_is_help=True
)

FINDING, SEEING_TO = "Find them", "See to them"

app.command("scan", rich_help_panel=FINDING)(scanning.scan)
app.command("list", rich_help_panel=FINDING)(listing.list_lookalikes)
app.command("domains", rich_help_panel=FINDING)(listing.domains)
app.command("explain", rich_help_panel=FINDING)(explaining.explain)
app.command("pack", rich_help_panel=SEEING_TO)(packing.pack)
app.command("status", rich_help_panel=SEEING_TO)(packing.status)
