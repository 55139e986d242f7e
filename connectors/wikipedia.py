"""Wikipedia, or any MediaWiki: every edit of the watched pages as a post with its diff.

Pages are followed by page id, since a move over a redirect changes what a title means, and read
oldest revision first, so that a cursor may be saved with every answer. From which network an edit
came is hidden by Wikipedia and not guessed here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from pydantic import Field, TypeAdapter, ValidationError

from connectors import Context
from connectors.parts.wiki.comparison import compare
from connectors.parts.wiki.mediawiki import BATCH, NoSuchRevision, Revision, Wiki, WikiPage
from monitor import __version__
from monitor.config import Section
from monitor.config.fields import Contact
from monitor.errors import ConfigError, SourceChanged
from monitor.types import Account, Change, Kind, Page, Post, State

_REVERTS = {"mw-undo", "mw-rollback", "mw-manual-revert"}
_RADIUS = 50  # a revision equal to one of that many before it is a revert

Title = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[^|#<>\[\]{}\r\n]+$")]
Marks = dict[str, tuple[int, int]]  # title as configured -> page id, last revision read
_MARKS = TypeAdapter(Marks)


class WikipediaOptions(Section):
    """What a source of kind `wikipedia` may set. `contact`, a mail or web address, names the operator."""

    pages: tuple[Title, ...] = Field(min_length=1)
    base_url: str = Field(default="https://en.wikipedia.org", pattern=r"^https?://[^/?#@\s]+/?$")
    api: str = Field(default="/w/api.php", pattern=r"^/[^?#\s]*api\.php$")
    contact: Contact | None = None
    licence: str = "CC BY-SA 4.0"


class _NoSuchPage(Exception):
    pass


class Wikipedia:
    """Reads the edits of `options.pages`. Raises ConfigError where no contact is known."""

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
        self._index = api.removesuffix("api.php") + "index.php"

    def pages(self, cursor: str | None, since: datetime) -> Iterator[Page]:
        """Yield the edits after `cursor`, or newer than `since`, oldest first within each wiki page.

        Raises SourceChanged, once everything else is read, where a watched page does not exist.
        """
        marks, absent = self._marks(cursor), []
        for title in self._options.pages:
            try:
                yield from self._edits_again(title, marks, since)
            except _NoSuchPage:
                marks.pop(title, None)  # next time the title is looked up anew
                absent.append(title)
        yield self._page((), marks, since)
        if absent:
            raise SourceChanged(
                f"{self._wiki.host} has no page {', '.join(map(repr, absent))}: it was deleted, or is "
                "spelled otherwise; correct `pages` of this source"
            )

    def gone(self, ids: Sequence[str]) -> Iterator[tuple[str, State]]:
        """The edits that the wiki has deleted, or of which it hides more than when they were read.

        Of an edit whose predecessor's text is hidden, too: what it removed stands in its comparison.
        """
        known = {int(revision): (name, was) for name in ids for revision, _, was in [name.partition("-")]}
        for start in range(0, len(known), BATCH):
            batch = list(known)[start : start + BATCH]
            found = {revision.revid: revision for revision in self._wiki.revisions(batch)}
            parents = self._hidden_parents(found)
            for number in batch:
                name, was = known[number]
                if number not in found:
                    yield name, State.DELETED
                elif (found[number].hidden | parents[number]) - set(was.split(",")):
                    yield name, State.WITHHELD

    def _hidden_parents(self, found: Mapping[int, Revision]) -> Mapping[int, frozenset[str]]:
        """By revision: {"parent"} where the text before it cannot be read any more, else nothing."""
        others = sorted({revision.parentid for revision in found.values()} - found.keys() - {0})
        known = [*found.values(), *(self._wiki.revisions(others) if others else ())]
        readable = {0, *(revision.revid for revision in known if "text" not in revision.hidden)}
        return {
            number: frozenset() if revision.parentid in readable else frozenset({"parent"})
            for number, revision in found.items()
        }

    def posts(self, answer: Any) -> Iterator[Post]:
        """The edits of one answer that lists revisions, without what they changed: that takes more questions.

        Raises SourceError where it is none.
        """
        for page in self._wiki.listed(answer):
            for revision in page.revisions:
                yield self._post(page, revision, self._bare_change(page, revision))

    def _edits_again(self, title: str, marks: Marks, since: datetime) -> Iterator[Page]:
        """The new edits; from `since` on where the revision we knew was deleted for good."""
        try:
            yield from self._edits(title, marks, since)
        except NoSuchRevision:
            if marks.pop(title, None) is None:
                raise
            yield from self._edits(title, marks, since)

    def _edits(self, title: str, marks: Marks, since: datetime) -> Iterator[Page]:
        """The new edits of one wiki page, with `marks` moved on. Raises _NoSuchPage."""
        known = marks.get(title)
        page_id, last = known or self._find(title)
        past: deque[Revision] | None = None
        for page in self._wiki.history(page_id, last if known else since):
            if not page.exists:
                raise _NoSuchPage
            # A start by revision id is inclusive: the last one known comes again.
            fresh = [revision for revision in page.revisions if not (known and revision.revid == last)]
            if fresh:
                past = self._before(page_id, fresh[0]) if past is None else past
                posts = tuple(self._posts(page, fresh, past))
                marks[title] = (page_id, fresh[-1].revid)
                yield self._page(posts, marks, since)
        marks.setdefault(title, (page_id, last))

    def _find(self, title: str) -> tuple[int, int]:
        page = self._wiki.find(title)
        if not page.exists:
            raise _NoSuchPage
        return page.pageid, page.lastrevid

    def _before(self, page_id: int, first: Revision) -> deque[Revision]:
        earlier = self._wiki.until(page_id, first.parentid) if first.parentid else ()
        return deque(reversed(earlier), maxlen=_RADIUS)

    def _page(self, posts: tuple[Post, ...], marks: Marks, since: datetime) -> Page:
        return Page(posts=posts, cursor=_MARKS.dump_json(marks).decode(), covered_from=since)

    def _marks(self, cursor: str | None) -> Marks:
        try:
            return _MARKS.validate_json(cursor) if cursor else {}
        except ValidationError:
            raise SourceChanged(
                f"{self._context.source}: the saved cursor is not one of Wikipedia's"
            ) from None

    def _posts(self, page: WikiPage, fresh: Sequence[Revision], past: deque[Revision]) -> Iterator[Post]:
        for position, revision in enumerate(fresh, start=1):
            yield self._post(page, revision, self._change(page, revision, past, fresh[position:]))
            past.append(revision)

    def _post(self, page: WikiPage, revision: Revision, change: Change) -> Post:
        return Post(
            source=self._context.source,
            platform="wikipedia",
            external_id=f"{self._wiki.host}:{revision.revid}",
            observed_at=self._context.now(),
            kind=Kind.PAGE_EDIT,
            state=State.HIDDEN if set(change.hidden) - {"parent"} else State.LIVE,
            url=change.diff_url,
            author=self._author(revision),
            title=page.title,
            text=revision.comment or "",
            created_at=revision.timestamp,
            change=change,
            terms=replace(self._context.terms, licence=self._options.licence),
            recheck_id=f"{revision.revid}-{','.join(sorted(change.hidden))}",
        )

    def _author(self, revision: Revision) -> Account | None:
        if revision.user is None:
            return None
        name = revision.user
        return Account(
            platform="wikipedia",
            external_id=f"{self._wiki.host}:{revision.userid}" if revision.userid else None,
            handle=name,
            url=f"{self._index}?{urlencode({'title': f'Special:Contributions/{name}'})}",
        )

    def _change(
        self, page: WikiPage, revision: Revision, past: Sequence[Revision], later: Sequence[Revision]
    ) -> Change:
        parent = next((known for known in past if known.revid == revision.parentid), None)
        bare = self._bare_change(page, revision)
        old = self._wiki.text(revision.parentid) if revision.parentid else ""
        new = self._wiki.text(revision.revid) if revision.sha1 else None
        withheld = {"parent": old, "text": new, "user": revision.user, "comment": revision.comment}
        hidden = tuple(name for name, value in withheld.items() if value is None)
        if old is None or new is None:
            old = new = ""  # half a comparison would read as a removal
        comparison = compare(old, new)
        return replace(
            bare,
            hunks=comparison.hunks,
            sections_before=comparison.sections_before,
            sections_after=comparison.sections_after,
            size_before=parent.size if parent else bare.size_before,
            reverts=bare.reverts or _restores(revision, past),
            reverted_by=_reverted_by(revision, past, later),
            hidden=hidden,
        )

    def _bare_change(self, page: WikiPage, revision: Revision) -> Change:
        """What a list of revisions tells of an edit."""
        compared = {"diff": revision.revid, "oldid": revision.parentid} if revision.parentid else {}
        return Change(
            page=page.title,
            page_id=str(page.pageid),
            revision=str(revision.revid),
            parent=str(revision.parentid) if revision.parentid else None,
            size_before=None if revision.parentid else 0,
            size_after=revision.size,
            tags=revision.tags,
            minor=revision.minor,
            reverts=not _REVERTS.isdisjoint(revision.tags),
            hidden=tuple(sorted(revision.hidden)),
            diff_url=f"{self._index}?{urlencode(compared or {'oldid': revision.revid})}",
        )


def _restores(revision: Revision, past: Sequence[Revision]) -> bool:
    """True where the text is that of an earlier revision, and not just the parent's left as it was."""
    same = {known.revid for known in past if known.sha1 and known.sha1 == revision.sha1}
    return bool(same) and revision.parentid not in same


def _reverted_by(revision: Revision, past: Sequence[Revision], later: Sequence[Revision]) -> str | None:
    """The first of the `later` revisions, as far as they were read, that put back what was before."""
    before = {known.sha1 for known in past if known.sha1}
    if revision.sha1 in before:
        return None
    return next((str(other.revid) for other in later if other.sha1 in before), None)
