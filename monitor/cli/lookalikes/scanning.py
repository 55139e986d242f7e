"""`monitor lookalikes scan`: search profiles and look domains up now, under the organisation's names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli import output
from monitor.cli.output import Exit
from monitor.cli.scan import case_data, show_cases, source_data
from monitor.cli.viewing import seen

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.pipeline import Task
    from monitor.service import App
    from monitor.types import Item, Tally

HOW = (
    'nothing is searched yet: name sources in lookalikes.search, such as search = ["Bluesky"], '
    "or set lookalikes.domains = true"
)


def scan(context: typer.Context, as_json: output.AsJson = False) -> None:
    """Search profiles under your names now, and look up domains that resemble yours.

    Asks no more than a day's questions. Only what could be taken for yours is stored; of people who come up
    in a search nothing is. Exit code 3 where something was not read.
    """
    from monitor import logs, service
    from monitor.errors import ConfigError
    from monitor.store.views import items_found_since

    logs.configure(logs.ONLY_ERRORS)  # what broke is said in the report
    settings = output.settings(context)
    with service.opened(settings) as app:
        tasks = app.searches()
        if not tasks:
            raise ConfigError(HOW)
        began = service.utc_now()
        output.say(f"Searching {len(tasks)} source{'' if len(tasks) == 1 else 's'} under your own names")
        tallies = _read(app, tasks)
        mine, others = seen(app, items_found_since(app.store, began, app.rules.clauses))
    by_hand = [*_by_hand(settings)]
    if as_json:
        data = {"sources": [*map(source_data, tallies)], "cases": [*map(case_data, mine)]}
        output.print_json(data | {"for_others": others, "search_by_hand": [*map(list, by_hand)]})
    else:
        _report(tallies, mine, others, by_hand)
    raise typer.Exit(Exit.OK if all(tally.state.answered for tally in tallies) else Exit.NOT_READ)


def _read(app: App, tasks: list[Task]) -> list[Tally]:
    from monitor.pipeline import Window

    with output.progress("Searching", total=len(tasks)) as bar:
        task_id = bar.task_ids[0]

        def progress(source: str, found: int) -> None:
            bar.update(task_id, description=f"Reading {output.clean(source)}")

        window = Window(since=app.now(), from_cursor=False)
        return app.scan(tasks, window, progress, lambda tally: bar.advance(task_id))


def _report(tallies: list[Tally], found: list[Item], others: int, by_hand: list[tuple[str, str]]) -> None:
    output.table(
        ("Source", "State", "Came up", "Kept", "Findings", "Note"), [_row(tally) for tally in tallies]
    )
    show_cases(tallies, found, others)
    if by_hand:
        output.say("\nThese let nobody else search. Look by hand, signed in as your organisation:")
        for platform, address in by_hand:
            output.say(f"  {platform}: {address}")
    output.say("\nNext: `monitor lookalikes list`, then `monitor lookalikes pack CASE`.")


def _row(tally: Tally) -> tuple[str, ...]:
    numbers = (str(tally.seen), str(tally.kept), str(tally.findings))
    return (tally.source, tally.state.replace("_", " "), *numbers, tally.note)


def _by_hand(settings: Settings) -> Iterator[tuple[str, Any]]:
    """The platforms that are not searched, each with the address of its own search for the short name."""
    from connectors.parts.catalogue import reporting

    named = {source.name: source.kind for source in settings.sources}
    searched = {named.get(name) for name in settings.lookalikes.search}
    for platform, row in reporting().items():
        if row.search and platform not in searched:
            yield platform, row.by_hand(settings.organisation.short)
