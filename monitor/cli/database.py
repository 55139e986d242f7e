"""The database as commands find it: a look must not make one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.config import Settings
    from monitor.store import Store


def exists(settings: Settings) -> bool:
    """False where opening the store would make a new database."""
    return settings.store.url is not None or (settings.store.state_dir / "trustwatch.db").exists()


def opened(settings: Settings) -> Store:
    """The database. Raises StoreError where there is none yet."""
    from monitor.errors import StoreError
    from monitor.store import open_store

    if not exists(settings):
        raise StoreError(f"{settings.store.state_dir}: no database yet: `monitor scan` makes one")
    return open_store(settings.store)
