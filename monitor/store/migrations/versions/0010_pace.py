"""Findings say how soon those who are told of them hear of it."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("finding", sa.Column("pace", AutoString(), server_default="daily", nullable=False))
