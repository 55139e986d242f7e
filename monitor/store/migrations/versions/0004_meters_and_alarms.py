"""What sources spend in a day, and which of them have an alarm."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "meter_reading",
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("source", "day"),
    )
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("alarmed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("missing", sa.Integer(), nullable=False, server_default="0"))
