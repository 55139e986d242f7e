"""Retention: what is kept, by age, is found without looking at what went long ago."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    kept = sa.text("purged_at IS NULL")
    op.create_index(
        "ix_mention_kept", "mention", ["first_seen_at", "id"], sqlite_where=kept, postgresql_where=kept
    )
