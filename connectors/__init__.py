"""Connectors: one module per kind of source.

To add one: a module with a class as below, a folder of recordings, a line in CONNECTORS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from monitor.errors import ConfigError
from monitor.ports import Clock

if TYPE_CHECKING:
    from connectors.http import Http

CONNECTORS: Mapping[str, str] = {
    "rss": "connectors.rss:Rss",
    "wikipedia": "connectors.wikipedia:Wikipedia",
}
"""kind -> "module:Class". Third parties add theirs by the entry point group `trustwatch.connectors`."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every connector is given: its source's name, the way out, the clock, the operator's contact."""

    source: str
    http: Http
    now: Clock
    contact: str | None = None


def known() -> dict[str, str]:
    """kind -> "module:Class" of every connector there is, those of third parties included."""
    return dict(CONNECTORS) | {e.name: e.value for e in entry_points(group="trustwatch.connectors")}


def load(kind: str) -> Any:
    """The connector class of `kind`. Raises ConfigError for an unknown one, with the known kinds."""
    table = known()
    if kind not in table:
        raise ConfigError(f"no connector of kind {kind!r}; known kinds: {', '.join(sorted(table))}")
    module, _, name = table[kind].partition(":")
    return getattr(import_module(module), name)
