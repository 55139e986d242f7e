"""Filters, what they hid, and what people decided."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "site_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_id", AutoString(), nullable=False),
        sa.Column("platform", AutoString(), nullable=True),
        sa.Column("author", AutoString(), nullable=True),
        sa.Column("page", AutoString(), nullable=True),
        sa.Column("pattern", AutoString(), nullable=True),
        sa.Column("source", AutoString(), nullable=True),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.Column("removed_by", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "hidden_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("filter_id", sa.Integer(), nullable=False),
        sa.Column("mention_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", AutoString(), nullable=False),
        sa.Column("lane", AutoString(), nullable=False),
        sa.Column("hidden_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["filter_id"], ["site_filter.id"]),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(op.f("ix_hidden_finding_filter_id"), "hidden_finding", ["filter_id"])
    op.create_index(op.f("ix_hidden_finding_mention_id"), "hidden_finding", ["mention_id"])
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_decision_case_id"), "decision", ["case_id"])
