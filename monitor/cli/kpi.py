"""`monitor policy kpi`: the figures that the policies want kept, and what cannot be measured."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.database import opened
from monitor.cli.replay import SINCE
from monitor.cli.scan import moment
from monitor.smallcounts import SMALL, TOO_FEW

if TYPE_CHECKING:
    from monitor.store.kpi import Figures

NOT_MEASURED = (
    "Awareness of the policy: ask in a survey, or take the training figures of your organisation.",
    "Answers that staff gave in private, in closed groups, or on accounts that are not registered.",
    "Reach and mood: neither is counted, so that nobody is ranked by them.",
    "Each single poll: the rows keep when a source last answered, not how often it did not.",
)


def kpi(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="From when on: 90d, monday, 2026-11-01.")] = SINCE,
    as_json: output.AsJson = False,
) -> None:
    """Show the key figures of a period: sources, items of registered accounts, cases. Nothing per person."""
    from monitor.store.kpi import figures

    settings = output.settings(context)
    start = moment(since, settings, "--since")
    named = tuple(source.name for source in settings.sources if source.enabled)
    with closing(opened(settings)) as store:
        found = figures(store, start, named)
    rows = _rows(found)
    if as_json:
        shown = {key: value for key, _, value in rows}
        output.print_json({"since": start, "figures": shown, "not_measured": NOT_MEASURED})
        return
    output.show(f"Since {start:%d %B %Y}")
    output.table(("figure", "is"), ((words, str(value)) for _, words, value in rows))
    output.show("\nNot measured:")
    for line in NOT_MEASURED:
        output.show(f"  {line}")


def _rows(found: Figures) -> list[tuple[str, str, Any]]:
    """Key, words and value of each figure; what is about people is not printed where it is small."""
    enough = found.closed >= SMALL
    return [
        ("sources", "sources switched on", found.sources),
        ("sources_answered", "sources that answered in that time", found.answered),
        ("staff_items", "items by authorised accounts", _counted(found.staff_items)),
        ("official_items", "items and answers by official accounts", _counted(found.official_items)),
        ("cases_opened", "cases opened", _counted(found.opened)),
        ("cases_closed", "cases closed", _counted(found.closed)),
        ("acknowledged", "closed cases with an acknowledgement", _share(found) if enough else TOO_FEW),
        ("median_to_close", "median time to close a case", _time(found.to_close) if enough else TOO_FEW),
    ]


def _counted(number: int) -> int | str:
    return number if number >= SMALL else TOO_FEW


def _share(found: Figures) -> str:
    """The share in steps of ten: a finer one would tell the small number behind it."""
    return f"about {round(10 * found.acknowledged / found.closed) * 10} %"


def _time(length: timedelta | None) -> str:
    hours = round((length or timedelta()).total_seconds() / 3600)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"
