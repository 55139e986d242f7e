"""The store: opens the database, answers questions, and gives out writing transactions."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Text, cast, func, select, text, union_all
from sqlalchemy.exc import DBAPIError, OperationalError

from monitor.config import StoreSettings
from monitor.errors import AlreadyRunning, DiskFull, MonitorError, StoreError
from monitor.store import migrations
from monitor.store.engine import BUSY_SECONDS, DAEMON_LOCK, is_sqlite, reader_engine, writer_engine
from monitor.store.identity import content_hash, identity
from monitor.store.keeping import erasing
from monitor.store.keeping.erasures import JOURNALLED, Journal, erased
from monitor.store.keeping.purging import RETENTION
from monitor.store.sitekey import SiteKey
from monitor.store.tables import (
    Finding,
    HiddenFinding,
    Meta,
    Occurrence,
    ProtectedPost,
    Source,
    table_of,
)
from monitor.store.writing import Transaction
from monitor.types import Coverage, Post, SourceState

"""The folder of the screenshots that people handed in."""

MAX_CHANGES = 24
"""An item that differs at every poll is judged this often, then only counted."""

NO_ROOM = "the disk is full: free some room; everything committed is safe"
STAYED_LOCKED = f"the database stayed locked for {BUSY_SECONDS} s: another program is writing; try again"

HINTS = {
    "unable to open": "; check the folder's owner, and that it can be written",
    "readonly": "; check the file's owner, and that it can be written",
    "connection failed": "; is the server running? check [store] url",
}
"""What to do about it, by the database's own words."""

_occurrence = table_of(Occurrence)
_protected = table_of(ProtectedPost)
_finding = table_of(Finding)
_source = table_of(Source)
_hidden = table_of(HiddenFinding)
_meta = table_of(Meta)


