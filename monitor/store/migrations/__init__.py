"""Schema versions. Forward only, each in one transaction: it happened or it did not."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from monitor.errors import StoreError

HEAD = "0014"
"""The newest version. A test holds it to the scripts, so that opening a store need not import Alembic."""


def upgrade(engine: Engine) -> None:
    """Bring the database to HEAD. Raises StoreError when it is newer than this program."""
    with engine.begin() as connection:
        version = current(connection)
        if version == HEAD:
            return
        if version is not None and version > HEAD:
            raise StoreError(
                f"the database has schema {version}, this program knows {HEAD}: install the newer trustwatch"
            )
        _run(connection)


def current(connection: Connection) -> str | None:
    """The schema version of an open database, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
