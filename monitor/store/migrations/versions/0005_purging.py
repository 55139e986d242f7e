"""What was last seen to be public and when, what was purged and why, and legal holds."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("mention", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purged_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("purged_for", AutoString(), nullable=True))
    for table in ("occurrence", "protected_post"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("recheck_id", AutoString(), nullable=True))
            batch_op.add_column(sa.Column("checked_at", UTCDateTime(), nullable=True))
        op.execute(f"UPDATE {table} SET checked_at = seen_at")  # noqa: S608 - two names of ours
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("checked_at", existing_type=UTCDateTime(), nullable=False)
    op.create_index(op.f("ix_mention_state"), "mention", ["state"])
    op.create_index("ix_occurrence_check", "occurrence", ["source", "checked_at"])
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("held_by", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("released_by", AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_legal_hold_case_id"), "legal_hold", ["case_id"])
