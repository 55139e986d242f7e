"""The protected lane: its posts and mails in tables of their own."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "protected_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("address_key", AutoString(), nullable=True),
        sa.Column("text_key", AutoString(), nullable=True),
        sa.Column("content_hash", AutoString(), nullable=False),
        sa.Column("judged_by", AutoString(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("rule_id", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("clauses", sa.JSON(), nullable=False),
        sa.Column("counter_clauses", sa.JSON(), nullable=False),
        sa.Column("platform", AutoString(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("may_mail_excerpt", sa.Boolean(), nullable=False),
        sa.Column("posted_at", UTCDateTime(), nullable=True),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "key"),
    )
    with op.batch_alter_table("protected_post", schema=None) as batch_op:
        for column in ("key", "address_key", "text_key"):
            batch_op.create_index(batch_op.f(f"ix_protected_post_{column}"), [column], unique=False)
    op.create_table(
        "protected_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("window", AutoString(), nullable=False),
        sa.Column("status", AutoString(), nullable=False),
        sa.Column("message_id", AutoString(), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UTCDateTime(), nullable=False),
        sa.Column("claimed_by", AutoString(), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("error", AutoString(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("mentions_up_to", sa.Integer(), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("recipient", "kind", "window"),
    )
