"""A wiki that is asked by hand: its pages by title, its revisions by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.parts.wiki.editors import Editors
from connectors.parts.wiki.mediawiki import FIELDS, Wiki, agent
from connectors.parts.wiki.revision import Revision, WikiPage
from monitor.errors import ConfigError, SourceChanged, SourceNotFound

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.types import Editor

_NEAREST = 3


class Lookup:
    """Questions to one wiki at `base`, whose API is at the path `api`. Each may raise a SourceError."""

    def __init__(self, wiki: Wiki, base: str, api: str) -> None:
        self._wiki, self.base, self.api = wiki, base, api
        self.host = wiki.host

    def page(self, title: str) -> WikiPage | None:
        """The page that a title names or redirects to, with its newest revision; None where there is none."""
        asked = {"prop": "info|revisions", "inprop": "talkid", "rvprop": FIELDS}
        asked |= {"titles": title, "redirects": "1"}
        return next((page for page in self._wiki.pages(asked) if page.exists), None)

    def nearest(self, title: str) -> Sequence[str]:
        """Titles of pages that the wiki's own search finds for words of a title, best first."""
        asked = {"generator": "search", "gsrsearch": title, "gsrlimit": str(_NEAREST), "prop": "info"}
        return [page.title for page in self._wiki.pages(asked) if page.exists]

    def revision(self, number: int) -> tuple[WikiPage, Revision] | None:
        """A revision with its page, its text left out; None where the wiki has no such number."""
        asked = {"prop": "revisions", "rvprop": FIELDS, "revids": str(number)}
        page = next((page for page in self._wiki.pages(asked) if page.revisions), None)
        return (page, page.revisions[0]) if page else None

    def text(self, number: int) -> str | None:
        """The wikitext of a revision; None where the wiki withholds it."""
        return self._wiki.texts([number]).get(number)

    def editor(self, revision: Revision) -> Editor:
        """What the wiki tells of who made a revision."""
        editors = Editors(self._wiki)
        editors.meet([revision])
        return editors.editor(revision)

    def difference(self, old: int, new: int) -> str:
        """Where the wiki shows the difference of two revisions."""
        return self._wiki.difference(old, new)


def lookup(settings: Settings, base: str, apis: Sequence[str], contact: str | None = None) -> Lookup:
    """The wiki at `base`, its API at the first of the paths `apis` that answers as one.

    `contact` names who asks, else the settings do. Raises ConfigError where neither does, and the last
    path's SourceError where none answers.
    """
    from monitor import service, sourcing

    contact = contact or settings.network.contact
    if not contact:
        raise ConfigError(
            "wikis turn unnamed readers away: give your team's mail or web address as `contact` under "
            "[network] of the settings"
        )
    http = sourcing.way_out(settings, service.utc_now, attempts=2)
    for api in apis:
        wiki = Wiki(http, base + api, agent(contact), service.utc_now)
        try:
            wiki.pages({"meta": "siteinfo"})
        except (SourceChanged, SourceNotFound):
            if api == apis[-1]:
                raise
            continue
        return Lookup(wiki, base, api)
    raise ValueError("no path to try")
