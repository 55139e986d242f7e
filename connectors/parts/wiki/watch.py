"""The watch over pages: one question tells whether anything happened to any of them.

What a page is called may change and be given to another, so that pages are followed by their id. Every
mark is moved on with the posts that it covers: a reading may end anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from connectors.parts.wiki.editors import Editors
from connectors.parts.wiki.edits import Batch, History
from connectors.parts.wiki.feedwatch import FeedWatch
from connectors.parts.wiki.logbook import entries
from connectors.parts.wiki.marks import Mark, Marks, is_talk, talk_of, talk_title
from connectors.parts.wiki.mediawiki import BATCH, NoSuchRevision, Wiki
from connectors.parts.wiki.posts import Posts
from connectors.parts.wiki.revision import WIKITEXT, WikiPage
from monitor.errors import SourceChanged, SourceError, SourceNotFound, SourceRefused, SourceUnavailable
from monitor.types import Post

TALK_EVERY = timedelta(hours=1)
"""How often talk pages are asked about where they need a question of their own."""

_ABSENT = "has no page {}: it was deleted, or is spelled otherwise; correct `pages` of this source"
_TOO_LARGE = "gives no answer that holds revision {}, so that it is not compared; look at it on the wiki"
_WITHOUT_FEED = "has no feed of the history of {}, which is no text: take it out of `pages` of this source"
_GAPS = "has more new edits of {} than its feed goes back to; look at the page's history"

Step = tuple[Post, ...]
"""Posts that the marks cover now."""


class _NoFeed(Exception):
    pass


@dataclass(slots=True)
class Watch:
    """Reads what happened to the pages of `titles` after `marks`, or since a moment where there is none.

    Afterwards `troubles` says which titles no page has, and which edits could not be read or compared.
    """

    wiki: Wiki
    posts: Posts
    marks: Marks
    titles: Sequence[str]
    since: datetime
    now: datetime
    talk: bool = True
    absent: list[str] = field(default_factory=list)
    too_large: set[int] = field(default_factory=set)
    without_feed: list[str] = field(default_factory=list)
    feeds: FeedWatch = field(init=False)
    _editors: Editors = field(init=False)

    def __post_init__(self) -> None:
        self._editors = Editors(self.wiki)
        self.feeds = FeedWatch(self.wiki, self.posts, self.since)
        wanted = {*self.titles, *(map(talk_of, self.titles) if self.talk else ())}
        self.marks.pages = {name: mark for name, mark in self.marks.pages.items() if name in wanted}

    def steps(self) -> Iterator[Step]:
        """What happened, oldest first within each page. Raises SourceError."""
        self._look_up()
        for name, page in self._stirred():
            mark = self.marks.pages[name]
            yield from self._read(name, mark, page) if page.exists else self._buried(name, mark)

    def _look_up(self) -> None:
        """Find the pages of the titles that are not followed yet, or whose page is gone."""
        marks = self.marks.pages
        unknown = [title for title in self.titles if title not in marks or not marks[title].is_followed]
        names = {title: [title, *filter(None, [self._last_title(title)])] for title in unknown}
        found = self.wiki.find(list(dict.fromkeys(chain(*names.values())))) if unknown else {}
        for title in unknown:
            page = next((found[name] for name in names[title] if found[name].exists), None)
            if page is None:
                self.absent.append(title)
            else:
                marks[title] = self._found(marks.get(title), page)

    def _last_title(self, title: str) -> str | None:
        """What the page was called last, where that is another title than it is watched by."""
        mark = self.marks.pages.get(title)
        return mark.title if mark and mark.title != title else None

    def _found(self, known: Mark | None, page: WikiPage) -> Mark:
        """The mark of a page that was looked up; restored, or made anew, it goes on in the same log."""
        if known and known.id in (0, page.pageid):
            return known.model_copy(update={"id": page.pageid, "gone": False, "latest": 0})
        new = self._new(page.pageid)
        return new.model_copy(update={"log": known.log, "log_from": known.log_from}) if known else new

    def _new(self, page_id: int) -> Mark:
        return Mark(id=page_id, start=self.since, log_from=self.since, withheld=frozenset())

    def _stirred(self) -> Iterator[tuple[str, WikiPage]]:
        """The names of the marks whose pages are not as they were, with the pages as they are."""
        names = self._to_ask()
        marks = self.marks.pages
        found = self.wiki.info(list(dict.fromkeys(marks[name].id for name in names))) if names else {}
        new = self._new_talk_pages(names, found)
        found |= self.wiki.info([marks[name].id for name in new]) if new else {}
        done: set[int] = set()
        for name in dict.fromkeys([*names, *new]):
            mark = marks[name]
            page = found.get(mark.id, WikiPage(missing=True))
            if mark.id not in done and not (page.exists and mark.stands_at(page.title, page.lastrevid)):
                yield name, page
            done.add(mark.id)

    def _to_ask(self) -> list[str]:
        """The marks to ask about in this poll: with their talk pages if one question has room for both."""
        live = [name for name, mark in self.marks.pages.items() if mark.is_followed]
        talks = [name for name in live if is_talk(name)]
        if len(live) > BATCH and talks:
            if not self._is_talk_due():
                return [name for name in live if not is_talk(name)]
            self.marks.talked = self.now
        return live

    def _is_talk_due(self) -> bool:
        return self.talk and (self.marks.talked is None or self.now - self.marks.talked >= TALK_EVERY)

    def _new_talk_pages(self, names: Iterable[str], found: Mapping[int, WikiPage]) -> list[str]:
        """The marks made for talk pages that were not there, or not the same, before."""
        new = []
        for title in [name for name in names if self.talk and not is_talk(name)]:
            talk, page = talk_of(title), found.get(self.marks.pages[title].id, WikiPage())
            known = self.marks.pages.get(talk)
            if page.talkid and (known is None or known.id != page.talkid):
                fed = known is not None and known.id == 0
                self.marks.pages[talk] = self._found(known if fed else None, WikiPage(pageid=page.talkid))
                new.append(talk)
        return new

    def fed(self, refusal: SourceError) -> Iterator[Step]:
        """What the feeds of the pages' histories tell, where the interface is closed, as `refusal` says.

        Raises that where no feed is given either.
        """
        self.absent, told = [], any(mark.id == 0 for mark in self.marks.pages.values())
        for title in self.titles:
            try:
                known = self.marks.pages.get(title)
                yield from self._fed(title, known.title if known and known.title else title)
            except SourceUnavailable:
                if told:
                    raise
                raise refusal from None
            told = True
        if len(self.absent) == len(self.titles):
            raise refusal
        if self._is_talk_due():
            self.marks.talked = self.now
            for title in self.titles:
                if talk := talk_title(title):
                    yield from self._fed(talk_of(title), talk)

    def _fed(self, name: str, title: str) -> Iterator[Step]:
        mark = self.marks.pages.get(name) or Mark(id=0, start=self.since)
        try:
            posts = self.feeds.read(title, mark)
        except (SourceRefused, SourceNotFound, SourceChanged):
            if not is_talk(name):
                self.absent.append(name)
            return
        self.marks.pages[name] = mark
        yield posts

    def troubles(self) -> Iterator[str]:
        """What a person has to be told of this reading."""
        for words, named in (
            (_ABSENT, list(map(self._named, self.absent))),
            (_TOO_LARGE, list(map(str, sorted(self.too_large)))),
            (_WITHOUT_FEED, list(map(repr, self.without_feed))),
            (_GAPS, list(map(repr, self.feeds.gaps))),
        ):
            if named:
                yield f"{self.wiki.host} {words.format(', '.join(named))}"

    def _named(self, title: str) -> str:
        last = self._last_title(title)
        return f"{title!r}" + (f" (last called {last!r})" if last else "")

    # -- one page ---------------------------------------------------------------------------------

    def _read(self, name: str, mark: Mark, page: WikiPage) -> Iterator[Step]:
        try:
            if page.contentmodel == WIKITEXT:
                yield from self._edited_again(mark)
            else:
                yield self._by_feed(mark, page)
        except _NoFeed:
            if not is_talk(name):  # a talk page of another make than wikitext may have none
                self.without_feed.append(page.title)
                return
        yield from self._logged(mark, mark.title, page.title)
        mark.title, mark.latest = page.title, page.lastrevid
        mark.revision = mark.revision or page.lastrevid

    def _by_feed(self, mark: Mark, page: WikiPage) -> Step:
        try:
            return self.feeds.read(page.title, mark)
        except (SourceRefused, SourceNotFound, SourceChanged):
            raise _NoFeed from None

    def _edited_again(self, mark: Mark) -> Iterator[Step]:
        """The new edits; from `since` on where the revision we knew was deleted for good."""
        try:
            yield from self._edited(mark)
        except NoSuchRevision:
            if not mark.revision:
                raise
            mark.revision = 0
            yield from self._edited(mark)

    def _edited(self, mark: Mark) -> Iterator[Step]:
        start = mark.revision or self.since
        history = History(self.wiki, mark.id, start, mark.start or self.since, mark.withheld)
        for batch in history.batches():
            posts = tuple(self._edits(batch))
            mark.revision, mark.withheld = batch.last or mark.revision, history.withheld
            yield posts
        self.too_large |= history.texts.too_large

    def _edits(self, batch: Batch) -> Iterator[Post]:
        self._editors.meet(edit.revision for edit in batch.edits if not edit.is_lost)
        for edit in batch.edits:
            editor, user = self._editors.editor(edit.revision), self._editors.user(edit.revision)
            yield self.posts.edit(batch.page, edit, editor, user)

    def _logged(self, mark: Mark, *titles: str) -> Iterator[Step]:
        named = tuple(title for title in titles if title)
        for entry in entries(self.wiki, mark.id, named, mark.log_from or self.since, mark.log):
            self._editors.meet([entry])
            post = self.posts.event(mark.id, entry, self._editors.editor(entry), self._editors.user(entry))
            mark.log, mark.log_from = entry.logid, entry.timestamp or mark.log_from
            yield (post,)

    def _buried(self, name: str, mark: Mark) -> Iterator[Step]:
        """A page that is gone: who deleted it and why. From then on its title is looked up."""
        yield from self._logged(mark, mark.title)
        if is_talk(name):
            del self.marks.pages[name]
            return
        mark.gone = True
        self.absent.append(name)
