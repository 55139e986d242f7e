"""Wikipedia, or any MediaWiki: every edit of the watched pages as a post with its diff.

Pages are followed by page id, since a move over a redirect changes what a title means, with their talk pages
and their log, and read oldest revision first, so that a cursor may be saved with every answer. From which
network an edit came is hidden by Wikipedia and not guessed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from connectors import Context
from connectors.parts.wiki.marks import Marks
from connectors.parts.wiki.mediawiki import NotAnApi, Wiki, agent
from connectors.parts.wiki.posts import Posts
from connectors.parts.wiki.visibility import Visibility
from connectors.parts.wiki.watch import Step, Watch
from monitor.config import Section
from monitor.config.fields import Contact
from monitor.errors import ConfigError, SourceChanged, SourceNotFound, SourceRefused
from monitor.types import Page, Post, State

Title = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^|#<>\[\]{}\r\n]+$")]


class WikipediaOptions(Section):
    """What a source of kind `wikipedia` may set: one wiki, any number of its pages."""

    pages: tuple[Title, ...] = Field(min_length=1)
    """Titles as they stand over the pages; `File:...` and items of Wikidata (`Q...`) are pages, too."""
    base_url: str = Field(default="https://en.wikipedia.org", pattern=r"^https?://[^/?#@\s]+/?$")
    """The wiki: another language, www.wikidata.org, commons.wikimedia.org, or a wiki of your own."""
    api: str = Field(default="/w/api.php", pattern=r"^/[^?#\s]*api\.php$")
    """Where its interface stands."""
    contact: Contact | None = None
    """The mail or web address of whoever runs this, without which wikis turn readers away."""
    talk: bool = True
    """Whether the pages' talk pages are watched, too."""
    licence: str = "CC BY-SA 4.0"
    """Under which the wiki's words may be quoted."""


class Wikipedia:
    """Reads what happens to `options.pages`. Raises ConfigError where no contact is known."""

    Options = WikipediaOptions
    terms: ClassVar[str] = "wikipedia"
    keeps_everything: ClassVar[bool] = True  # an edit of a watched page refers, whatever its words

    def __init__(self, options: WikipediaOptions, context: Context) -> None:
        contact = options.contact or context.contact
        if not contact:
            raise ConfigError(
                "contact: wikis turn unnamed readers away; give your team's mail or web address here, "
                "or as network.contact"
            )
        api = options.base_url.rstrip("/") + options.api
        self._options, self._context = options, context
        self._wiki = Wiki(context.http, api, agent(contact), context.now)
        self._posts = Posts(context, self._wiki, options.licence)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what happened after `cursor`, or since `since`, oldest first within each wiki page.

        Raises SourceChanged, once everything else is read, where a watched page does not exist, or some
        of its edits could not be read or compared.
        """
        marks, titles, now = self._marks(cursor), self._options.pages, self._context.now()
        watch = Watch(self._wiki, self._posts, marks, titles, since, now, talk=self._options.talk)
        try:
            yield from _saved(watch.steps(), marks, since)
        except (SourceRefused, SourceNotFound, NotAnApi) as refusal:
            note = f"read by the feeds of the pages' histories, without what the interface says: {refusal}"
            yield from _saved(watch.fed(refusal), marks, since, note)
        if troubles := list(watch.troubles()):
            raise SourceChanged("; ".join(troubles))

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """The edits that the wiki has deleted, or of which it hides more than when they were read.

        Of an edit whose predecessor's text is hidden, too: what it removed stands in its comparison.
        """
        return Visibility(self._wiki).gone(ids)

    def posts(self, answer: Any) -> Iterator[Post]:
        """The edits of one answer that lists revisions, without what they changed: that takes more questions.

        Raises SourceError where it is none.
        """
        for page in self._wiki.listed(answer):
            for revision in page.revisions:
                yield self._posts.bare(page, revision, self._posts.change(page, revision))

    def _marks(self, cursor: str | None) -> Marks:
        try:
            return Marks.read(cursor)
        except ValueError:
            raise SourceChanged(
                f"{self._context.source}: the saved cursor is not one of Wikipedia's"
            ) from None


def _saved(steps: Iterator[Step], marks: Marks, since: datetime, note: str = "") -> Iterator[Page]:
    """Pages of the posts, each with the cursor that covers them, and one more for what had no news."""
    for posts in steps:
        yield Page(posts=posts, cursor=marks.write(), covered_from=since, note=note)
    yield Page(posts=(), cursor=marks.write(), covered_from=since, note=note)
