"""The store: what it promises to those who write and those who ask."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from monitor import service
from monitor.config import RecipientSettings, Settings, StoreSettings
from monitor.errors import AlreadyRunning, DiskFull, RuleError, StoreError
from monitor.store import Store, migrations, open_store
from monitor.store.sitekey import SiteKey
from rules.examples import ORGANISATION
from tests.core.world import Feed, World, post


def test_the_newest_schema_is_the_one_in_the_scripts() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.HEAD]


def test_the_migrations_make_the_tables_that_the_code_uses(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []


def test_opening_again_changes_nothing(store: Store, store_settings: StoreSettings) -> None:
    World(store).poll(Feed([[post(1)]]))
    again = open_store(store_settings)
    assert again.coverage()["gazette"].source == "gazette"
    again.close()


def test_a_database_of_a_newer_program_is_refused_with_what_to_do(
    store: Store, store_settings: StoreSettings
) -> None:
    with store.transaction() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="install the newer"):
        open_store(store_settings)


def test_a_migration_that_fails_leaves_the_old_version_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(connection: object) -> None:
        connection.execute(text("CREATE TABLE half_done (id INTEGER)"))  # type: ignore[attr-defined]
        raise RuntimeError("planted")

    monkeypatch.setattr(migrations, "HEAD", "9999")
    monkeypatch.setattr(migrations, "_run", half)
    with pytest.raises(RuntimeError):
        migrations.upgrade(store._writer)
    with store.reading() as connection:
        assert not inspect(connection).has_table("half_done")


def test_another_site_key_is_refused(store: Store, store_settings: StoreSettings) -> None:
    store.close()
    key = store_settings.state_dir / "site.key"
    key.unlink()
    with pytest.raises(StoreError, match=r"site\.key"):
        open_store(store_settings)


def test_the_site_key_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    one = SiteKey.at(tmp_path / "site.key")
    assert (tmp_path / "site.key").stat().st_mode & 0o777 == 0o600
    assert SiteKey.at(tmp_path / "site.key").hash("a", "b") == one.hash("a", "b")
    assert one.hash("ab", "c") != one.hash("a", "bc")


def test_a_reader_waits_for_no_writer_and_cannot_write(store: Store) -> None:
    with store.transaction() as tx:
        tx.set_meta("seen", "no")
        assert store.meta("seen") is None
    assert store.meta("seen") == "no"
    with pytest.raises(StoreError), store.reading() as connection:
        connection.execute(text("INSERT INTO meta (name, value) VALUES ('a', 'b')"))


def test_writers_in_eight_threads_take_turns(store: Store) -> None:
    def write(number: int) -> None:
        for step in range(10):
            with store.transaction() as tx:
                tx.set_meta(f"{number}-{step}", "x")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM meta WHERE value = 'x'")).scalar() == 80


def test_a_second_daemon_is_refused_by_name_of_the_first(store: Store) -> None:
    named = str(os.getpid()) if store.embedded else "another daemon"
    with store.sole_daemon(), pytest.raises(AlreadyRunning, match=named), store.sole_daemon():
        pass


def test_the_daemons_place_is_free_when_it_has_gone(store: Store) -> None:
    for _ in range(2):
        with store.sole_daemon():
            assert store.meta("site_key_check")


def test_an_error_of_the_database_never_shows_a_bound_value(store: Store) -> None:
    with pytest.raises(StoreError) as caught, store.transaction() as tx:
        tx.connection.execute(
            text("INSERT INTO meta (name, value) VALUES (:n, NULL)"), {"n": "words of a post"}
        )
    assert "words of a post" not in str(caught.value)


FULL_DISK = """
import resource, sys
from pathlib import Path
from monitor.config import StoreSettings
from monitor.errors import DiskFull
from monitor.store import open_store
from rules.examples import ORGANISATION
from tests.core.world import Feed, World, post

folder = Path(sys.argv[1])
world = World(open_store(StoreSettings(state_dir=folder)))
world.poll(Feed([[post(1)]]))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = max(f.stat().st_size for f in folder.iterdir()) + 4096
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
try:
    for n in range(2, 400):
        world.poll(Feed([[post(n, "WVFT " + "x" * 5000)]]))
except DiskFull as error:
    print("full:", error)
"""


def test_a_full_disk_stops_cleanly_and_loses_nothing_committed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "state")],
        capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False,
    )  # fmt: skip
    assert done.stdout.startswith("full: the disk is full"), done.stderr
    store = open_store(StoreSettings(state_dir=tmp_path / "state"))
    with store.reading() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert connection.execute(text("SELECT count(*) FROM mention")).scalar_one() >= 1
    World(store).poll(Feed([[post(900)]]))
    store.close()


def test_a_state_folder_that_cannot_be_made_is_a_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="state_dir"):
        open_store(StoreSettings(state_dir=tmp_path / "file" / "state"))


def test_disk_full_is_a_store_error() -> None:
    assert issubclass(DiskFull, StoreError)


def test_a_clause_that_stored_findings_cite_may_not_leave_its_pack(
    store: Store, store_settings: StoreSettings
) -> None:
    World(store).poll(Feed([[post(1, text="NHS number 999 200 1135 at WVFT")]]))
    assert "CDD-4.2-1" in store.cited_clauses()
    settings = Settings(
        organisation=ORGANISATION,
        recipients=(RecipientSettings(address="press@wvft.nhs.test", role="comms"),),
        store=store_settings,
    )
    with service.opened(settings):
        pass
    with store.transaction() as tx:
        tx.connection.execute(text("UPDATE finding SET clauses = '[\"WVX-1\"]'"))
    with pytest.raises(RuleError, match="no pack has the clause WVX-1 any more"), service.opened(settings):
        pass
