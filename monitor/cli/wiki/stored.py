"""The watched pages as the database knows them: which there are, and which somebody means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from monitor.cli.wiki.address import page_address
from monitor.cli.wiki.watched import WikiSource, wiki_sources

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from monitor.config import Settings


@dataclass(frozen=True)
class Watched:
    """A watched page; `subject` is how the database calls it, None while nothing of it is stored."""

    wiki: WikiSource
    title: str
    subject: str | None


def watched(settings: Settings, connection: Connection) -> Iterator[Watched]:
    """Every page that the settings watch, in their order, each with its talk page once that was edited."""
    from monitor.store import pagehistory

    for wiki in wiki_sources(settings):
        known = pagehistory.titles(connection, wiki.name)
        for title in wiki.options.pages:
            yield Watched(wiki, title, known.get(title))
            talks = (other for other in known if other.endswith(f":{title}"))
            yield from (Watched(wiki, talk, known[talk]) for talk in talks if wiki.options.talk)


def named(settings: Settings, connection: Connection, given: str) -> Watched:
    """The page that somebody means by a title, of now or of then, or by its address.

    Raises a usage error that names the watched ones.
    """
    from monitor.config.problems import did_you_mean
    from monitor.store import pagehistory

    try:
        wanted = page_address(given)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="PAGE") from None
    here = [wiki for wiki in wiki_sources(settings) if wanted.wiki in (None, wiki.base)]
    for wiki in here:
        known = pagehistory.titles(connection, wiki.name)
        titles = {title.casefold(): title for title in (*wiki.options.pages, *known)}
        if title := titles.get(wanted.title.casefold()):
            return Watched(wiki, title, known.get(title))
    there = [page.title for page in watched(settings, connection)]
    hint = did_you_mean(wanted.title, there) if there else "no page is watched: `monitor wiki watch PAGE`"
    raise typer.BadParameter(f"{wanted.title!r} is not watched: {hint}", param_hint="PAGE")
