"""`monitor cases`: look at cases, work on them, finish them."""

from __future__ import annotations

import typer

from monitor.cli.casework import acting, deciding, listing, marking, passing_on, showing

app = typer.Typer(help="Look at cases, work on them, finish them.", no_args_is_help=True)

LOOKING, WORKING, FINISHING = "Look", "Work on it", "Finish it"

app.command("list", rich_help_panel=LOOKING)(listing.list_cases)
app.command("show", rich_help_panel=LOOKING)(showing.show)
app.command("export", rich_help_panel=LOOKING)(showing.export)
app.command("claim", rich_help_panel=WORKING)(acting.claim)
app.command("release", rich_help_panel=WORKING)(acting.release)
app.command("assign", rich_help_panel=WORKING)(passing_on.assign)
app.command("escalate", rich_help_panel=WORKING)(passing_on.escalate)
app.command("advice", rich_help_panel=WORKING)(passing_on.advice)
app.command("remind", rich_help_panel=WORKING)(acting.remind)
app.command("notice", rich_help_panel=WORKING)(passing_on.notice)
app.command("answer", rich_help_panel=FINISHING)(deciding.answer)
app.command("mark", rich_help_panel=FINISHING)(marking.mark)
app.command("merge", rich_help_panel=FINISHING)(deciding.merge)
app.command("close", rich_help_panel=FINISHING)(deciding.close)
app.command("reopen", rich_help_panel=FINISHING)(deciding.reopen)
