"""Loop 1: source -> post -> finding -> case -> cursor. Read this file first.

    connector.pages(cursor)      one answer of the source at a time
      | unseen or changed        identity decides, never a timestamp
      | see and judge            pictures, references, rules, masking, sealing: no lock is held
      | one transaction          mentions, findings, cases and the cursor, or nothing of the page

A source that fails takes nobody with it: its state says what happened, and everything committed
stays. Kill the process anywhere: after the restart the same page comes again and adds nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog

from monitor import room
from monitor.authorisation import bare
from monitor.cases import Clerk, Directory
from monitor.checkpoints import checkpoint
from monitor.config import SourceSettings
from monitor.errors import MonitorError, SourceChanged, SourceError, SourceNotFound, SourceRefused
from monitor.health import Setback
from monitor.judging import Judge, Stages
from monitor.logs import place_of
from monitor.ports import Clock, Connector, Pictures
from monitor.store import Judged, Store
from monitor.store.filters import filters_on
from monitor.store.originals.sealingkeys import current_keys
from monitor.store.people.absences import away_on
from monitor.store.people.ouraccounts import our_accounts
from monitor.store.people.registers import declared_editors, official_accounts, permitted_pictures
from monitor.store.writing import Saved, Transaction
from monitor.types import (
    GONE,
    Coverage,
    Depth,
    Page,
    Post,
    Registration,
    SourceState,
    State,
    Tally,
    Terms,
)

log = structlog.get_logger("monitor.pipeline")


@dataclass(frozen=True, slots=True)
class Task:
    """One source with everything that reading it takes.

    `gate` raises where it may not be read now, and says what the register knows of whose account it is.
    `canary` is the same source asked what must come through. Of a task that `wants` categories only what has
    a finding of one of them is kept. Its `pictures` are looked at as closely as `depth` says.
    """

    source: SourceSettings
    connector: Connector
    keeps_everything: bool = False
    pseudonym: str | None = None
    terms: Terms = field(default_factory=Terms)
    gate: Callable[[], Registration | None] = lambda: None
    canary: Connector | None = None
    wants: frozenset[str] | None = None
    pictures: Pictures | None = None
    depth: Depth = Depth.OFF


@dataclass(frozen=True, slots=True)
class Window:
    """What of a source to read: after its cursor (the daemon), or from `since` on with none (a scan)."""

    since: datetime
    until: datetime | None = None
    limit: int | None = None
    from_cursor: bool = True


@dataclass(slots=True)
class Count:
    """What one poll has done so far."""

    began: datetime
    newest_before: datetime | None
    pages: int = 0
    seen: int = 0
    fresh: int = 0
    kept: int = 0
    folded: int = 0
    findings: int = 0
    hidden: int = 0
    pictures: int = 0
    unseen: int = 0
    covered_from: datetime | None = None
    newest: datetime | None = None
    note: str = ""

    def add(self, page: Page, looked: Looked, saved: Saved) -> None:
        """Count a page that was stored."""
        told = [post for post in looked.posts.values() if post.key not in looked.sealed]
        self.pages += 1
        self.seen += len(told)
        self.fresh += len(looked.shown)
        self.kept += len(looked.kept) - len(saved.protected)
        self.folded += saved.folded
        self.findings += saved.findings
        self.hidden += saved.hidden
        self.pictures += looked.pictures.total()
        self.unseen += looked.pictures.total() - looked.pictures[""]
        self.covered_from = _earliest(self.covered_from, _reach_without(looked.sealed, page))
        self.note = page.note or self.note
        self.newest = max(filter(None, (self.newest, *(p.created_at for p in told))), default=None)


@dataclass(slots=True)
class Looked:
    """A page that was looked at, by identity: what is lost, what is here, what of that is news, what is kept.

    `sealed` are the keys of posts of the protected lane; `journalled` is how long the journal of erasures was
    when the page was looked at. `pictures` counts those of what is news by why they were not analysed, under
    "" those that were.
    """

    journalled: int
    lost: Mapping[str, State]
    posts: Mapping[str, Post]
    fresh: Mapping[str, Post]
    kept: list[Judged]
    sealed: set[tuple[str, str]]
    pictures: Counter[str] = field(default_factory=Counter)

    @property
    def shown(self) -> list[Post]:
        """What is news, without the protected lane: there it is as if the source did not carry it."""
        return [post for post in self.fresh.values() if post.key not in self.sealed]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Reads sources into the store. `stop` is looked at between pages."""

    store: Store
    stages: Stages
    directory: Directory
    zone: ZoneInfo
    now: Clock
    stop: Callable[[], bool] = field(default=lambda: False)

    def poll(self, task: Task, window: Window, progress: Callable[[int], None] = lambda seen: None) -> Tally:
        """Read one source once; returns what it did. A source's failure is a state, not an exception.

        Raises StoreError or DiskFull when the store fails: what was committed before is safe.
        """
        began = self.now()
        before = self._register(task)
        count = Count(began=began, newest_before=before.newest_item_at)
        try:
            for page in self._believed(task, window, self._pages(task, window, count)):
                self._store_page(task, page, window, count)
                progress(len(page.posts))
        except SourceError as error:
            return self._failed(task, error, window, count, before)
        return self._read(task, window, count, before)

    def _register(self, task: Task) -> Coverage:
        """How the source stood before this poll; it gets a row at its first."""
        name = task.source.name
        if known := self.store.coverage(name):
            return known[name]
        with self.store.transaction() as tx:
            tx.register(name, task.source.kind)
        return self.store.coverage(name)[name]

    def _pages(self, task: Task, window: Window, count: Count) -> Iterator[Page]:
        task.gate()
        room.require(self.store.folder)
        cursor = self.store.cursor(task.source.name) if window.from_cursor else None
        checkpoint("poll.before_fetch")
        for page in _honest(task.connector.pages(cursor, window.since)):
            checkpoint("poll.fetched")
            yield page
            if self.stop() or (window.limit is not None and count.seen >= window.limit):
                return
            task.gate()  # an authorisation that ends while we read ends the reading

    def _believed(self, task: Task, window: Window, pages: Iterator[Page]) -> Iterator[Page]:
        """The pages; where all are empty, only after the canary came through: the cursor stays if it did not.

        Raises SourceChanged.
        """
        held: list[Page] = []
        if task.canary is not None:
            for page in pages:
                held.append(page)
                if page.posts:
                    break
            else:
                if not self.stop():
                    self._ask_canary(task.canary, min(window.since, self.now() - task.source.lookback))
        yield from held
        yield from pages

    def _ask_canary(self, canary: Connector, since: datetime) -> None:
        page = next(_honest(canary.pages(None, since)), None)
        if page is None or not page.posts:
            raise SourceChanged(
                "answered with nothing, also to its canary: see whether the search still works there, "
                "then whether `canary` still finds something"
            )

    def _store_page(self, task: Task, page: Page, window: Window, count: Count) -> None:
        """Slow work first, holding nothing; then one short transaction with all of the page."""
        looked = self._look(task, page, window, count)
        clerk = Clerk(self._directory(looked.kept), self.zone, self.now())
        checkpoint("page.judged")
        with self.store.transaction() as tx:
            self._still_allowed(task, page, looked, count)
            saved = self._write(tx, task, looked, clerk)
            looked.sealed |= {looked.fresh[key].key for key in saved.protected}
            tx.count(
                task.source.name,
                seen=sum(_is_news(post, count.newest_before) for post in looked.shown),
                kept=saved.mentions,
                unrelated=len(looked.shown) - len(looked.kept) + len(saved.protected),
                folded=saved.folded,
                found=saved.findings,
            )
            tx.count_pictures(task.source.name, looked.pictures, clerk.now)
            if page.cursor is not None and window.from_cursor:
                tx.save_cursor(task.source.name, page.cursor)
            checkpoint("page.cursor")
        checkpoint("page.committed")
        count.add(page, looked, saved)

    def _look(self, task: Task, page: Page, window: Window, count: Count) -> Looked:
        """Everything slow: what is news of a page, judged, masked and sealed. Raises SourceRefused."""
        journalled = self.store.journal.size()
        registration = self._registration(task, page)
        known = self._without_erased(self.store.by_identity(page.posts), task, count)
        lost = {key: state for key, post in known.items() if (state := _gone(post))}
        posts = {key: p for key, p in known.items() if key not in lost and _within(p, window)}
        fresh = self.store.unseen_or_changed(task.source.name, posts, self.stages.version)
        looked = Looked(journalled, lost, posts, fresh, [], self.store.protected(task.source.name, posts))
        if fresh:
            self._judge_all(self._judge(task, registration), looked, count.newest_before)
        return looked

    def _judge_all(self, judge: Judge, looked: Looked, newest_before: datetime | None) -> None:
        """Post by post, so that the pictures of one at a time are in memory."""
        for key, post in looked.fresh.items():
            seen = judge.see(post)
            judged = judge.judge(key, seen)
            if judged:
                looked.kept.append(judged)
            told = post.key not in looked.sealed and not (judged and judged.is_protected)
            if told and _is_news(post, newest_before):
                looked.pictures.update(_outcomes(seen))

    def _judge(self, task: Task, registration: Registration | None) -> Judge:
        """What a page is judged by: the registers, filters and keys as they are at this moment."""
        filters = filters_on(self.store, self._today())
        with self.store.reading() as connection:
            official, keys = [entry for entry, _ in official_accounts(connection)], current_keys(connection)
            editors, accounts = declared_editors(connection), our_accounts(connection)
            permitted = permitted_pictures(connection)
        return Judge(
            stages=self.stages.knowing(official),
            site_key=self.store.key,
            keeps_everything=task.keeps_everything,
            pseudonym=task.pseudonym,
            registration=registration,
            official_handles=self.stages.official_handles.union(bare(entry.account) for entry in official),
            filters=self.stages.filters(filters) if filters else None,
            keys=keys,
            editors=editors,
            accounts=accounts,
            wants=task.wants,
            pictures=task.pictures,
            depth=task.depth,
            permitted=permitted,
        )

    def _still_allowed(self, task: Task, page: Page, looked: Looked, count: Count) -> None:
        """Who withdrew or was erased while we judged: nothing of theirs comes after. Raises SourceRefused."""
        self._registration(task, page)
        if self.store.journal.size() != looked.journalled:
            allowed = self._without_erased(looked.posts, task, count)
            looked.kept = [judged for judged in looked.kept if judged.key in allowed]

    def _write(self, tx: Transaction, task: Task, looked: Looked, clerk: Clerk) -> Saved:
        purging = tx.purging(self._today())
        purging.lose(task.source.name, looked.lost, clerk.now)
        saved = tx.save_page(task.source.name, looked.kept, self.stages.version, clerk.now, clerk.place)
        if task.terms.recheck_hours or task.terms.max_age_days:
            purging.confirm(task.source.name, looked.posts, clerk.now)
        return saved

    def _directory(self, judged: Sequence[Judged]) -> Directory:
        """Who holds which role today; asked anew where somebody is to be told, so that an absence counts."""
        if not any(each.findings for each in judged):
            return self.directory
        with self.store.reading() as connection:
            return self.directory.today(away_on(connection, self._today()))

    def _without_erased(self, posts: Mapping[str, Post], task: Task, count: Count) -> dict[str, Post]:
        """Those of `posts` (by identity) that nobody had erased."""
        return self.store.without_erased(posts, task.pseudonym, count.began)

    def _today(self) -> date:
        return self.now().astimezone(self.zone).date()

    @staticmethod
    def _registration(task: Task, page: Page) -> Registration | None:
        """What the register says of whose account it is. Raises SourceRefused where it may not be read."""
        if task.pseudonym is None:
            return None
        if any(map(_is_protected, page.posts)):
            raise SourceRefused(
                "its owner has closed the account to the public: a protected account is not read, whatever "
                "the register says; disable the source",
                state=SourceState.MISCONFIGURED,
            )
        return task.gate()

    # -- how the source stands --------------------------------------------------------------------

    def _read(self, task: Task, window: Window, count: Count, before: Coverage) -> Tally:
        now = self.now()
        state = SourceState.OK if count.seen else SourceState.EMPTY
        values: dict[str, object] = dict(
            note=count.note, strikes=0, missing=0, alarmed_at=None, last_ok_at=now
        )
        if count.newest:
            values["newest_item_at"] = min(count.newest, now)  # some sites date ahead
        if reach := _reach(before, count.covered_from):
            values["covered_from"] = reach
        if window.from_cursor and not self.stop():  # a reading that was cut short is due again at once
            values["next_due_at"] = count.began + task.source.every
        elif not before.state.answered:
            values["next_due_at"] = now  # a scan got through: the daemon need not wait any longer
        with self.store.transaction() as tx:
            was = tx.save_state(task.source.name, state, now, **values)
        checkpoint("poll.state")
        if not was.answered and was is not SourceState.NEW:
            log.info("source recovered", source=task.source.name, was=was)
        return self._tally(task, state, count, count.note)

    def _failed(
        self, task: Task, error: SourceError, window: Window, count: Count, before: Coverage
    ) -> Tally:
        now, name = self.now(), task.source.name
        with self.store.transaction() as tx:
            strikes, missing = tx.strike(name, missing=isinstance(error, SourceNotFound))
            setback = Setback(task.source, error, before, strikes, missing)
            values: dict[str, object] = {"note": str(error)}
            if is_told := setback.is_told(now):
                values["alarmed_at"] = now
            if window.from_cursor:
                values["next_due_at"] = setback.next_try(count.began)
            tx.save_state(name, setback.state, now, **values)
        said = {"source": name, "state": setback.state, "reason": str(error), "failures": strikes}
        if is_told:
            log.warning("source still broken" if setback.is_reminder else "source broke", **said)
        elif not setback.is_alarm:
            log.info("source failed, will be tried again", **said)
        return self._tally(task, setback.state, count, str(error))

    def _tally(self, task: Task, state: SourceState, count: Count, note: str = "") -> Tally:
        return Tally(
            source=task.source.name,
            state=state,
            pages=count.pages,
            seen=count.seen,
            fresh=count.fresh,
            kept=count.kept,
            folded=count.folded,
            unrelated=count.fresh - count.kept,
            findings=count.findings,
            hidden=count.hidden,
            pictures=count.pictures,
            unseen=count.unseen,
            covered_from=count.covered_from,
            note=note,
        )


