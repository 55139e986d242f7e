"""A digest counts what came in week by week: what it counts is found by when it was seen."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("ix_mention_seen", "mention", ["first_seen_at"])
    op.create_index("ix_finding_made", "finding", ["lane", "created_at", "rule_id", "case_id"])