def open_store(settings: StoreSettings) -> Store:
    """Open (and where needed create and migrate) the database that the settings name.

    Raises StoreError when it cannot be used, DiskFull when there is no room to open it.
    """
    folder = settings.state_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = SiteKey.at(folder / "site.key")
        if is_sqlite(settings.database_url):  # SQLite's other files take their mode from this one
            os.close(os.open(folder / "trustwatch.db", os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(NO_ROOM) from None
        raise StoreError(
            f"{folder}: cannot be used as state folder ({error.strerror}); check [store] state_dir"
        ) from None
    store = Store(settings.database_url, folder, key)
    try:
        with _translated():
            migrations.upgrade(store._writer)
            store._check_key()
            erasing.catch_up(store)
    except BaseException:
        store.close()
        raise
    return store


class Store:
    """One database. Safe to share between threads; every method is one short transaction."""

    def __init__(self, url: str, folder: Path, key: SiteKey) -> None:
        self.folder = folder
        self.key = key
        self.journal = Journal(folder / "erasures.jsonl")
        self.embedded = is_sqlite(url)
        self._turn = threading.Lock()
        self._writer = writer_engine(url)
        self._reader = reader_engine(url)
        self._first: Callable[[Transaction], None] = lambda tx: None

    def close(self) -> None:
        """Give every connection back."""
        self._writer.dispose()
        self._reader.dispose()

    # -- transactions -----------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All of a page, or none of it. Writes only: nothing slow belongs inside.

        Raises DiskFull or StoreError; whatever was raised inside rolls everything back.
        """
        with _translated(), self._one_writer():
            with self._writer.begin() as connection:
                self._first(tx := Transaction(connection, self.key))
                yield tx
                self._journalled(tx)
            if tx.wiped and self.embedded:
                self._empty_wal()

    def after(self, first: Callable[[Transaction], None]) -> Store:
        """This store, where `first` is done at the beginning of each transaction: both happen, or neither."""
        joined = copy(self)
        joined._first = first
        return joined

    def _journalled(self, tx: Transaction) -> None:
        """Write what was erased beside the database, before the commit: killed in between, it is done again.

        Raises StoreError where the journal cannot be written.
        """
        if not tx.erased:
            return
        try:
            tx.set_meta(JOURNALLED, str(self.journal.append(tx.erased)), replace=True)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(NO_ROOM) from None
            raise StoreError(f"{self.folder}: cannot be written ({error.strerror})") from None

    def _empty_wal(self) -> None:
        """Take what was erased out of SQLite's log, too: its file keeps pages until they are overwritten."""
        connection = self._writer.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent look at the database that waits for nobody."""
        with _translated(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """Processes take turns: SQLite before 3.51.3 must not see two of them commit at once."""
        if not self.embedded:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise StoreError(STAYED_LOCKED)
        try:
            with _locked(self.folder / "writer.lock", BUSY_SECONDS):
                yield
        except BlockingIOError:
            raise StoreError(STAYED_LOCKED) from None
        finally:
            self._turn.release()

    @contextmanager
    def sole_daemon(self) -> Iterator[Callable[[], bool]]:
        """Hold the database against a second daemon; what is given says whether the hold still stands.

        Raises AlreadyRunning, with the holder's process id where it is known.
        """
        hold = self._hold_by_file if self.embedded else self._hold_by_connection
        with hold() as still_ours:
            yield still_ours

    @contextmanager
    def _hold_by_file(self) -> Iterator[Callable[[], bool]]:
        path = self.folder / "daemon.lock"
        try:
            with _locked(path, 0) as file:
                with suppress(OSError):  # a courtesy to whoever comes second, not worth failing for
                    file.truncate(0)
                    file.write(str(os.getpid()))
                    file.flush()
                yield lambda: True
        except BlockingIOError:
            holder = path.read_text("utf-8").strip() or "unknown"
            raise AlreadyRunning(
                f"another daemon holds this database (process {holder}); stop it first"
            ) from None

    @contextmanager
    def _hold_by_connection(self) -> Iterator[Callable[[], bool]]:
        with self._reader.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            if not connection.execute(text(f"SELECT pg_try_advisory_lock({DAEMON_LOCK})")).scalar():
                raise AlreadyRunning("another daemon holds this database; stop it first")
            try:
                yield lambda: _answers(connection)
            finally:
                with suppress(DBAPIError):  # else it is free only once the server sees that we have gone
                    connection.execute(text(f"SELECT pg_advisory_unlock({DAEMON_LOCK})"))
                connection.invalidate()  # the lock belongs to the connection, so that must really close

    # -- questions --------------------------------------------------------------------------------

    def cursor(self, source: str) -> str | None:
        """How far `source` was read, None if never."""
        with self.reading() as connection:
            return connection.execute(select(_source.c.cursor).where(_source.c.name == source)).scalar()

    def next_due(self, source: str) -> datetime | None:
        """When `source` may be asked again, None if never asked."""
        with self.reading() as connection:
            return connection.execute(select(_source.c.next_due_at).where(_source.c.name == source)).scalar()

    def by_identity(self, posts: Iterable[Post]) -> dict[str, Post]:
        """The posts by the stored form of their identity; one that comes twice is there once."""
        return {identity(self.key, post): post for post in posts}

    def unseen_or_changed(self, source: str, posts: Mapping[str, Post], version: str) -> dict[str, Post]:
        """Those of `posts` (by identity) that are new from this source, have changed, or to newer rules.

        One query a page. An item that keeps changing is left alone after MAX_CHANGES.
        """
        query = union_all(
            *(
                select(c.key, c.content_hash, c.judged_by, c.changes).where(
                    c.source == source, c.key.in_(posts)
                )
                for c in (_occurrence.c, _protected.c)
            )
        )
        with self.reading() as connection:
            known = {row.key: row for row in connection.execute(query)}
        return {key: post for key, post in posts.items() if self._to_judge(post, known.get(key), version)}

    def without_erased(
        self, posts: Mapping[str, Post], pseudonym: str | None, since: datetime
    ) -> dict[str, Post]:
        """Those of `posts` (by identity) that nobody had erased; no query where nobody ever did.

        What is read under the register's row of `pseudonym` comes back after a new authorisation; not what
        was erased itself, and nothing whose erasure is younger than `since`.
        """
        if not posts or not self.journal.size():
            return dict(posts)
        with self.reading() as connection:
            gone = erased(connection, self.key, posts, pseudonym, since)
        return {key: post for key, post in posts.items() if key not in gone}

    def protected(self, source: str, posts: Mapping[str, Post]) -> set[tuple[str, str]]:
        """The keys of those of `posts` (by identity) that the protected lane holds from this source."""
        c = _protected.c
        with self.reading() as connection:
            query = select(c.key).where(c.source == source, c.key.in_(posts))
            return {posts[key].key for key in connection.execute(query).scalars()}

    def _to_judge(self, post: Post, row: Any, version: str) -> bool:
        if row is None or row.judged_by not in (version, RETENTION):
            return True
        return bool(row.changes < MAX_CHANGES and row.content_hash != content_hash(self.key, post))

    def coverage(self, only: str | None = None) -> dict[str, Coverage]:
        """How every source stands, or `only` the one of this name; by name."""
        query = select(_source) if only is None else select(_source).where(_source.c.name == only)
        with self.reading() as connection:
            return {row.name: _coverage(row) for row in connection.execute(query)}

    def totals(self) -> dict[str, int]:
        """What all sources have seen, kept, folded and found since the beginning, and filters hidden."""
        counted = ("seen", "kept", "folded", "found")
        with self.reading() as connection:
            rows = connection.execute(select(*(_source.c[name] for name in counted))).all()
            hidden = connection.execute(select(func.count(_hidden.c.id))).scalar_one()
        return {name: sum(row[at] for row in rows) for at, name in enumerate(counted)} | {"hidden": hidden}

    def cited_clauses(self) -> frozenset[str]:
        """The ids of every clause that a stored finding cites."""
        columns = (_finding.c.clauses, _finding.c.counter_clauses)
        with self.reading() as connection:
            rows = connection.execute(select(*(cast(column, Text) for column in columns)).distinct())
            return frozenset(clause for row in rows for cited in row for clause in json.loads(cited))

    def meta(self, name: str) -> str | None:
        """A fact about this database, such as `installed_at`."""
        with self.reading() as connection:
            return connection.execute(select(_meta.c.value).where(_meta.c.name == name)).scalar()

    def _check_key(self) -> None:
        """Identities are keyed: with another key every known item would look new."""
        mine = self.key.hash("site key check")
        known = self.meta("site_key_check")
        if known is None:
            with self.transaction() as tx:
                tx.set_meta("site_key_check", mine)
        elif known != mine:
            raise StoreError(f"{self.folder / 'site.key'} did not make this database: put the right key back")


def _coverage(row: Any) -> Coverage:
    return Coverage(
        source=row.name,
        kind=row.kind,
        state=SourceState(row.state),
        since=row.state_since,
        note=row.note,
        last_ok_at=row.last_ok_at,
        newest_item_at=row.newest_item_at,
        covered_from=row.covered_from,
        strikes=row.strikes,
        alarmed_at=row.alarmed_at,
    )


def _answers(connection: Connection) -> bool:
    try:
        return connection.execute(text("SELECT 1")).scalar() == 1
    except DBAPIError:
        return False


@contextmanager
def _locked(path: Path, patience: float) -> Iterator[IO[str]]:
    """Hold the file's lock. Raises BlockingIOError where another process has it for `patience` seconds."""
    end = time.monotonic() + patience
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise
                time.sleep(0.005)
        yield file


@contextmanager
def _translated() -> Iterator[None]:
    """Database errors as ours: what happened and what to do, never a bound value."""
    try:
        yield
    except MonitorError:
        raise
    except OperationalError as error:
        words = str(error.orig).splitlines()[0]
        if "disk is full" in words or "disk I/O" in words or "No space left" in words:
            raise DiskFull(NO_ROOM) from None
        if "locked" in words:
            raise StoreError(
                "the database stayed locked for 10 s: another program is writing; try again"
            ) from None
        hint = next((hint for said, hint in HINTS.items() if said in words), "")
        raise StoreError(f"the database cannot be used: {words}{hint}") from None
    except DBAPIError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            raise StoreError("the database file is damaged, or is none: restore a backup") from None
        raise StoreError(f"the database refused a statement: {type(error.orig).__name__}") from None
