"""Alembic's entry: runs on the connection, and inside the transaction, that `upgrade` opened."""

from alembic import context
from sqlmodel import SQLModel

from monitor.checkpoints import checkpoint
from monitor.store import tables  # noqa: F401  (fills the metadata)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    on_version_apply=lambda **_: checkpoint("migration.version"),
)
context.run_migrations()
