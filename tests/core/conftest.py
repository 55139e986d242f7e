"""The core's tests run on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from monitor.config import StoreSettings
from monitor.store import Store, open_store
from tests.core.world import World


@pytest.fixture(autouse=True)
def untouched_logs() -> None:
    """Commands that ran in this process may have set logging up for themselves."""
    structlog.reset_defaults()


@pytest.fixture
def store_settings(database_url: str, tmp_path: Path) -> StoreSettings:
    """Settings of an empty store, once on SQLite and once on PostgreSQL."""
    url = None if database_url.startswith("sqlite") else SecretStr(database_url)
    return StoreSettings(state_dir=tmp_path / "state", url=url)


@pytest.fixture
def store(store_settings: StoreSettings) -> Iterator[Store]:
    """An open store."""
    opened = open_store(store_settings)
    yield opened
    opened.close()


@pytest.fixture
def world(store: Store) -> World:
    """An installation on that store."""
    return World(store)
