"""The protected lane keeps nothing readable: its words wait apart until the first start seals them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0008"
down_revision = "0007"

HASHES = ("source", "key", "address_key", "text_key", "content_hash", "judged_by")
WORDS = ("rule_id", "reason", "confidence", "clauses", "counter_clauses", "platform", "url")


def upgrade() -> None:
    connection = op.get_bind()
    before = sa.Table("protected_post", sa.MetaData(), autoload_with=connection)
    kept = [_packed(row) for row in connection.execute(sa.select(before).order_by(before.c.id)).mappings()]
    op.drop_table("protected_post")
    table = op.create_table(
        "protected_post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("address_key", AutoString(), nullable=True),
        sa.Column("text_key", AutoString(), nullable=True),
        sa.Column("platform_key", AutoString(), nullable=False),
        sa.Column("content_hash", AutoString(), nullable=False),
        sa.Column("judged_by", AutoString(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("first_seen_on", sa.Date(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("handed_over_at", UTCDateTime(), nullable=True),
        sa.Column("key_id", AutoString(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("unsealed", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["key_id"], ["sealing_key.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "key"),
    )
    for column in ("key", "address_key", "text_key", "key_id"):
        op.create_index(op.f(f"ix_protected_post_{column}"), "protected_post", [column])
    if kept:
        op.bulk_insert(table, kept)
    if kept and connection.dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('protected_post', 'id'), max(id)) FROM protected_post"
        )
    # The mails of before quote masked words: those that wait are made anew, of the others the copy goes.
    op.execute("DELETE FROM protected_delivery WHERE status IN ('owed', 'claimed')")
    op.execute("UPDATE protected_delivery SET message = '{}'")


def _packed(row: sa.RowMapping) -> dict[str, Any]:
    """A row of before, with what it told in one value."""
    told = {name: row[name] for name in WORDS} | {
        "rule": row["title"],
        "text": row["excerpt"],
        "posted_at": _iso(row["posted_at"]),
        "seen_at": _iso(row["first_seen_at"]),
    }
    return {
        **{name: row[name] for name in ("id", *HASHES, "changes", "again")},
        "platform_key": "",
        "first_seen_on": row["first_seen_at"].date(),
        "seen_on": row["checked_at"].date(),
        "unsealed": None if row["again"] else told,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
