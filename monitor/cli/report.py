"""`monitor report`: what people report by hand, where nothing can be polled."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from monitor.cli import output
from monitor.cli.person import whoever
from monitor.cli.scan import case_data, moment, show_case
from monitor.cli.viewing import seen

if TYPE_CHECKING:
    from connectors.intake.report import Report
    from connectors.intake.screenshot import Screenshot
    from monitor.config import Settings
    from monitor.types import Item

app = typer.Typer(help="Report what no source can read: a link, words, a screenshot.", no_args_is_help=True)

SOURCE = "reports"
_LONGEST = 100_000  # characters


@app.command()
def add(
    context: typer.Context,
    link: Annotated[str | None, typer.Option(metavar="URL", help="Where it is.")] = None,
    words: Annotated[
        str, typer.Option(metavar="TEXT", help="What it says or what worries you; - for standard input.")
    ] = "",
    screenshot: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A picture of it; may be repeated.")
    ] = None,
    platform: Annotated[str | None, typer.Option(help="Where it was, for instance whatsapp.")] = None,
    account: Annotated[str | None, typer.Option(help="Whose post it is, for instance @name.")] = None,
    posted: Annotated[
        str | None, typer.Option(metavar="WHEN", help="When it was posted: yesterday, 2026-11-01.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="WHO", help="Who reports it, name or role; stands in the report."),
    ] = None,
    anonymous: Annotated[bool, typer.Option("--anonymous", help="Keep nothing of who reports it.")] = False,
    as_json: output.AsJson = False,
) -> None:
    """Report a concern. The rules look at it at once, and it goes the way of any other post.

    Who reports it stands in the last line of the report, for those who are told of it; with --anonymous
    nowhere. Screenshots are sealed, and what is written in them is read.
    """
    from connectors.intake.report import Report

    if by and anonymous:
        raise typer.BadParameter("goes not with --by", param_hint="--anonymous")
    settings = output.settings(context)
    said = _words(words)
    if not (link or said.strip() or screenshot):
        raise typer.BadParameter("give --link, --words or --screenshot, at least one of them")
    report = Report(
        link=_address(link) if link else None,
        words=said,
        screenshots=tuple(map(_picture, screenshot or ())),
        platform=platform,
        account=account,
        posted=moment(posted, settings, "--posted") if posted else None,
        by=None if anonymous else whoever(by),
    )
    unread, is_new, found = _given(settings, report)
    if as_json:
        names = [shot.name for shot in report.screenshots]
        told = {"new": is_new, "screenshots": names, "not_analysed": unread}
        output.print_json(told | {"cases": [*map(case_data, found)]})
    else:
        _print(report, unread, is_new=is_new, found=found)
        output.say(f"\n{settings.governance.signpost}")  # always: it may not tell what was found


@app.command("list")
def list_reports(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="How far back: 30d, monday, 2026-11-01.")] = "30d",
    as_json: output.AsJson = False,
) -> None:
    """List what was reported, newest first, masked; what may be a protected disclosure is never in it."""
    from monitor.store import open_store
    from monitor.store.views import mentions_of

    settings = output.settings(context)
    start = moment(since, settings, "--since")
    with closing(open_store(settings.store)) as store:
        kept = mentions_of(store, SOURCE, start)
    zone = settings.organisation.zone
    if as_json:
        rows = [
            {
                "reported_at": line.seen_at.astimezone(zone),
                "platform": line.platform,
                "headline": line.headline,
                "url": line.url,
                "cases": cases,
            }
            for line, cases in kept
        ]
        output.print_json(rows)
    elif kept:
        output.table(
            ("Reported", "Where", "Cases", "What", "Link"),
            (
                (f"{line.seen_at.astimezone(zone):%d %b %Y %H:%M}", line.platform)  # noqa: RUF005
                + (", ".join(map(str, cases)) or "-", line.headline, line.url or "-")
                for line, cases in kept
            ),
        )
    else:
        output.say("Nothing was reported since then: `monitor report add` takes a report.")


def _given(settings: Settings, report: Report) -> tuple[int, bool, list[Item]]:
    """Hand the report in: how many of its pictures could not be analysed, whether it is new, its cases.

    Only those that may be shown here.
    """
    from connectors.intake import Arrival
    from monitor import logs, service
    from monitor.store.views import items_found_since

    logs.configure(logs.ONLY_ERRORS)
    with service.opened(settings) as app:
        began = app.now()
        post = report.post(Arrival(SOURCE, app.now, settings.organisation.zone))
        if not app.store.unseen_or_changed(SOURCE, app.store.by_identity([post]), app.stages.version):
            return 0, False, []
        tally = app.hand_in(SOURCE, "report", [post])
        return (
            tally.unseen,
            True,
            seen(app, items_found_since(app.store, began, app.rules.clauses, SOURCE))[0],
        )


def _print(report: Report, unread: int, *, is_new: bool, found: list[Item]) -> None:
    if not is_new:
        output.show("This report is there already; nothing was added.")
        return
    output.show("The report is kept.")
    for shot in report.screenshots:
        output.show(f"Screenshot {shot.short} is sealed.")
    if unread:
        which = f"{unread} of {len(report.screenshots)} screenshots" if report.screenshots[1:] else "It"
        output.show(f"{which} could not be analysed: what is written there, give in --words.")
    for item in found:
        show_case(item)
    if found:
        output.say(
            "\nNext: whom the policy names are told, at once if it cannot wait, else by the next digest."
        )
    else:
        # The same words for what nobody else may know of: a protected disclosure must not show here.
        output.say("No case to show. Whoever has to know is told by digest or by a mail of their own.")


def _words(given: str) -> str:
    words = sys.stdin.read(_LONGEST + 1) if given == "-" else given
    if len(words) > _LONGEST:
        raise typer.BadParameter(f"is longer than {_LONGEST:,} characters", param_hint="--words")
    return words


def _address(given: str) -> str:
    from connectors.parts.plain import web_address

    address = web_address(given)
    if address is None or "@" in urlsplit(address).netloc:
        raise typer.BadParameter("must be a web address: https://host/path", param_hint="--link")
    return address


def _picture(path: Path) -> Screenshot:
    from connectors.intake.screenshot import NoPicture, taken

    try:
        return taken(path)
    except OSError as error:
        problem: Any = f"cannot be read ({error.strerror})"
    except NoPicture as refused:
        problem = refused
    raise typer.BadParameter(f"{path.name}: {problem}", param_hint="--screenshot")
