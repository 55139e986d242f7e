"""A wiki that is asked by hand: its pages by title, its revisions by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from connectors.parts.wiki.editors import Editors
from connectors.parts.wiki.mediawiki import Wiki
from connectors.parts.wiki.revision import Revision, WikiPage
from monitor import __version__
from monitor.errors import ConfigError, SourceChanged, SourceNotFound

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.types import Editor

_NEAREST = 3
_FACTS = "ids|timestamp|flags|user|userid|comment|size|sha1|tags"


class Lookup:
    """Questions to one wiki at `base`, whose API is at the path `api`. Each may raise a SourceError."""

    def __init__(self, wiki: Wiki, base: str, api: str) -> None:
        self._wiki, self.base, self.api = wiki, base, api
        self.host = wiki.host
        self._index = base + api.removesuffix("api.php") + "index.php"

    def page(self, title: str) -> WikiPage | None:
        """The page that a title names or redirects to, with its newest revision; None where there is none."""
        asked = {"prop": "info|revisions", "inprop": "talkid", "rvprop": _FACTS}
        asked |= {"titles": title, "redirects": "1"}
        return next((page for page in self._wiki.pages(asked) if page.exists), None)

    def nearest(self, title: str) -> Sequence[str]:
        """Titles of pages that the wiki's own search finds for words of a title, best first."""
        asked = {"generator": "search", "gsrsearch": title, "gsrlimit": str(_NEAREST), "prop": "info"}
        return [page.title for page in self._wiki.pages(asked) if page.exists]

    def revision(self, number: int) -> tuple[WikiPage, Revision] | None:
        """A revision with its page, its text left out; None where the wiki has no such number."""
        asked = {"prop": "revisions", "rvprop": _FACTS, "revids": str(number)}
        page = next((page for page in self._wiki.pages(asked) if page.revisions), None)
        return (page, page.revisions[0]) if page else None

    def text(self, number: int) -> str | None:
        """The wikitext of a revision; None where the wiki withholds it."""
        asked = {"prop": "revisions", "rvprop": "ids|content", "rvslots": "main", "revids": str(number)}
        found = (revision.text for page in self._wiki.pages(asked) for revision in page.revisions)
        return next(found, None)

    def editor(self, revision: Revision) -> Editor:
        """What the wiki tells of who made a revision."""
        editors = Editors(self._wiki)
        editors.meet([revision])
        return editors.editor(revision)

    def difference(self, old: int, new: int) -> str:
        """Where the wiki shows the difference of two revisions."""
        return f"{self._index}?{urlencode({'diff': new, 'oldid': old} if old else {'oldid': new})}"


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
    agent = f"trustwatch/{__version__} ({contact})"
    for api in apis:
        wiki = Wiki(http, base + api, agent, service.utc_now)
        try:
            wiki.pages({"meta": "siteinfo"})
        except (SourceChanged, SourceNotFound):
            if api == apis[-1]:
                raise
            continue
        return Lookup(wiki, base, api)
    raise ValueError("no path to try")
