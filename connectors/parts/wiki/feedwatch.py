"""Pages read by the feed of their history: where the interface is closed, and what is no wikitext."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from connectors.parts.wiki import historyfeed
from connectors.parts.wiki.editors import kind_of
from connectors.parts.wiki.historyfeed import FeedEdit
from connectors.parts.wiki.marks import Mark
from connectors.parts.wiki.mediawiki import BATCH, Wiki
from connectors.parts.wiki.posts import Posts
from monitor.errors import SourceChanged
from monitor.types import Editor, Post


@dataclass(frozen=True, slots=True)
class FeedWatch:
    """Reads the new edits of single pages, back to `since` of a page that was not read before.

    `gaps` are the titles of the pages with more new edits than their feed goes back.
    """

    wiki: Wiki
    posts: Posts
    since: datetime
    gaps: list[str] = field(default_factory=list)

    def read(self, title: str, mark: Mark) -> tuple[Post, ...]:
        """The new edits of the page, oldest first, with `mark` moved on. Raises SourceError."""
        answer = self.wiki.feed(title, mark.modified)
        if answer.not_modified:
            return ()
        told = historyfeed.edits(answer.body)
        if not told:
            raise SourceChanged(f"{self.wiki.host}: the history of {title!r} is empty")
        fresh = [edit for edit in reversed(told) if self._is_new(edit, mark)]
        if mark.revision and len(fresh) >= BATCH:
            self.gaps.append(title)
        mark.revision = max((edit.revid for edit in told), default=mark.revision)
        mark.modified = answer.headers.get("last-modified")
        return tuple(self._post(mark, edit) for edit in fresh)

    def _is_new(self, edit: FeedEdit, mark: Mark) -> bool:
        return edit.revid > mark.revision if mark.revision else edit.timestamp >= self.since

    def _post(self, mark: Mark, edit: FeedEdit) -> Post:
        return self.posts.fed(mark.id, edit, Editor(kind=kind_of(edit.user)))
