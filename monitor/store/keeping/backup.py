"""Backups of the embedded database: a whole and consistent copy while the daemon works, and the way back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from monitor import files
from monitor.config import StoreSettings
from monitor.errors import StoreError
from monitor.ports import Clock
from monitor.store import migrations
from monitor.store.engine import is_sqlite
from monitor.store.sitekey import SiteKey
from monitor.store.store import Store, open_store
from monitor.types import Actor

MADE = "backed_up_at"
"""The fact in `meta` of a backup that says when it was made."""


def copy(store: Store, to: Path, by: Actor, now: datetime) -> None:
    """Write a backup to a new file that only its owner reads. Raises StoreError, FileExistsError or OSError.

    One step of SQLite's own copying: a copy of the file alone would lack what is still in its log.
    """
    files.new(to).close()
    try:
        with closing(sqlite3.connect(to)) as target:
            with store.reading() as connection:
                source = connection.connection.driver_connection
                source.backup(target)  # type: ignore[union-attr]
            target.execute("PRAGMA journal_mode=delete")
            target.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (MADE, now.isoformat()))
            target.commit()
        with to.open("rb") as file:
            os.fsync(file.fileno())
    except BaseException:
        to.unlink(missing_ok=True)
        raise
    with store.transaction() as tx:
        tx.audit(by, "database.backed_up", "database", now)


def examine(settings: StoreSettings, backup: Path) -> datetime:
    """When a backup was made. Raises StoreError where it is damaged, of another program or of another key."""
    key = SiteKey.at(settings.state_dir / "site.key")
    try:
        with closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise StoreError(f"{backup}: the backup is damaged: take an earlier one")
            facts = dict(connection.execute("SELECT name, value FROM meta"))
            (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{backup}: cannot be read as a backup of Trustwatch ({error})") from None
    if version > migrations.HEAD:
        newer = f"has schema {version}, this program knows {migrations.HEAD}: install the newer trustwatch"
        raise StoreError(f"{backup}: {newer}")
    if facts.get("site_key_check") != key.hash("site key check"):
        raise StoreError(
            f"{backup}: was made with another site.key: put that key into {settings.state_dir} first"
        )
    made = facts.get(MADE)
    return datetime.fromisoformat(made) if made else datetime.fromtimestamp(backup.stat().st_mtime, UTC)


def restore(settings: StoreSettings, backup: Path, by: Callable[[Store], Actor], now: Clock) -> Path | None:
    """Put an examined backup in the database's place; where the present one is kept, None for none.

    Erasures that it does not know are done again as it is opened. Raises AlreadyRunning or StoreError.
    """
    database = settings.state_dir / "trustwatch.db"
    present = Store(settings.database_url, settings.state_dir, SiteKey.at(settings.state_dir / "site.key"))
    try:
        with present.sole_daemon():
            kept = _change_places(database, backup, now())
    finally:
        present.close()
    with closing(open_store(settings)) as store:
        actor = by(store)
        with store.transaction() as tx:
            tx.audit(actor, "database.restored", "database", now())
    return kept


def _change_places(database: Path, backup: Path, now: datetime) -> Path | None:
    """The present files keep their contents under another name: damaged ones, too."""
    fresh = database.with_name(".restoring.db")
    fresh.unlink(missing_ok=True)
    with files.new(fresh) as file:
        with backup.open("rb") as source:
            while block := source.read(1 << 20):
                file.write(block)
        file.flush()
        os.fsync(file.fileno())
    kept = database.with_name(f"before-restore-{now:%Y%m%d-%H%M%S}.db")
    there = database.exists()
    for ending in ("-wal", "-shm", ""):
        part = database.with_name(database.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))
    fresh.rename(database)
    return kept if there else None


def dump_command(url: str, to: Path) -> list[str]:
    """The command that backs up a PostgreSQL database; it asks for the password itself."""
    from sqlalchemy.engine import make_url

    address = make_url(url)
    words = ["pg_dump", "--format=custom", f"--file={to}"]
    words += [f"--host={address.host}"] if address.host else []
    words += [f"--port={address.port}"] if address.port else []
    words += [f"--username={address.username}"] if address.username else []
    return [*words, address.database or ""]


def is_embedded(settings: StoreSettings) -> bool:
    """Whether the database is a file of ours."""
    return is_sqlite(settings.database_url)
