"""What a wiki tells becomes posts: an edit, an entry of a page's log, an edit that is withheld now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from connectors import Context
from connectors.parts.wiki.comparison import Comparison
from connectors.parts.wiki.edits import Edit
from connectors.parts.wiki.historyfeed import FeedEdit
from connectors.parts.wiki.logentry import LOG, LogEntry
from connectors.parts.wiki.mediawiki import Wiki
from connectors.parts.wiki.reverts import is_tagged
from connectors.parts.wiki.revision import Revision, User, WikiPage
from monitor.types import Account, Change, Editor, Kind, Origin, Post, State

PLATFORM = "wikipedia"
_NOBODY = User()


@dataclass(frozen=True, slots=True)
class Posts:
    """The posts of one wiki, under the licence by which its words may be quoted."""

    context: Context
    wiki: Wiki
    licence: str

    @property
    def host(self) -> str:
        """What the wiki's numbers stand behind: they count there alone."""
        return self.wiki.host

    def edit(self, page: WikiPage, edit: Edit, editor: Editor, user: User) -> Post:
        """The edit, its summary as the text."""
        revision = edit.revision
        if edit.is_lost:
            return self._lost(page, revision)
        change = replace(
            edit.comparison.within(self.change(page, revision)),
            size_before=edit.size_before,
            reverts=edit.reverts,
            reverted_by=edit.reverted_by,
            repeats=edit.repeats,
            hidden=edit.hidden,
            editor=editor,
        )
        return self.bare(page, revision, change, user)

    def bare(self, page: WikiPage, revision: Revision, change: Change, user: User = _NOBODY) -> Post:
        """The post of a revision that did `change`."""
        return Post(
            source=self.context.source,
            platform=PLATFORM,
            external_id=f"{self.host}:{revision.revid}",
            observed_at=self.context.now(),
            kind=Kind.PAGE_EDIT,
            state=State.HIDDEN if set(change.hidden) - {"parent"} else State.LIVE,
            url=change.diff_url,
            author=self._author(revision.user, revision.userid, user),
            title=page.title,
            text=revision.comment or "",
            created_at=revision.timestamp,
            change=change,
            terms=replace(self.context.terms, licence=self.licence),
            recheck_id=f"{revision.revid}-{','.join(sorted(change.hidden))}",
        )

    def change(self, page: WikiPage, revision: Revision) -> Change:
        """What a list of revisions tells of an edit."""
        return Change(
            page=page.title,
            page_id=self._page_id(page),
            revision=str(revision.revid),
            parent=str(revision.parentid) if revision.parentid else None,
            size_before=None if revision.parentid else 0,
            size_after=revision.size,
            tags=revision.tags,
            minor=revision.minor,
            reverts=is_tagged(revision),
            hidden=tuple(sorted(revision.hidden)),
            diff_url=self.wiki.difference(revision.parentid, revision.revid),
        )

    def _page_id(self, page: WikiPage) -> str:
        """Wikis number their pages alike: two pages of one number are not one case.

        Of a page that only its feed tells of, the title is known: as a digest, since it may say anything.
        """
        known = page.pageid or f"feed:{sha256(page.title.encode()).hexdigest()[:16]}"
        return f"{self.host}:{known}"

    def fed(self, page_id: int, edit: FeedEdit, editor: Editor) -> Post:
        """The edit as the feed of a page's history tells it: without sizes, tags and hashes."""
        revision = Revision(
            revid=edit.revid,
            parentid=edit.parentid or 0,
            timestamp=edit.timestamp,
            user=edit.user,
            comment=edit.comment,
        )
        page, seen = WikiPage(pageid=page_id, title=edit.title), edit.comparison or Comparison()
        change = replace(
            seen.within(self.change(page, revision)),
            size_before=None,
            hidden=() if edit.user else ("user",),
            diff_url=self.wiki.address(diff=edit.revid, oldid=edit.parentid or "prev"),
            editor=editor,
        )
        return replace(self.bare(page, revision, change), origin=Origin.FEED)

    def event(self, page_id: int, entry: LogEntry, editor: Editor, user: User) -> Post:
        """What the log says was done to the page, its reason as the text."""
        url = self.wiki.address(title="Special:Log", logid=entry.logid)
        return Post(
            source=self.context.source,
            platform=PLATFORM,
            external_id=f"{self.host}:{LOG}{entry.logid}",
            observed_at=self.context.now(),
            kind=Kind.PAGE_EDIT,
            state=State.HIDDEN if entry.hidden else State.LIVE,
            url=url,
            author=self._author(entry.user, entry.userid, user),
            title=entry.title,
            text=entry.comment or "",
            created_at=entry.timestamp,
            change=Change(
                page=entry.title,
                page_id=self._page_id(WikiPage(pageid=page_id)),
                revision=f"{LOG}{entry.logid}",
                hidden=tuple(sorted(entry.hidden)),
                diff_url=url,
                editor=editor,
                event=entry.event,
                target=entry.target,
            ),
            terms=replace(self.context.terms, licence=self.licence),
            recheck_id=entry.recheck_id,
        )

    def _lost(self, page: WikiPage, revision: Revision) -> Post:
        """A post without words: what was stored of it is purged."""
        bare = self.bare(page, revision, self.change(page, revision))
        return replace(bare.gone(State.WITHHELD), change=None)

    def _author(self, name: str | None, number: int, user: User) -> Account | None:
        if name is None:
            return None
        return Account(
            platform=PLATFORM,
            external_id=f"{self.host}:{number}" if number else None,
            handle=name,
            url=self.wiki.address(title=f"Special:Contributions/{name}"),
            created_at=user.registration,
        )
