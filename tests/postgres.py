"""The suite's databases: a fresh SQLite file or PostgreSQL database for every test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store import migrations
from monitor.store.engine import writer_engine
from tests.live.servers.packages import unavailable
from tests.live.servers.postgresql import PostgreSQL


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """One private PostgreSQL cluster for the whole session, started when first asked for."""
    if obstacle := PostgreSQL.obstacle():
        unavailable(obstacle)
    with PostgreSQL() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgresql: PostgreSQL) -> str:
    """The administrative database of the session's cluster."""
    return postgresql.address


@pytest.fixture(scope="session")
def migrated(postgresql: PostgreSQL) -> str:
    """The name of a database with all tables and nothing in them: to copy it is quicker than to migrate."""
    url = postgresql.create_database()
    engine = writer_engine(url)
    migrations.upgrade(engine)
    engine.dispose()
    return url.rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that holds nothing and that nobody else uses: the test runs once on each kind.

    The one of PostgreSQL has its tables already.
    """
    template = "template0" if request.param == "sqlite" else request.getfixturevalue("migrated")
    yield from _databases(request, tmp_path, template)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same without a table, for tests of migrations."""
    yield from _databases(request, tmp_path, "template0")


def _databases(request: pytest.FixtureRequest, tmp_path: Path, template: str) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'trustwatch.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.create_database(template)
    yield url
    server.drop_database(url)
