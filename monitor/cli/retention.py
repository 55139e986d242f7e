"""`monitor retention`: what was kept for long enough goes, dry run first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.person import at_terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.config import Retention as Periods
    from monitor.retention import Plan

app = typer.Typer(help="Keep things only for as long as was agreed.", no_args_is_help=True)

WORDS = {
    "mentions": "mentions without a finding",
    "unreviewed": "findings that nobody decided",
    "dismissed": "false alarms, and cases without action",
    "acted_on": "cases in which something was done",
    "mails": "our copies of sent mails",
    "registers": "ended rows of registers, reminders that are done",
    "audit": "rows of the audit log",
}
_PERIODS = {"registers": "audit"}


@app.command("plan")
def show_plan(context: typer.Context, as_json: output.AsJson = False) -> None:
    """Show what a run would purge now, and what follows within a week. Changes nothing."""
    from monitor import logs, service

    logs.configure(logs.ONLY_ERRORS)
    settings = output.settings(context)
    with service.opened(settings) as app:
        plan = app.retention().plan()
    if as_json:
        output.print_json(_as_data(plan))
    else:
        _print(plan, settings.retention)


@app.command()
def run(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it, as `plan` does.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Even if the clock seems to have jumped.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """Purge what was kept for long enough; the daemon does the same once a day.

    Tombstones stay. Interrupted, the next run goes on where this one was.
    """
    if dry_run:
        show_plan(context, as_json=as_json)
        return
    from monitor import logs, service

    logs.configure(logs.ONLY_ERRORS)
    settings = output.settings(context)
    with service.opened(settings) as app:
        retention = app.retention()
        plan = retention.plan()
        if not as_json:
            _print(plan, settings.retention)
        if not yes:
            retention.believe_clock()
        with output.progress("Purging", total=plan.items + plan.held) as bar:
            done = retention.run(
                at_terminal(settings, app.store).actor("information"),
                lambda items: bar.advance(bar.task_ids[0], items),
            )
        files = app.forget_files()
    _report(plan, dict(done) | {"files": files}, as_json=as_json)


def _report(plan: Plan, done: Mapping[str, int], *, as_json: bool) -> None:
    if as_json:
        output.print_json({"plan": _as_data(plan), "done": done})
        return
    items = sum(done[name] for name in ("mentions", "unreviewed", "dismissed", "acted_on", "terms"))
    output.say(f"\n{_number(items, 'item')} purged; a tombstone of each stays.")


def _print(plan: Plan, periods: Periods) -> None:
    rows = (
        (words, _days(periods, name), str(plan.going[name]), str(plan.soon[name]))
        for name, words in WORDS.items()
    )
    output.table(("What", "Kept for", "Goes now", "Goes within a week"), rows)
    if plan.held:
        held = _number(plan.held, "item")
        output.say(f"\n{held} should go but stay under a legal hold: `monitor compliance holds`.")


def _days(periods: Periods, name: str) -> str:
    return f"{getattr(periods, _PERIODS.get(name, name)).days} days"


def _as_data(plan: Plan) -> dict[str, Any]:
    return {"going": plan.going, "within_a_week": plan.soon, "held": plan.held}


def _number(count: int, one: str) -> str:
    return f"{count:,} {one}" + ("" if count == 1 else "s")
