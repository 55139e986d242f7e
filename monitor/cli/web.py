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

HEALTH = "/health"


@app.command()
def serve(context: typer.Context) -> None:
    """Answer the links in mails, beside `monitor run`. Stop it with Ctrl-C or SIGTERM.

    It listens where `listen` of the settings says; a reverse proxy brings https there. Logs are JSON lines.
    """
    import logging
    from contextlib import closing

    from monitor import installation, logs
    from monitor.cli.database import opened

    logs.configure(logging.DEBUG if context.find_root().params.get("verbose") else logging.INFO)
    installation.check()
    settings = output.settings(context)
    links = _set_up(settings)
    _with_the_extra()
    from monitor.web.application import application
    from monitor.web.server import serve as run

    with closing(opened(settings)) as store:
        run(application(_counter(settings, store), links, _health(store)), settings)


@app.command()
def check(context: typer.Context) -> None:
    """Ask the address in mails (`public_url`) whether it leads to this installation."""
    from contextlib import closing

    from connectors.http import Http
    from monitor import logs
    from monitor.cli.database import opened
    from monitor.errors import MonitorError, SourceError
    from monitor.service import utc_now

    logs.configure(logs.ONLY_ERRORS)
    settings = output.settings(context)
    links = _set_up(settings)
    http = Http(now=utc_now, private_hosts=[links.host], timeout=10, attempts=1)
    with closing(opened(settings)) as store:
        try:
            answer = http.get(links.base + HEALTH).body.decode(errors="replace")
        except SourceError as error:
            hint = "is `monitor web serve` running, and does the proxy lead there?"
            raise MonitorError(f"{links.base} does not lead here: {error}; {hint}") from None
        if answer != _health(store):
            raise MonitorError(f"{links.base} is answered by something else than this installation")
    output.show(f"{links.base} leads to this installation. Links work for {_hours(links)} hours.")


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


def _health(store: Store) -> str:
    """What `/health` answers: nothing but this installation can know it."""
    return store.key.hash("web health")


def _hours(links: LinkSettings) -> int:
    return round(links.expires.total_seconds() / 3600)


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
