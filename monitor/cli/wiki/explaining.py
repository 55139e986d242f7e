"""`monitor wiki explain`: what one edit does to a page, and what to do about it. Stores nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import output
from monitor.cli.check import configured
from monitor.cli.output import Exit
from monitor.cli.wiki.versions import Versions, are_revisions, of_files, of_revisions
from monitor.types import Severity

if TYPE_CHECKING:
    from monitor.cli.wiki.lookup import Lookup
    from monitor.config import Settings


def explain(
    context: typer.Context,
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="A file of wikitext, a revision's number, or prev.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same: what became of it.")],
    page: Annotated[str | None, typer.Option(metavar="TITLE", help="Of files: the page's title.")] = None,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Of files: who made the edit.")] = None,
    summary: Annotated[str, typer.Option(metavar="TEXT", help="Of files: the edit's summary.")] = "",
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Of files: a tag, such as mw-undo; may be repeated."),
    ] = None,
    wiki: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Of revisions: the wiki's address."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of revisions: the wiki that this source reads.")
    ] = None,
    organisation: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose page it is, where there is no settings file.")
    ] = None,
    contact: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Your mail or web address: wikis ask who reads.")
    ] = None,
    as_json: output.AsJson = False,
    fail_on: Annotated[
        Severity | None, typer.Option(help="Exit 10 if something this severe was found.")
    ] = None,
) -> None:
    """Explain what an edit does: the difference, what was found in it and why, and what to do.

    Give two files, or the numbers of two revisions; `prev` stands for the one before. What identifies
    people is masked. Nothing is stored, and nothing is ever written to a wiki.
    """
    from monitor.cli.wiki.explained import Explainer
    from monitor.service import utc_now

    settings = _settings(context, organisation)
    if are_revisions(old, new):
        asked = _wiki(settings, wiki, source, contact)
        versions = _declared(settings, of_revisions(asked, old, new), asked.host)
    else:
        versions = of_files(old, new)
    given: dict[str, Any] = {"page": page, "user": user, "summary": summary, "tags": tuple(tag or ())}
    versions = replace(versions, **{name: value for name, value in given.items() if value})
    explainer = Explainer(settings)
    edit = explainer.explained(versions.as_post(utc_now()))
    output.print_json(explainer.data(edit)) if as_json else explainer.print_text(edit, output.stdout())
    met = edit.worst is not None and fail_on is not None and edit.worst >= fail_on
    raise typer.Exit(Exit.FOUND if met else Exit.OK)


def _settings(context: typer.Context, organisation: str | None) -> Settings:
    """The settings in force; without a file, of an organisation that is known by its name alone."""
    from monitor import config
    from monitor.config import Organisation
    from rules.worked_example import CDDFT

    settings = configured(context)
    if settings is not None:
        return settings
    if organisation:
        return config.Settings(organisation=Organisation(name=organisation, short=organisation))
    output.say(f"No settings file: explained as if for {CDDFT.name}. --organisation names another.")
    return config.Settings(organisation=CDDFT)


def _wiki(settings: Settings, wiki: str | None, source: str | None, contact: str | None) -> Lookup:
    """The wiki that the options name; else the one that is watched, or Wikipedia in English."""
    from monitor.cli.wiki.lookup import lookup
    from monitor.cli.wiki.watched import wiki_of

    base, apis, said = wiki_of(settings, wiki, source)
    return lookup(settings, base, apis, contact or said)


def _declared(settings: Settings, versions: Versions, host: str) -> Versions:
    """The same with the capacity in which its editor is declared, where the register has the user name."""
    from contextlib import closing

    from monitor.cli.database import exists
    from monitor.registerfields import canonical_user
    from monitor.store import open_store
    from monitor.store.people.registers import declared_editors

    if not versions.editor or not versions.user or not exists(settings):
        return versions
    with closing(open_store(settings.store)) as store, store.reading() as connection:
        known = declared_editors(connection)
    capacity = known.get((host, canonical_user(versions.user)))
    return replace(versions, editor=replace(versions.editor, declared=capacity))
