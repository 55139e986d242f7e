"""The suite's databases: a fresh SQLite file or PostgreSQL database for every test that asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database that nobody else uses: the test runs once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'trustwatch.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.create_database()
    yield url
    server.drop_database(url)
