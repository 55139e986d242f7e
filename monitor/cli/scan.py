"""`monitor scan`: read the sources now, back to a moment of your choice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.digest import send_now
from monitor.cli.output import Exit
from monitor.cli.sources import named
from monitor.cli.viewing import seen
from monitor.errors import ConfigError
from monitor.types import Severity

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monitor.config import Settings
    from monitor.pipeline import Task, Window
    from monitor.service import App
    from monitor.types import Item, Tally


def scan(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="How far back: 7d, 24h, yesterday, monday, 2026-11-01.")] = "24h",
    until: Annotated[str | None, typer.Option(help="Leave out what is newer; the same forms.")] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", "-s", help="Only this source; may be repeated.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Store nothing.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Mail the digest of what was found.")] = False,
    seed: Annotated[
        bool, typer.Option("--seed", help="First run: store, but count everything as already told.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Stop each source after about so many posts.")
    ] = None,
    fail_on: Annotated[
        Severity | None, typer.Option(help="Exit 10 if something this severe was found.")
    ] = None,
    as_json: output.AsJson = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One JSON object a line: each source, each case.")
    ] = False,
) -> None:
    """Read all sources now and say what was found.

    Does not move the daemon's place in any source, and mails nothing unless --send is given.
    """
    from monitor import logs, service
    from monitor.pipeline import Window

    logs.configure(logs.ONLY_ERRORS)  # what broke is said in the report
    if send and (dry_run or seed):
        raise typer.BadParameter("goes with neither --dry-run nor --seed", param_hint="--send")
    settings = output.settings(context)
    start = moment(since, settings, "--since")
    end = moment(until, settings, "--until") if until else None
    if end is not None and end <= start:
        raise typer.BadParameter("is not later than --since", param_hint="--until")
    with installation(settings, dry_run=dry_run, seed=seed) as app:
        began = service.utc_now()
        chosen = [named(settings, name) for name in source or ()] or app.sources()
        tasks = [app.task(entry) for entry in chosen]
        if not tasks:
            raise ConfigError("no source is enabled: add a [[sources]] table to the settings")
        output.say(_plan(len(tasks), start, began, settings, dry_run=dry_run))
        tallies = _read(app, tasks, Window(since=start, until=end, limit=limit, from_cursor=False))
        found = _found(app, began)
        _report(app, start, tallies, found, as_json=as_json, jsonl=jsonl)
        if seed:
            app.desk().ledger.seed()
        left = send_now(app, None) if send else Exit.OK
    raise typer.Exit(left or _code(tallies, found, fail_on))


@contextmanager
def installation(settings: Settings, *, dry_run: bool, seed: bool) -> Iterator[App]:
    """The installation to scan with: the real one, one that owes nobody, or one on a store of its own."""
    from dataclasses import replace
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from monitor import service, sourcing
    from monitor.cases import Directory

    with ExitStack() as stack:
        scratch = None
        if dry_run:
            folder = stack.enter_context(TemporaryDirectory(prefix="trustwatch-"))
            scratch = settings.store.model_copy(update={"state_dir": Path(folder), "url": None})
        # What is spent is spent: a dry run counts it where everybody does.
        meters = stack.enter_context(sourcing.counting(settings)) if dry_run else None
        app = replace(stack.enter_context(service.opened(settings, scratch=scratch)), meters=meters)
        yield replace(app, directory=Directory(())) if seed else app


def moment(text: str, settings: Settings, option: str) -> datetime:
    """The instant that a time typed after `option` means. Raises a usage error."""
    from monitor import since
    from monitor.service import utc_now

    try:
        return since.parse(text, utc_now(), settings.organisation.zone)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _plan(sources: int, start: datetime, now: datetime, settings: Settings, *, dry_run: bool) -> str:
    local = start.astimezone(settings.organisation.zone)
    hours = round((now - start).total_seconds() / 3600)
    many = f"{sources} source{'s' if sources != 1 else ''}"
    note = ", storing nothing" if dry_run else ""
    return f"Scanning {many} from {local:%a %d %b %Y %H:%M %Z} ({hours} hours){note}"


def _read(app: App, tasks: list[Task], window: Window) -> list[Tally]:
    with output.progress("Reading", total=len(tasks)) as bar:
        task_id = bar.task_ids[0]

        def progress(source: str, seen: int) -> None:
            bar.update(task_id, description=f"Reading {output.clean(source)}")

        return app.scan(tasks, window, progress, lambda tally: bar.advance(task_id))


def _found(app: App, began: datetime) -> list[Item]:
    from monitor.store.views import items_found_since

    return items_found_since(app.store, began, app.rules.clauses)


def _report(
    app: App,
    start: datetime,
    tallies: list[Tally],
    found: list[Item],
    *,
    as_json: bool,
    jsonl: bool,
) -> None:
    shown, others = seen(app, found)
    if jsonl:
        for row in (*map(source_data, tallies), *map(case_data, shown)):
            output.print_json_line(row)
    elif as_json:
        data = {"since": start, "sources": [*map(source_data, tallies)], "cases": [*map(case_data, shown)]}
        output.print_json(data | {"for_others": others})
    else:
        zone = app.settings.organisation.zone
        output.table(
            ("Source", "State", "Read", "Kept", "Findings", "Seen from"),
            [_source_row(tally, zone) for tally in tallies],
        )
        show_cases(tallies, shown, others)
        _tell_what_is_missing(tallies)
        output.say("\nNext: `monitor digest` shows the digest, `monitor digest --send` sends it.")


def _source_row(tally: Tally, zone: ZoneInfo) -> tuple[str, ...]:
    reach = f"{tally.covered_from.astimezone(zone):%d %b %Y %H:%M}" if tally.covered_from else "unknown"
    numbers = (tally.seen, tally.kept, tally.findings)
    return (tally.source, tally.state.replace("_", " "), *map(str, numbers), reach)


def show_cases(tallies: list[Tally], found: list[Item], others: int) -> None:
    """What a scan found: "nothing" is said of the sources that answered, and of no other."""
    answered = sum(tally.state.answered for tally in tallies)
    if not answered:
        output.say("\nNothing could be checked: no source answered.")
    elif not found and not others:
        output.say(f"\nNothing new found in the {answered} of {len(tallies)} sources that answered.")
    for item in found:
        show_case(item)
    if others:
        output.say(f"\n{others} more found for others: those whom the policy names are told.")


def _tell_what_is_missing(tallies: list[Tally]) -> None:
    if hidden := sum(tally.hidden for tally in tallies):
        output.say(f"\n{hidden} hidden by filters: `monitor filters list` shows them.")
    for tally in tallies:
        if not tally.state.answered:
            output.say(f"Not read: {tally.source} ({tally.state.replace('_', ' ')}: {tally.note})")
    for tally in tallies:
        if tally.unseen:
            pictures = f"{tally.unseen} of {tally.pictures} pictures could not be analysed"
            output.say(f"{tally.source}: {pictures}; the digest says why")


def show_case(item: Item) -> None:
    """A case in a few lines: what was found, why, where, and the clauses of the policy."""
    where = f"{item.platform} {item.author}".strip()
    output.show(
        f"\n{item.severity.upper()}  {output.plain(item.title)}  (case {item.number}, {item.lane} lane)\n"
        f"  {output.plain(item.reason)}\n"
        f"  {output.plain(where)}  {output.plain(item.url or '')}\n"
        + "\n".join(f"  {c.policy} {c.section}: {c.said}" for c in item.clauses)
    )


def source_data(tally: Tally) -> dict[str, Any]:
    """A source's part of the JSON."""
    return {
        "type": "source",
        "source": tally.source,
        "state": tally.state,
        "read": tally.seen,
        "kept": tally.kept,
        "folded": tally.folded,
        "unrelated": tally.unrelated,
        "findings": tally.findings,
        "hidden": tally.hidden,
        "pictures": tally.pictures,
        "pictures_not_analysed": tally.unseen,
        "covered_from": tally.covered_from,
        "note": tally.note,
    }


def case_data(item: Item) -> dict[str, Any]:
    """A case's part of the JSON: masked, as everywhere."""
    return {
        "type": "case",
        "case": item.number,
        "lane": item.lane,
        "severity": item.severity,
        "rule": item.rule_id,
        "title": item.title,
        "reason": item.reason,
        "platform": item.platform,
        "author": item.author,
        "url": item.url,
        "excerpt": item.excerpt,
        "clauses": [clause.id for clause in item.clauses],
        "counter_clauses": [clause.id for clause in item.counter_clauses],
        "confidence": item.confidence,
        "posted_at": item.posted_at,
        "seen_at": item.seen_at,
        "findings": item.findings,
        "places": item.places,
    }


def _code(tallies: list[Tally], found: list[Item], threshold: Severity | None) -> Exit:
    if threshold is not None and any(item.severity >= threshold for item in found):
        return Exit.FOUND
    return Exit.OK if all(tally.state.answered for tally in tallies) else Exit.NOT_READ
