"""Two engines on one database: a writer that takes the lock at once, readers that never do.

SQLite (WAL, synchronous=FULL, foreign keys on): a deferred transaction that reads and then writes
fails at once when somebody else committed in between, so every writing transaction begins
IMMEDIATE; readers begin deferred and are `query_only`, so an open read never blocks the writer.
PostgreSQL: writing transactions queue on one advisory lock, so that ids grow in the order of
commits there too, which is what a digest's window of ids relies on.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

WRITER_LOCK = 0x54525553  # "TRUS": the advisory lock of a writing transaction
DAEMON_LOCK = 0x54525554  # the advisory lock a daemon holds for its life
BUSY_SECONDS = 10


def writer_engine(url: str) -> Engine:
    """An engine whose transactions hold the one write lock from their first statement."""
    if is_sqlite(url):
        engine = _sqlite(url, "BEGIN IMMEDIATE", read_only=False, pool_size=1, max_overflow=0)
    else:
        engine = create_engine(_psycopg(url), hide_parameters=True, pool_pre_ping=True)

        @event.listens_for(engine, "begin")
        def _queue(connection: Any) -> None:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")

    return engine


def reader_engine(url: str) -> Engine:
    """An engine for questions: it cannot write and never waits for the writer."""
    if is_sqlite(url):
        return _sqlite(url, "BEGIN", read_only=True, pool_size=5, max_overflow=20)
    return create_engine(
        _psycopg(url),
        hide_parameters=True,
        pool_pre_ping=True,
        execution_options={"postgresql_readonly": True},
    )


def is_sqlite(url: str) -> bool:
    """True for the embedded store."""
    return make_url(url).get_backend_name() == "sqlite"


def _psycopg(url: str) -> str:
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def _sqlite(url: str, begin: str, *, read_only: bool, pool_size: int, max_overflow: int) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=max_overflow,
    )

    @event.listens_for(engine, "connect")
    def _pragmas(dbapi: Any, _record: object) -> None:
        dbapi.isolation_level = None  # the driver must not begin by itself
        # Readers leave checkpoints to the writer: SQLite before 3.51.3 can lose a commit when two
        # connections checkpoint at once (sqlite.org/wal.html, "the WAL-reset bug").
        only = ["query_only=on", "wal_autocheckpoint=0"] if read_only else ["journal_mode=wal"]
        for pragma in (*only, "synchronous=full", "foreign_keys=on", "secure_delete=on"):
            dbapi.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