def _honest(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages; a connector that breaks in a way of its own is a source that changed, not a crash."""
    try:
        yield from pages
    except MonitorError:
        raise
    except Exception as error:
        log.error("connector failed", error=type(error).__name__, place=place_of(error))
        raise SourceChanged(f"the connector failed on an answer ({type(error).__name__})") from None


def _gone(post: Post) -> State | None:
    """Why the public cannot read an item; a page edit with a hidden part is one to be judged as it is."""
    if post.state in GONE and post.change is None:
        return post.state
    return State.HIDDEN if _is_protected(post) else None


def _outcomes(post: Post) -> Iterator[str]:
    """For each picture that was to be seen, why it was not analysed, or ""."""
    yield from (picture.not_read for _, picture in post.images)
    if post.author is not None and post.author.avatar is not None:
        yield post.author.avatar.not_read


def _is_protected(post: Post) -> bool:
    return post.author is not None and bool(post.author.is_protected)


def _within(post: Post, window: Window) -> bool:
    return window.until is None or post.created_at is None or post.created_at <= window.until


def _is_news(post: Post, newest_before: datetime | None) -> bool:
    """True the first time round: what does not refer is looked at again as long as a source shows it."""
    return newest_before is None or post.created_at is None or post.created_at > newest_before


def _reach_without(sealed: Set[tuple[str, str]], page: Page) -> datetime | None:
    """How far back a page reaches; where a sealed post says it, the next: its moment would be a trace."""
    if all(post.created_at != page.covered_from for post in page.posts if post.key in sealed):
        return page.covered_from
    shown = (post.created_at for post in page.posts if post.key not in sealed)
    return min(filter(None, shown), default=None)


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment), default=None)


def _reach(before: Coverage, covered_from: datetime | None) -> datetime | None:
    """How far back the source is covered without a gap: readings that overlap join up."""
    if covered_from is None or before.last_ok_at is None or before.covered_from is None:
        return covered_from
    return min(before.covered_from, covered_from) if covered_from <= before.last_ok_at else covered_from
