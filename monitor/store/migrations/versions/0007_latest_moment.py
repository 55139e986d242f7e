"""The latest moment of the audit log is asked for at every request for a staff account."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for chain in ("audit_entry", "protected_audit"):
        op.create_index(op.f(f"ix_{chain}_at"), chain, ["at"])
