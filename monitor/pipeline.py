"""Loop 1: source -> post -> finding -> case -> cursor. Read this file first.

    connector.pages(cursor)      one answer of the source at a time
      | unseen or changed        identity decides, never a timestamp
      | judge                    references, rules, masking, sealing: no lock is held
      | one transaction          mentions, findings, cases and the cursor, or nothing of the page

A source that fails takes nobody with it: its state says what happened, and everything committed
stays. Kill the process anywhere: after the restart the same page comes again and adds nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog

from monitor.authorisation import bare
from monitor.cases import Clerk, Directory, addressed, shown_author, subject
from monitor.config import SourceSettings
from monitor.errors import MonitorError, SourceChanged, SourceError, SourceNotFound, SourceRefused
from monitor.health import Setback
from monitor.logs import place_of
from monitor.originals import lock
from monitor.ports import Clock, Connector, Filters, Identifiers, References, Rules
from monitor.redaction import redact
from monitor.sealing import PublicKey
from monitor.store import Judged, Store
from monitor.store.absences import away_on
from monitor.store.filters import filters_on
from monitor.store.identity import content_hash
from monitor.store.registers import official_handles
from monitor.store.sealingkeys import current_keys
from monitor.types import (
    GONE,
    Account,
    Coverage,
    Filter,
    Page,
    Post,
    Registration,
    Relation,
    SourceState,
    State,
    Tally,
    Terms,
)

log = structlog.get_logger("monitor.pipeline")


@dataclass(frozen=True, slots=True)
class Stages:
    """What every post goes through, and the version of it that a judgement is remembered under.

    `filters` makes of people's exceptions what decides; they are looked up for each page, so that a new one
    works at once and an expired one no more.
    """

    references: References
    rules: Rules
    identifiers: Identifiers
    version: str
    filters: Callable[[Sequence[Filter]], Filters]
    official_handles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Task:
    """One source with everything that reading it takes.

    `gate` raises where it may not be read now, and says what the register knows of whose account it is.
    `canary` is the same source asked what must come through.
    `official_handles` are those of the register of official accounts, besides the settings'.
    """

    source: SourceSettings
    connector: Connector
    keeps_everything: bool = False
    pseudonym: str | None = None
    official_handles: frozenset[str] = frozenset()
    terms: Terms = field(default_factory=Terms)
    gate: Callable[[], Registration | None] = lambda: None
    canary: Connector | None = None


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
    covered_from: datetime | None = None
    newest: datetime | None = None


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
        task = replace(task, official_handles=self._official_handles())
        before = self._register(task)
        count = Count(began=began, newest_before=before.newest_item_at)
        try:
            for page in self._believed(task, window, self._pages(task, window, count)):
                self._store_page(task, page, window, count)
                progress(len(page.posts))
        except SourceError as error:
            return self._failed(task, error, window, count, before)
        return self._read(task, window, count, before)

    def _official_handles(self) -> frozenset[str]:
        """Those of the register of official accounts: an entry made a minute ago counts."""
        with self.store.reading() as connection:
            return frozenset(map(bare, official_handles(connection)))

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
        cursor = self.store.cursor(task.source.name) if window.from_cursor else None
        for page in _honest(task.connector.pages(cursor, window.since)):
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
        source = task.source.name
        journalled = self.store.journal.size()
        registration = self._registration(task, page)
        known = self._allowed(self.store.by_identity(page.posts), task, count)
        lost = {key: state for key, post in known.items() if (state := _gone(post))}
        posts = {key: p for key, p in known.items() if key not in lost and _within(p, window)}
        fresh = self.store.unseen_or_changed(source, posts, self.stages.version)
        filters = self._filters() if fresh else None
        ours = {key: self._known_author(post, task, registration) for key, post in fresh.items()}
        keys = self._keys() if fresh else {}
        judging = (self._judge(key, post, task, filters, keys) for key, post in ours.items())
        kept = [judged for judged in judging if judged]
        sealed = self.store.protected(source, posts)
        clerk = Clerk(self._directory(kept), self.zone, self.now())
        with self.store.transaction() as tx:
            self._registration(task, page)  # whoever withdrew meanwhile has been erased: nothing comes after
            if self.store.journal.size() != journalled:  # somebody was erased while we judged
                allowed = self._allowed(posts, task, count)
                kept = [judged for judged in kept if judged.key in allowed]
            tx.purging(self._today()).lose(source, lost, clerk.now)
            saved = tx.save_page(source, kept, self.stages.version, clerk.now, clerk.place)
            if task.terms.recheck_hours or task.terms.max_age_days:
                tx.purging(self._today()).confirm(source, posts, clerk.now)
            # Of the protected lane nothing is counted: as if the source did not carry it.
            sealed |= {fresh[key].key for key in saved.protected}
            shown = [post for post in fresh.values() if post.key not in sealed]
            related = len(kept) - len(saved.protected)
            tx.count(
                source,
                seen=sum(_is_news(post, count.newest_before) for post in shown),
                kept=saved.mentions,
                unrelated=len(shown) - related,
                folded=saved.folded,
                found=saved.findings,
            )
            if page.cursor is not None and window.from_cursor:
                tx.save_cursor(source, page.cursor)
        reach = _reach_without(sealed, page)
        told = [post for post in posts.values() if post.key not in sealed]
        count.pages += 1
        count.seen += len(told)
        count.fresh += len(shown)
        count.kept += related
        count.folded += saved.folded
        count.findings += saved.findings
        count.hidden += saved.hidden
        count.covered_from = _earliest(count.covered_from, reach)
        count.newest = max(filter(None, (count.newest, *(p.created_at for p in told))), default=None)

    def _directory(self, judged: Sequence[Judged]) -> Directory:
        """Who holds which role today; asked anew where somebody is to be told, so that an absence counts."""
        if not any(each.findings for each in judged):
            return self.directory
        with self.store.reading() as connection:
            return self.directory.today(away_on(connection, self._today()))

    def _allowed(self, posts: Mapping[str, Post], task: Task, count: Count) -> dict[str, Post]:
        """Those of `posts` (by identity) that nobody had erased."""
        return self.store.without_erased(posts, task.pseudonym, count.began)

    def _today(self) -> date:
        return self.now().astimezone(self.zone).date()

    def _filters(self) -> Filters | None:
        """The exceptions in force today, None where there are none."""
        in_force = filters_on(self.store, self._today())
        return self.stages.filters(in_force) if in_force else None

    def _keys(self) -> dict[str, PublicKey]:
        """What is sealed to now; looked up for each page, so that a new key works at once."""
        with self.store.reading() as connection:
            return current_keys(connection)

    def _judge(
        self, key: str, post: Post, task: Task, filters: Filters | None, keys: Mapping[str, PublicKey]
    ) -> Judged | None:
        """The post judged and masked, or None where it does not speak of the organisation."""
        references = self.stages.references.find(post)
        if not references and not task.keeps_everything:
            return None
        spans = self.stages.identifiers.spans(post)
        evaluated = (addressed(finding, post.author) for finding in self.stages.rules.evaluate(post))
        masked, findings = redact(post, spans, evaluated)
        author = shown_author(masked, task.pseudonym)
        hidden = {f: by for f in findings if filters and (by := filters.hiding(post, f, author))}
        found = tuple(f for f in findings if f not in hidden)
        version = content_hash(self.store.key, post) if found else ""
        return Judged(
            key=key,
            post=post,
            masked=masked,
            references=tuple(references) if not post.change or masked.title == post.title else (),
            findings=found,
            hidden=tuple((by, f) for f, by in hidden.items()),
            author=author,
            subject=subject(post, key, task.pseudonym, self.store.key.hash),
            locked=lock(key, version, post, spans, found, keys, self.store.key),
        )

    def _known_author(self, post: Post, task: Task, registration: Registration | None) -> Post:
        """The post with what the organisation knows of its author."""
        if post.author is None:
            return post
        relation = self._relation(post.author, task)
        return replace(post, author=replace(post.author, relation=relation, registration=registration))

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

    def _relation(self, author: Account | None, task: Task) -> Relation:
        """What the author is to the organisation: registers say so, never the text."""
        if task.pseudonym is not None:
            return Relation.AUTHORISED_STAFF
        handle = author.handle if author else None
        if handle and bare(handle) in self.stages.official_handles | task.official_handles:
            return Relation.OFFICIAL
        return Relation.PUBLIC

    # -- how the source stands --------------------------------------------------------------------

    def _read(self, task: Task, window: Window, count: Count, before: Coverage) -> Tally:
        now = self.now()
        state = SourceState.OK if count.seen else SourceState.EMPTY
        values: dict[str, object] = {
            "note": "", "strikes": 0, "missing": 0, "alarmed_at": None, "last_ok_at": now,
        }  # fmt: skip
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
        if not was.answered and was is not SourceState.NEW:
            log.info("source recovered", source=task.source.name, was=was)
        return self._tally(task, state, count)

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
