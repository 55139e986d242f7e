"""Links in mails are used once."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "spent_link",
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("deed", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("spent_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_spent_link_expires_at", "spent_link", ["expires_at"])
