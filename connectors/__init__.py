"""Connectors: one module per kind of source.

To add one: a module with a class as below, a folder of recordings, a line in CONNECTORS.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from connectors.parts.catalogue import TermsOfUse, terms, unreadable
from monitor.errors import ConfigError
from monitor.ports import Clock, Meter
from monitor.types import Terms

if TYPE_CHECKING:
    from connectors.http import Http

CONNECTORS: Mapping[str, str] = {
    "bluesky": "connectors.bluesky:Bluesky",
    "care_opinion": "connectors.care_opinion:CareOpinion",
    "discourse": "connectors.discourse:Discourse",
    "eml_folder": "connectors.eml_folder:EmlFolder",
    "facebook": "connectors.facebook:Facebook",
    "flickr": "connectors.flickr:Flickr",
    "gdelt": "connectors.gdelt:Gdelt",
    "google_news": "connectors.google_news:GoogleNews",
    "hacker_news": "connectors.hacker_news:HackerNews",
    "instagram": "connectors.instagram:Instagram",
    "linkedin": "connectors.linkedin:LinkedIn",
    "mailbox": "connectors.mailbox:Mailbox",
    "mastodon": "connectors.mastodon:Mastodon",
    "nhs_reviews": "connectors.nhs_reviews:NhsReviews",
    "page_watch": "connectors.page_watch:PageWatch",
    "pinterest": "connectors.pinterest:Pinterest",
    "reddit": "connectors.reddit:Reddit",
    "rss": "connectors.rss:Rss",
    "sitemap": "connectors.sitemap:Sitemap",
    "threads": "connectors.threads:Threads",
    "tiktok": "connectors.tiktok:TikTok",
    "trustpilot": "connectors.trustpilot:Trustpilot",
    "wikipedia": "connectors.wikipedia:Wikipedia",
    "wordpress": "connectors.wordpress:WordPress",
    "x": "connectors.x:X",
    "youtube": "connectors.youtube:YouTube",
}
"""kind -> "module:Class". Third parties add theirs by the entry point group `trustwatch.connectors`."""


class Unmetered:
    """Counts nothing: for sources that cost nothing, and for trying one by hand."""

    def charge(self, cost: int, limit: int | None, day: date) -> None:
        """See `monitor.ports.Meter`."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every connector is given.

    The source's name, the way out, the clock, the operator's contact; `meter` counts what is paid for,
    `terms` go onto every post, and `memory` is a small private place that outlives the process: for
    sessions and for tokens that the platform renews, never for posts.
    """

    source: str
    http: Http
    now: Clock
    contact: str | None = None
    meter: Meter = field(default_factory=Unmetered)
    terms: Terms = field(default_factory=Terms)
    memory: MutableMapping[str, str] = field(default_factory=dict)


def known() -> dict[str, str]:
    """kind -> "module:Class" of every connector there is, those of third parties included."""
    return dict(CONNECTORS) | _third_parties()


@cache
def _third_parties() -> dict[str, str]:
    """Once a process: looking through all that is installed takes longer than making a connector."""
    return {e.name: e.value for e in entry_points(group="trustwatch.connectors")}


def load(kind: str) -> Any:
    """The connector class of `kind`.

    Raises ConfigError for an unknown one, with the known kinds; for a platform that cannot or must not be
    read, with the reason and what serves instead.
    """
    table = known()
    if kind not in table:
        if platform := unreadable(kind):
            raise ConfigError(f"{platform.name} is not read. {platform.why} Use {platform.instead} instead")
        raise ConfigError(f"no connector of kind {kind!r}; known kinds: {', '.join(sorted(table))}")
    module, _, name = table[kind].partition(":")
    return getattr(import_module(module), name)


def terms_of(kind: str) -> TermsOfUse:
    """What the platform of this kind of source allows: the row that its connector's `terms` names."""
    return terms()[getattr(load(kind), "terms", "open")]
