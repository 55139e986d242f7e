"""`monitor web`: the pages that links in mails lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from monitor.cli import output

if TYPE_CHECKING:
    from monitor.config import LinkSettings, Settings
    from monitor.store import Store
    from monitor.web.counter import Counter

app = typer.Typer(help="The pages that links in mails lead to.", no_args_is_help=True)


@app.command()
def serve(context: typer.Context) -> None:
    """Answer the links in mails, beside `monitor run`. Stop it with Ctrl-C or SIGTERM.

    It listens where `listen` of the settings says; a reverse proxy brings https there. Logs are JSON lines.
    """
    import logging
    from contextlib import closing

    from monitor import installation, logs
    from monitor.cli.database import opened
    from monitor.cli.reaching import health

    logs.configure(logging.DEBUG if context.find_root().params.get("verbose") else logging.INFO)
    installation.check()
    settings = output.settings(context)
    links = _set_up(settings)
    _with_the_extra()
    from monitor.web.application import application
    from monitor.web.server import serve as run

    with closing(opened(settings)) as store:
        run(application(_counter(settings, store), links, health(store.key)), settings)


@app.command()
def check(context: typer.Context) -> None:
    """Ask the address in mails (`public_url`) whether it leads to this installation."""
    from monitor import logs
    from monitor.cli.reaching import leads_here

    logs.configure(logs.ONLY_ERRORS)
    settings = output.settings(context)
    _set_up(settings)
    output.show(leads_here(settings))


def _set_up(settings: Settings) -> LinkSettings:
    """The settings of links. Raises ConfigError where no mail would have one."""
    from monitor.config import error_at

    if settings.links.public_url is None:
        what = "is not set: say where recipients reach this, such as https://monitor.trust.nhs.uk"
        raise error_at(settings, ("links", "public_url"), what)
    return settings.links


def _with_the_extra() -> None:
    """Raises ConfigError where what serves pages is not installed."""
    from importlib.util import find_spec

    from monitor.errors import ConfigError

    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise ConfigError("what serves pages is not installed: pip install 'trustwatch[web]'")


def _counter(settings: Settings, store: Store) -> Counter:
    from monitor import documents
    from monitor.cases import Directory
    from monitor.casework import Casework
    from monitor.links import Links
    from monitor.service import titles, utc_now
    from monitor.web.counter import Counter
    from monitor.web.pages import Site
    from rules import pack, process

    words = documents.wordings(settings.store.state_dir)
    policies = pack.read_policies(settings.policy, wordings=words)
    desk = Casework(
        store=store,
        process=process.Process(process.steps(), frozenset(policies.clauses)),
        directory=Directory.named_in(settings),
        zone=settings.organisation.zone,
        now=utc_now,
    )
    return Counter(
        links=Links(settings.links, store.key),
        desk=desk,
        organisation=settings.organisation,
        clauses=policies.clauses,
        titles=titles(policies.active),
        site=Site(settings.organisation.short, settings.links.path),
    )
