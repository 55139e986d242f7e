"""`monitor backup` and `monitor restore`: nothing is lost, nobody erased comes back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli.output import Exit
from monitor.store import open_store
from monitor.store.keeping.backup import dump_command
from monitor.types import Account
from tests.cli.installation import Installation

FILE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""PostgreSQL is backed up and restored by programs of its own."""


@pytest.fixture
def garden(installation: Installation) -> Installation:
    """An installation that holds two posts."""
    installation.store(*installation.posts("garden gate", "flower show"))
    return installation


def backup(garden: Installation, name: str = "backup.db") -> Path:
    result = garden.run("backup", str(garden.folder / name))
    assert result.exit_code == 0, result.output
    return garden.folder / name


@FILE
def test_a_backup_is_whole_and_for_its_owner_only(garden: Installation) -> None:
    path = backup(garden)
    assert path.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM mention").fetchone() == (2,)
    assert garden.rows("SELECT action FROM audit_entry WHERE object = 'database'") == [
        ("database.backed_up",)
    ]
    assert garden.run("backup", str(path)).exit_code == 2  # it never writes over one


@FILE
def test_a_restore_brings_back_everything_but_who_was_erased(garden: Installation) -> None:
    path = backup(garden)
    garden.run("subject", "erase", "mastodon:@author0", "--reason", "DSR-12", "--yes")
    garden.store(*garden.posts("later news", author=Account(platform="mastodon", handle="@late")))
    result = garden.run("restore", str(path), "--yes")
    assert result.exit_code == 0, result.output
    assert garden.rows("SELECT text FROM mention") == [("WVFT flower show",)]
    assert "will not be found" in result.output
    actions = [row[0] for row in garden.rows("SELECT action FROM audit_entry ORDER BY id")]
    assert actions[-2:] == ["erasures.reapplied", "database.restored"]
    (kept,) = (garden.folder / "state").glob("before-restore-*.db")
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT count(*) FROM mention").fetchone() == (2,)
    state = (garden.folder / "state").glob("trustwatch.db*")
    assert not [file.name for file in state if b"garden gate" in file.read_bytes()]


@FILE
def test_a_damaged_database_is_replaced_all_the_same(garden: Installation) -> None:
    path = backup(garden)
    (garden.folder / "state" / "trustwatch.db").write_bytes(b"this is no database" * 100)
    assert garden.run("restore", str(path), "--yes").exit_code == 0
    assert garden.rows("SELECT count(*) FROM mention") == [(2,)]


@FILE
def test_nothing_is_restored_under_a_running_daemon(garden: Installation) -> None:
    path = backup(garden)
    store = open_store(garden.settings().store)
    with store.sole_daemon():
        assert garden.run("restore", str(path), "--yes").exit_code == Exit.ALREADY
    store.close()


@FILE
def test_a_restore_asks_first(garden: Installation) -> None:
    path = backup(garden)
    assert garden.run("restore", str(path)).exit_code == Exit.INTERRUPTED


@FILE
def test_a_backup_that_should_be_gone_is_restored_only_when_somebody_means_it(garden: Installation) -> None:
    path = backup(garden)
    with closing(sqlite3.connect(path)) as connection:
        old = (garden.now - timedelta(days=36)).isoformat()
        connection.execute("UPDATE meta SET value = ? WHERE name = 'backed_up_at'", (old,))
        connection.commit()
    refused = garden.run("restore", str(path))
    assert refused.exit_code == 1
    assert "more than 35 days ago" in refused.output
    assert garden.run("restore", str(path), "--yes").exit_code == 0


@FILE
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE meta SET value = 'x' WHERE name = 'site_key_check'", "another site.key"),
        ("UPDATE alembic_version SET version_num = '9999'", "install the newer trustwatch"),
        ("DROP TABLE meta", "cannot be read as a backup"),
    ],
)
def test_what_is_no_backup_of_this_installation_is_refused(
    garden: Installation, statement: str, said: str
) -> None:
    path = backup(garden)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()
    refused = garden.run("restore", str(path), "--yes")
    assert refused.exit_code == 1
    assert said in " ".join(refused.output.split())
    assert garden.rows("SELECT count(*) FROM mention") == [(2,)]


@FILE
def test_half_a_file_is_refused(garden: Installation) -> None:
    path = backup(garden)
    os.truncate(path, path.stat().st_size // 2)
    assert garden.run("restore", str(path), "--yes").exit_code == 1
    assert garden.rows("SELECT count(*) FROM mention") == [(2,)]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_is_told_to_use_its_own_program_and_no_password(
    installation: Installation,
) -> None:
    result = installation.run("backup", "b.dump")
    assert result.exit_code == 1
    assert result.stdout.startswith("pg_dump --format=custom --file=b.dump")
    (installation.folder / "b.dump").write_text("x")
    assert installation.run("restore", str(installation.folder / "b.dump")).exit_code == 1


def test_a_password_is_never_printed() -> None:
    words = dump_command("postgresql://jo:secret@db.wvft.nhs.test:5433/trustwatch", Path("b.dump"))
    assert words == [
        "pg_dump", "--format=custom", "--file=b.dump", "--host=db.wvft.nhs.test", "--port=5433",
        "--username=jo", "trustwatch",
    ]  # fmt: skip
