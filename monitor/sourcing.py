"""A source of the settings becomes a connector: its options checked, its terms and its gate around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import connectors
from monitor.authorisation import Gate
from monitor.config import Settings, SourceSettings, check_options, error_at
from monitor.config.toml import Key
from monitor.errors import ConfigError, SourceRefused
from monitor.memory import Memory
from monitor.pictures.stage import LARGEST, REDIRECTS, SECONDS, Fetch
from monitor.ports import Clock, Connector
from monitor.store import Store, open_store
from monitor.store.meter import StoredMeter
from monitor.store.people.register import Register
from monitor.types import Depth, Terms

if TYPE_CHECKING:
    from connectors.http import Http

Meters = Callable[[], Store]
"""Gives the installation's own store, also on a dry run: there spending is counted and the register is."""
HANDED_IN = frozenset({"mailbox", "eml_folder", "report"})
"""Kinds of sources whose pictures people hand in to be looked at."""
BASIS = (
    'Write why it may be, and until when that holds: terms_basis = { reference = "the contract or letter", '
    'approved_by = "who decided it", on = 2026-11-01, review = 2027-11-01 }'
)


def way_out(settings: Settings, now: Clock, **limits: Any) -> Http:
    """The HTTP client that the settings allow."""
    from connectors.http import Http

    network = settings.network
    return Http(
        now=now,
        contact=network.contact,
        private_hosts=network.private_hosts,
        proxy=network.proxy,
        timeout=network.timeout,
        **limits,
    )


def connector(
    settings: Settings,
    source: SourceSettings,
    now: Clock,
    http: Http | None = None,
    meters: Meters | None = None,
    *,
    canary: bool = False,
) -> Connector:
    """The connector of `source`, or of its canary. What it spends is counted where `meters` says.

    Raises ConfigError with the option's place in the file.
    """
    place: Key = ("sources", settings.sources.index(source))
    kind = _kind(settings, source, place)
    options = check_options(settings, settings.sources.index(source), kind.Options, canary=canary)
    asked = source.as_canary if canary else source
    context = _context(settings, asked, now, http or way_out(settings, now), meters)
    try:
        made: Connector = kind(options, context)
    except ConfigError as error:
        raise error_at(settings, place, str(error)) from None
    return made


def way_to_pictures(
    settings: Settings, source: SourceSettings, now: Clock, http: Http, meters: Meters | None = None
) -> Fetch:
    """How pictures of a source's posts are fetched: behind its gate, within the limits of `monitor.pictures`.

    By https only, unless the host is one that the source's own settings name. It raises SourceError.
    """
    bounded = http.within(most=LARGEST, seconds=SECONDS, redirects=REDIRECTS)
    gated = bounded.behind(lambda: gate(settings, now, meters).admit(source))
    named = hosts_named(source)

    def fetch(url: str) -> bytes:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in named:
            raise SourceRefused(f"{parts.hostname}: a picture is fetched by https only")
        return gated.get(url).body

    return fetch


def hosts_named(source: SourceSettings) -> frozenset[str]:
    """The hosts that a source's own settings name."""
    found = (urlsplit(str(value)).hostname for value in source.options.values())
    return frozenset(host for host in found if host)


def depth_of(source: SourceSettings) -> Depth:
    """How closely its pictures are looked at: as set, else read of staff and of what people hand in."""
    if source.pictures is not None:
        return source.pictures
    close = source.authorisation is not None or source.kind in HANDED_IN
    return Depth.READ if close else Depth.LOOK


def _kind(settings: Settings, source: SourceSettings, place: Key) -> Any:
    """The connector's class. Raises ConfigError where there is none, or nobody said why it may be used."""
    try:
        kind = connectors.load(source.kind)
    except ConfigError as error:
        raise error_at(settings, (*place, "kind"), str(error)) from None
    terms = connectors.terms_of(source.kind)
    if terms.basis and source.terms_basis is None:
        raise error_at(settings, (*place, "terms_basis"), f"is needed before it is read. {terms.why} {BASIS}")
    return kind


def _context(
    settings: Settings, source: SourceSettings, now: Clock, http: Http, meters: Meters | None
) -> connectors.Context:
    return connectors.Context(
        source=source.name,
        http=http.behind(lambda: gate(settings, now, meters).admit(source)),
        now=now,
        contact=settings.network.contact,
        terms=terms_of(source),
        meter=StoredMeter(meters, source.name) if meters else connectors.Unmetered(),
        memory=Memory(settings.store.state_dir / "tokens", source.name),
    )


def gate(settings: Settings, now: Clock, meters: Meters | None) -> Gate:
    """The gate that every request passes. Without a store the register is empty: no staff account is read."""
    return Gate(settings, Register(None if meters is None else lambda: meters().reading()), now)


def terms_of(source: SourceSettings) -> Terms:
    """What may be done with this source's items: its platform's terms, tightened by the organisation."""
    terms = connectors.terms_of(source.kind).item()
    tighter = source.terms.model_dump(exclude_none=True)
    limits = {key: min(value, getattr(terms, key) or value) for key, value in tighter.items()}
    return replace(terms, **limits)


def lookback(source: SourceSettings, now: datetime) -> datetime:
    """How far back a source without a cursor is read."""
    return now - max(source.lookback, timedelta(0))


@contextmanager
def counting(settings: Settings) -> Iterator[Meters]:
    """Where spending is counted for commands that store nothing else; opened by the first charge."""
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(closing(open_store(settings.store))))
