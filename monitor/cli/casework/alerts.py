"""`monitor alerts`: the cases that could not wait for the digest, who was told of them, and who answered."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.casework.work import Number, Reason, Work, at_work

if TYPE_CHECKING:
    from monitor.store.casework.alerts import Raised, Told
    from monitor.types import Item

app = typer.Typer(help="Cases that cannot wait: who was told, who sees to them.", no_args_is_help=True)

DEPUTIES = 1
"""The tier of the deputies (monitor/escalation.py)."""

STATUS = {
    "owed": "not sent yet",
    "claimed": "being sent",
    "sent": "told",
    "refused": "refused by the mail server",
}
"""What became of a message, in words."""


@app.command("list")
def list_alerts(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are settled.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """List the cases that nobody has acknowledged yet, the oldest first: when raised, who was told."""
    from monitor.clocks import Clocks
    from monitor.store.casework.alerts import alerts_waiting, all_alerts
    from monitor.store.views import items_of

    with at_work(context) as work:
        found = all_alerts(work.store) if everything else alerts_waiting(work.store)
        alerts = [alert for alert in found if _is_theirs(work, alert)]
        clocks = Clocks(work.desk.zone, work.desk.now())
        items = items_of(work.store, [alert.case for alert in alerts], {}, clocks)
        with work.store.transaction() as tx:
            cases = [alert.case for alert in alerts]
            tx.audit(work.person.actor(), "alerts.listed", "alerts", work.desk.now(), cases=cases)
        if as_json:
            output.print_json([_as_data(alert, items.get(alert.case)) for alert in alerts])
        elif alerts:
            headings = ("Case", "Severity", "What was seen", "Raised", "Told", "Now")
            output.table(headings, [_row(work, alert, items.get(alert.case)) for alert in alerts])
        else:
            output.say("No alert of yours to see." if everything else "Nothing waits for an answer.")


@app.command()
def acknowledge(context: typer.Context, number: Number, reason: Reason = "") -> None:
    """Say that you have seen the alert of a case and see to it: nobody else is told then."""
    with at_work(context) as work:
        words = work.words(reason, "--reason")
        try:
            before = work.desk.acknowledge(number, work.person, words)
        except LookupError as error:
            raise typer.BadParameter(str(error), param_hint="CASE") from None
        if before.acknowledged_at is not None:
            when = work.moment(before.acknowledged_at)
            output.show(f"Case {number}: {before.acknowledged_by} acknowledged it, {when}.")
            return
    output.show(f"Case {number} is acknowledged: nobody else is told of it.")
    output.say(f"Next: monitor cases claim {number}")


def _is_theirs(work: Work, alert: Raised) -> bool:
    """Whether the person works in the alert's lane, or was told of it."""
    from monitor.casework.desk import addresses_of

    mine = addresses_of(work.person, work.desk.directory)
    return work.person.sees(alert.lane) or any(told.recipient in mine for told in alert.told)


def _row(work: Work, alert: Raised, item: Item | None) -> tuple[str, ...]:
    title = f"{item.title} ({item.rule_id})" if item else "(nothing kept)"
    raised = f"{work.moment(alert.raised_at)}, {_age(work.desk.now() - alert.raised_at)} ago"
    told = "; ".join(_told(work, each) for each in alert.told) or "nobody yet"
    return (str(alert.case), alert.severity, title, raised, told, _standing(work, alert))


def _told(work: Work, told: Told) -> str:
    role = f"{'deputy of ' if told.tier == DEPUTIES else ''}{told.role.replace('_', ' ')}"
    at = f" {told.settled_at.astimezone(work.desk.zone):%H:%M}" if told.settled_at else ""
    return f"{role}: {STATUS[told.status]}{at}"


def _standing(work: Work, alert: Raised) -> str:
    if alert.acknowledged_at is not None:
        return f"acknowledged by {alert.acknowledged_by}, {work.moment(alert.acknowledged_at)}"
    if not alert.is_open:
        return "closed"
    if alert.exhausted_at is not None:
        return "nobody is left to tell"
    return f"monitor alerts acknowledge {alert.case}"


def _age(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"


def _as_data(alert: Raised, item: Item | None) -> dict[str, Any]:
    """An alert as JSON, by roles: who holds them stands in the settings."""
    data = asdict(alert) | {"rule": item.rule_id if item else None, "title": item.title if item else None}
    del data["owed"]
    for told in data["told"]:
        del told["recipient"]
    return data
