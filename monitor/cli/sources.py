"""`monitor sources`: what is read, how it stands, and whether it answers now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output, platforms
from monitor.cli.parse import parse

if TYPE_CHECKING:
    from monitor.config import Settings, SourceSettings
    from monitor.store.tables import MeterReading
    from monitor.types import PicturesSeen

_WEEK = timedelta(days=7)

app = typer.Typer(help="See the sources and try them.", no_args_is_help=True)
app.command()(parse)


@app.command("list")
def list_sources(
    context: typer.Context,
    all_kinds: Annotated[
        bool, typer.Option("--all", help="List what can be read, platform by platform, instead.")
    ] = False,
    as_json: output.AsJson = False,
) -> None:
    """Every source: its kind, state, when it was last read and when it is due."""
    rows = list(platforms.platform_rows() if all_kinds else _standing(output.settings(context)))
    if as_json:
        output.print_json(rows)
    elif all_kinds:
        output.table(platforms.COLUMNS, map(platforms.cells, rows))
        output.say(f"\n{platforms.RESTING}")
    elif rows:
        _show(rows)
    else:
        output.say("no sources yet: add a [[sources]] table to the settings")


def _show(rows: list[dict[str, Any]]) -> None:
    """The sources as a table; what they spent, and what came of pictures, only where one of them has some."""
    sparse = ("spent", "pictures")
    shown = [key for key in rows[0] if key not in sparse or any(row[key] for row in rows)]
    output.table(
        (key.replace("_", " ").capitalize() for key in shown),
        ([_cell(row[key]) for key in shown] for row in rows),
    )


def _standing(settings: Settings) -> Iterator[dict[str, Any]]:
    """What the store knows of each source; a source that was never read is `new`."""
    from monitor.cli.database import exists
    from monitor.searching import searches
    from monitor.store import open_store
    from monitor.store.meter import latest_readings
    from monitor.store.picturecounts import pictures_seen

    sources = (*settings.sources, *searches(settings))
    if not exists(settings):
        yield from (_row(source, None, None, None, settings) for source in sources)
        return
    with closing(open_store(settings.store)) as store:
        known, spent = store.coverage(), latest_readings(store)
        with store.reading() as connection:
            pictures = {seen.source: seen for seen in pictures_seen(connection, datetime.now(UTC) - _WEEK)}
        for source in sources:
            name = source.name
            row = _row(source, known.get(name), store.next_due(name), spent.get(name), settings)
            yield row | {"pictures": _pictures(pictures.get(name))}


def _row(
    source: SourceSettings, known: Any, due: datetime | None, spent: MeterReading | None, settings: Settings
) -> dict[str, Any]:
    zone = settings.organisation.zone
    local: Callable[[datetime | None], datetime | None] = lambda at: at and at.astimezone(zone)  # noqa: E731
    return {
        "name": source.name,
        "kind": source.kind,
        "state": (known.state if known else "new") if source.enabled else "disabled",
        "last_ok": local(known and known.last_ok_at),
        "next_due": local(due) if source.enabled else None,
        "spent": _spent(source.kind, spent) if spent else None,
        "pictures": None,
        "note": known.note if known else "",
    }


def _pictures(seen: PicturesSeen | None) -> str | None:
    """How many pictures were looked at in the last week, and how many of them could not be analysed."""
    if seen is None:
        return None
    return f"{seen.pictures}, {seen.unseen} not analysed" if seen.unseen else str(seen.pictures)


def _spent(kind: str, reading: MeterReading) -> str:
    """What a source spent on the last day it was asked: the day is the platform's own."""
    import connectors

    amount: Callable[[int], str] = getattr(connectors.load(kind), "amount", "{:,}".format)
    limit = f" of {amount(reading.allowed)}" if reading.allowed is not None else ""
    return f"{amount(reading.spent)}{limit} on {reading.day:%d %b}"


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%d %b %H:%M}"
    return "-" if value is None else str(value)


@app.command()
def check(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Names of sources, as in the settings.")
    ],
    as_json: output.AsJson = False,
) -> None:
    """Read one page of each named source now and store nothing. Exit code 3 where one is not read."""
    settings = output.settings(context)
    results = [_tried(settings, named(settings, name)) for name in names]
    if as_json:
        output.print_json(results)
    else:
        for result in results:
            output.show(f"{result['name']}: {result['says']}")
    if not all(result["read"] for result in results):
        raise typer.Exit(output.Exit.NOT_READ)


def named(settings: Settings, name: str) -> SourceSettings:
    """The source that somebody typed the name of; a usage error with a suggestion where there is none."""
    from monitor.config.problems import did_you_mean

    found = next((source for source in settings.sources if source.name == name), None)
    if found is None:
        known = [source.name for source in settings.sources]
        hint = did_you_mean(name, known) if known else "the settings name none"
        raise typer.BadParameter(f"no source is called {name!r}: {hint}")
    return found


def _tried(settings: Settings, source: SourceSettings) -> dict[str, Any]:
    """Read one page. The gate holds here as well, and what it costs is counted."""
    from monitor import service, sourcing
    from monitor.errors import SourceError

    now = service.utc_now()
    try:
        with sourcing.counting(settings) as meters:
            sourcing.gate(settings, service.utc_now, meters).admit(source)
            reader = sourcing.connector(settings, source, service.utc_now, meters=meters)
            page = next(reader.pages(None, now - source.lookback), None)
    except SourceError as error:
        return {"name": source.name, "read": False, "posts": 0, "says": f"{error.state}: {error}"}
    posts = page.posts if page else ()
    newest = max((post.created_at for post in posts if post.created_at), default=None)
    says = f"answers; {len(posts)} item{'' if len(posts) == 1 else 's'} on its first page"
    if newest:
        says += f", newest of {newest.astimezone(settings.organisation.zone):%d %b %Y %H:%M}"
    return {"name": source.name, "read": True, "posts": len(posts), "newest": newest, "says": says}
