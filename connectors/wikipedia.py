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
from connectors.parts.wiki.mediawiki import Wiki
from connectors.parts.wiki.posts import Posts
from connectors.parts.wiki.visibility import Visibility
from connectors.parts.wiki.watch import Watch
from monitor import __version__
from monitor.config import Section
from monitor.config.fields import Contact
from monitor.errors import ConfigError, SourceChanged
from monitor.types import Page, Post, State

Title = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^|#<>\[\]{}\r\n]+$")]


class WikipediaOptions(Section):
    """What a source of kind `wikipedia` may set. `contact`, a mail or web address, names the operator.

    `talk` is whether the pages' talk pages are watched, too.
    """

    pages: tuple[Title, ...] = Field(min_length=1)
    base_url: str = Field(default="https://en.wikipedia.org", pattern=r"^https?://[^/?#@\s]+/?$")
    api: str = Field(default="/w/api.php", pattern=r"^/[^?#\s]*api\.php$")
    contact: Contact | None = None
    talk: bool = True
    licence: str = "CC BY-SA 4.0"


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
        self._wiki = Wiki(context.http, api, f"trustwatch/{__version__} ({contact})", context.now)
        index = api.removesuffix("api.php") + "index.php"
        self._posts = Posts(context, self._wiki.host, index, options.licence)

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield what happened after `cursor`, or since `since`, oldest first within each wiki page.

        Raises SourceChanged, once everything else is read, where a watched page does not exist, or a
        revision was too large to be compared.
        """
        marks, titles = self._marks(cursor), self._options.pages
        now = self._context.now()
        watch = Watch(self._wiki, self._posts, marks, titles, since, now, talk=self._options.talk)
        for posts in watch.steps():
            yield Page(posts=posts, cursor=marks.write(), covered_from=since)
        yield Page(posts=(), cursor=marks.write(), covered_from=since)
        self._tell(watch)

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

    def _tell(self, watch: Watch) -> None:
        if watch.absent:
            raise SourceChanged(
                f"{self._wiki.host} has no page {', '.join(map(repr, watch.absent))}: it was deleted, or is "
                "spelled otherwise; correct `pages` of this source"
            )
        if watch.too_large:
            raise SourceChanged(
                f"{self._wiki.host}: revision {', '.join(map(str, sorted(watch.too_large)))} is too large to "
                "be compared; look at it on the wiki"
            )
