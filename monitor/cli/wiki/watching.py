"""`monitor wiki watch`: pages looked up on their wiki and put into the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.output import Exit
from monitor.cli.wiki.address import API, WIKIPEDIA, PageAddress, page_address
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from connectors.parts.wiki.revision import WikiPage
    from monitor.cli.wiki.lookup import Lookup
    from monitor.cli.wiki.watched import WikiSource
    from monitor.config import Settings


@dataclass(frozen=True)
class Found:
    """A page that was looked up, and the wiki that has it."""

    asked: Lookup
    page: WikiPage


def watch(
    context: typer.Context,
    pages: Annotated[
        list[str], typer.Argument(metavar="PAGE...", help="Titles, or addresses as a browser shows them.")
    ],
    wiki: Annotated[
        str | None, typer.Option(metavar="URL", help="The wiki that titles are of, such as de.wikipedia.org.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Look the pages up and write nothing.")
    ] = False,
) -> None:
    """Watch pages: look each up on its wiki, say what is there, and add it to the settings.

    The settings file keeps its comments. Where it may not be written, what to paste is shown and the exit
    code is 1. If one page is not there, nothing is written.
    """
    from monitor.cli.wiki.watched import wiki_of, wiki_sources

    settings = output.settings(context)
    known = list(wiki_sources(settings))
    usual, apis, contact = wiki_of(settings, wiki, None)
    places = [_place(each, usual, apis) for each in pages]
    wikis: dict[str, Lookup] = {}
    found = [_found(settings, place, wikis, contact) for place in places]
    if not all(found):
        output.say("Nothing was written.")
        raise typer.Exit(Exit.ERROR)
    new = _new(known, [each for each in found if each])
    for base, some in new.items():
        _added(settings, base, some, known, dry_run=dry_run)


def _place(given: str, usual: str, apis: tuple[str, ...]) -> PageAddress:
    """The page that somebody means; a title is of the usual wiki. Raises a usage error."""
    try:
        page = page_address(given)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="PAGE") from None
    return page if page.wiki else PageAddress(page.title, usual, apis)


def _found(
    settings: Settings, place: PageAddress, wikis: dict[str, Lookup], contact: str | None
) -> Found | None:
    """Look a page up and say what is there; None, with the nearest titles, where it is not."""
    from monitor.cli.wiki.lookup import lookup

    base = place.wiki or WIKIPEDIA
    if base not in wikis:
        wikis[base] = lookup(settings, base, place.apis, contact)
    asked = wikis[base]
    page = asked.page(place.title)
    if page is None:
        near = ", ".join(map(repr, asked.nearest(place.title)))
        output.say(f"{asked.host} has no page {place.title!r}" + (f"; it has {near}" if near else ""))
        return None
    _say_what_is_there(settings, place, asked, page)
    return Found(asked, page)


def _say_what_is_there(settings: Settings, place: PageAddress, asked: Lookup, page: WikiPage) -> None:
    output.show(f"{output.plain(page.title)} ({asked.host}): {', '.join(_facts(settings, page))}")
    if page.title.casefold() != place.title.casefold():
        output.say(f"  {place.title!r} leads there and is watched under that title")


def _facts(settings: Settings, page: WikiPage) -> list[str]:
    facts = [f"page {page.pageid}"]
    for newest in page.revisions[:1]:
        if newest.size is not None:
            facts.append(f"{newest.size:,} bytes")
        if newest.timestamp:
            facts.append(
                f"last edit {newest.timestamp.astimezone(settings.organisation.zone):%d %b %Y %H:%M}"
            )
    return [*facts, "with a talk page" if page.talkid else "no talk page yet"]


def _new(known: Sequence[WikiSource], found: Sequence[Found]) -> Mapping[str, list[Found]]:
    """Those that are not watched yet, each once, by their wiki's address."""
    new: dict[str, list[Found]] = {}
    for each in found:
        title, base = each.page.title, each.asked.base
        watching = [wiki.name for wiki in known if wiki.base == base and title in wiki.options.pages]
        if watching:
            output.say(f"{title} is watched already, by the source {watching[0]!r}")
        elif title not in [other.page.title for other in new.get(base, [])]:
            new.setdefault(base, []).append(each)
    return new


def _added(
    settings: Settings, base: str, found: Sequence[Found], known: Sequence[WikiSource], *, dry_run: bool
) -> None:
    """Put pages of one wiki into the settings: into its source, or as a new one."""
    from monitor.cli.wiki.sourcetable import pages_text, source_text, with_pages, with_source

    titles = [each.page.title for each in found]
    source = next((wiki for wiki in known if wiki.base == base), None)
    table = {} if source else _table(settings, found[0].asked, titles)
    name = source.name if source else table["name"]
    paste = f"{pages_text(titles)} into `pages` of the source {name!r}" if source else source_text(table)
    if dry_run:
        output.say(f"Would add to {settings.origin.file}:\n{paste}")
        return

    def change(text: str) -> str:
        return with_pages(text, name, titles) if source else with_source(text, table)

    _write(settings, change, paste)
    output.say(f"Added to the source {name!r} in {settings.origin.file}.")
    if source and not source.source.enabled:
        output.say("That source is switched off (`enabled = false`): nothing is read yet.")
    output.say(f"Next: `monitor scan --source {quote(name)} --since 30d` reads it now; the service does from")
    output.say("its next start on.")


def _table(settings: Settings, asked: Lookup, titles: list[str]) -> dict[str, Any]:
    """A source of a wiki that none reads yet, under a name that is free."""
    taken = {source.name.casefold() for source in settings.sources}
    wanted = "wikipedia" if asked.base == WIKIPEDIA else asked.host
    names = (wanted, *(f"{wanted} {number}" for number in range(2, len(taken) + 3)))
    table: dict[str, Any] = {"name": next(name for name in names if name.casefold() not in taken)}
    table |= {"kind": "wikipedia", "base_url": asked.base}
    if asked.api != API:
        table["api"] = asked.api
    return table | {"every": "15m", "pages": titles}


def _write(settings: Settings, change: Callable[[str], str], paste: str) -> None:
    """Change the settings file, if it loads afterwards. Else say what to paste, and end with exit code 1."""
    from monitor import files
    from monitor.cli.wiki.watched import wiki_sources
    from monitor.config import load
    from monitor.config.layers import file_text

    def loads(candidate: Path) -> None:
        list(wiki_sources(load(candidate)))

    file = Path(settings.origin.file)
    try:
        files.rewrite(file, change(file_text(file)).encode(), loads)
    except OSError as error:
        why = f"{file} cannot be written ({error.strerror})"
    except LookupError:
        why = f"{file} does not have its sources as [[sources]] tables"
    except ConfigError as error:
        why = f"{file} would not load any more ({error})"
    else:
        return
    output.say(f"{why}: nothing was changed. Add by hand:")
    output.show(paste)
    raise typer.Exit(Exit.ERROR)
