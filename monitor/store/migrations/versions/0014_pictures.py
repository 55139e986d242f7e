"""What was seen in the pictures of a mention, picture evidence, and what could not be analysed."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("mention", sa.Column("pictures", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "picture_evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mention_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", AutoString(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("cut_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mention.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mention_id", "rule_id", "part", "digest"),
    )
    op.create_table(
        "picture_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("not_read", AutoString(), nullable=False),
        sa.Column("pictures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_picture_count_at", "picture_count", ["at", "source"])
