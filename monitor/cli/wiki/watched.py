"""The wikis and pages that the settings watch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer

from monitor.cli.wiki.address import API, WIKIPEDIA, wiki_address
from monitor.config import Settings, SourceSettings

KIND = "wikipedia"


@dataclass(frozen=True)
class WikiSource:
    """A source that watches pages of one wiki, at `base`, with its API at the path `api`."""

    index: int
    source: SourceSettings
    options: Any

    @property
    def base(self) -> str:
        """The wiki's address, without a / at its end."""
        return str(self.options.base_url).rstrip("/")

    @property
    def name(self) -> str:
        """What the digest and the commands call it."""
        return self.source.name


def wiki_sources(settings: Settings) -> Iterator[WikiSource]:
    """Every source that watches a wiki, in the settings' order. Raises ConfigError for wrong options."""
    from connectors import load
    from monitor.config import check_options

    for index, source in enumerate(settings.sources):
        if source.kind == KIND:
            yield WikiSource(index, source, check_options(settings, index, load(KIND).Options))


def wiki_of(settings: Settings, url: str | None, name: str | None) -> tuple[str, tuple[str, ...], str | None]:
    """Address, paths where the API may be and contact of a wiki: by address, by source, or the usual one.

    The usual one is the first that is watched, else Wikipedia in English. Raises a usage error.
    """
    known = list(wiki_sources(settings))
    if url is not None:
        base = _address(url)
        same = [each for each in known if each.base == base]
        return _asked(same[0]) if same else (base, (API, "/api.php"), None)
    if name is not None:
        named = [each for each in known if each.name == name]
        if not named:
            names = ", ".join(repr(each.name) for each in known) or "none"
            raise typer.BadParameter(f"no wiki is read as {name!r}: there is {names}", param_hint="--source")
        return _asked(named[0])
    return _asked(known[0]) if known else (WIKIPEDIA, (API,), None)


def _asked(wiki: WikiSource) -> tuple[str, tuple[str, ...], str | None]:
    return wiki.base, (wiki.options.api,), wiki.options.contact


def _address(url: str) -> str:
    try:
        return wiki_address(url)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--wiki") from None
