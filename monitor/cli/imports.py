"""`monitor import`: files that platforms and programs export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli import output
from monitor.cli.output import Exit
from monitor.cli.scan import case_data, installation, show_case
from monitor.errors import SourceError

if TYPE_CHECKING:
    from connectors.intake.exports import Export, Reader
    from connectors.intake.opml import Feed
    from monitor.config import Settings
    from monitor.service import App
    from monitor.types import Item, Tally

Kind = Literal["auto", "x-archive", "whatsapp", "csv", "opml"]
_MOST_CASES = 20


def import_files(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="What was exported.", exists=True, dir_okay=False, readable=True),
    ],
    kind: Annotated[Kind, typer.Option(help="What the files are; auto looks at each.")] = "auto",
    source: Annotated[str, typer.Option(metavar="NAME", help="Under which name it is kept.")] = "imports",
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Store nothing.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """Read what was exported: an X archive, a WhatsApp chat, a table of posts (CSV), a list of feeds (OPML).

    Every post goes the way of any other, and all are kept. The same file again adds nothing twice. Of a list
    of feeds the tables for the settings file are printed, and nothing is stored.
    """
    from monitor import logs

    logs.configure(logs.ONLY_ERRORS)
    settings = output.settings(context)
    kinds = [(file, _kind(file, kind)) for file in files]
    lists = [file for file, its in kinds if its == "opml"]
    others = [(file, its) for file, its in kinds if its != "opml"]
    feeds = _feeds(settings, lists)
    rows, found = _posts(settings, others, source, dry_run=dry_run) if others else ([], [])
    if as_json:
        data = {
            "files": rows,
            "cases": [*map(case_data, found)],
            "feeds": [{"name": feed.name, "url": feed.url} for feed in feeds],
        }
        output.print_json(data)
    else:
        _print(rows, found, feeds if lists else None)
        if rows and not dry_run:
            output.say("\nNext: what was found is in the next digest.")
    if not all(row["whole"] for row in rows):
        raise typer.Exit(Exit.NOT_READ)


def _kind(file: Path, kind: str) -> Export:
    from connectors.intake.exports import Export, kind_of

    try:
        return kind_of(file) if kind == Export.AUTO else Export(kind)
    except SourceError as error:
        raise typer.BadParameter(str(error), param_hint="FILE") from None


# -- feeds --------------------------------------------------------------------------------------------


def _feeds(settings: Settings, lists: list[Path]) -> list[Feed]:
    """The feeds of the lists that the settings do not have."""
    from connectors.intake.opml import feeds

    found: list[Feed] = []
    for file in lists:
        taken = [*(source.name for source in settings.sources), *(feed.name for feed in found)]
        known = [*(str(s.options.get("url")) for s in settings.sources), *(feed.url for feed in found)]
        try:
            found += feeds(file, taken, known)
        except SourceError as error:
            raise typer.BadParameter(str(error), param_hint="FILE") from None
    return found


# -- posts --------------------------------------------------------------------------------------------


def _posts(
    settings: Settings, files: list[tuple[Path, Export]], source: str, *, dry_run: bool
) -> tuple[list[dict[str, Any]], list[Item]]:
    """What became of each file, and the cases that came of all."""
    from monitor.store.views import items_found_since

    if not source.strip() or not source.isprintable():
        raise typer.BadParameter("must be a name", param_hint="--source")
    with installation(settings, dry_run=dry_run, seed=False) as app:
        began = app.now()
        readers = [(file, kind, _reader(app, source, file, kind)) for file, kind in files]
        rows = [_row(file, kind, reader, _read(app, source, kind, reader)) for file, kind, reader in readers]
        return rows, items_found_since(app.store, began, app.rules.clauses, source)


def _reader(app: App, source: str, file: Path, kind: Export) -> Reader:
    from connectors.intake import Arrival
    from connectors.intake.exports import READERS

    try:
        return READERS[kind](file, Arrival(source, app.now, app.settings.organisation.zone))
    except SourceError as error:
        raise typer.BadParameter(str(error), param_hint="FILE") from None


def _read(app: App, source: str, kind: Export, reader: Reader) -> Tally:
    with output.progress("Reading", total=sum(document.size for document in reader.documents)) as bar:

        def progress(posts: int) -> None:
            bar.update(bar.task_ids[0], completed=sum(document.at for document in reader.documents))

        return app.hand_in(source, str(kind), reader.posts(), progress)


def _row(file: Path, kind: Export, reader: Reader, tally: Tally) -> dict[str, Any]:
    return {
        "file": file.name,
        "kind": kind,
        "whole": tally.state.answered,
        "read": tally.seen,
        "new": tally.fresh,
        "findings": tally.findings,
        "left_out": reader.left_out.number,
        "why_left_out": reader.left_out.told,
        "note": tally.note,
    }


def _print(rows: list[dict[str, Any]], found: list[Item], feeds: list[Feed] | None) -> None:
    for feed in feeds or ():
        output.show(output.plain(feed.table()) + "\n")
    if feeds is not None:
        output.say(f"{len(feeds)} feeds that the settings do not have: add the tables to the settings file.")
    for row in rows:
        _print_row(row)
    for item in found[:_MOST_CASES]:
        show_case(item)
    if len(found) > _MOST_CASES:
        output.say(f"\n{len(found) - _MOST_CASES} more cases: `monitor digest` shows them.")


def _print_row(row: dict[str, Any]) -> None:
    name, left_out, told = output.plain(row["file"]), row["left_out"], row["why_left_out"]
    output.show(
        f"{name}: {row['read']:,} posts read ({row['kind']}), {row['new']:,} of them new,"
        f" findings: {row['findings']:,}, left out: {left_out:,}"
    )
    for line in told:
        output.say(f"  left out: {output.plain(line)}")
    if left_out > len(told):
        output.say(f"  and {left_out - len(told):,} more")
    if not row["whole"]:
        output.say(f"Not read to the end: {output.plain(row['note'])}. What came before is kept.")
