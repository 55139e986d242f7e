"""People: the registers, what they do with cases, sealed originals, erasures and the audit log."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0006"
down_revision = "0005"

CHAINS = ("audit_entry", "protected_audit")
NOT_CHANGED = "the audit log is append-only"


def upgrade() -> None:
    _registers()
    _casework()
    _originals()
    _erasures()
    for table in CHAINS:
        _chain(table)


def _registers() -> None:
    """Who may be read, who is away, and the registers that the policies ask for."""
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_address"), ["address"], unique=False)

    op.create_table(
        "authorisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", AutoString(), nullable=False),
        sa.Column("platform", AutoString(), nullable=False),
        sa.Column("account", AutoString(), nullable=False),
        sa.Column("staff_group", AutoString(), nullable=False),
        sa.Column("platform_opt_in", sa.Date(), nullable=True),
        sa.Column("notice_version", AutoString(), nullable=False),
        sa.Column("notice_date", sa.Date(), nullable=False),
        sa.Column("lawful_basis", AutoString(), nullable=False),
        sa.Column("dpia_reference", AutoString(), nullable=False),
        sa.Column("scope", AutoString(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("name", AutoString(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("addendum_on", sa.Date(), nullable=True),
        sa.Column("added_by", AutoString(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", AutoString(), nullable=True),
        sa.Column("ended_for", AutoString(), nullable=True),
        sa.Column("ended_why", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("authorisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authorisation_person"), ["person"], unique=False)

    op.create_table(
        "register_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("added_by", AutoString(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", AutoString(), nullable=True),
        sa.Column("ended_why", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("register_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_entry_kind"), ["kind"], unique=False)


def _casework() -> None:
    """What people do with a case, and what they are reminded of."""
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_by", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("held_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("waiting_for", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("confirmed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("closed_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("closed_by", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("outcome", AutoString(), nullable=True))
        batch_op.add_column(sa.Column("merged_into", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("changes", sa.Integer(), server_default="0", nullable=False))
        batch_op.create_index(batch_op.f("ix_case_file_category"), ["category"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_closed_at"), ["closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_confirmed_at"), ["confirmed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_held_by"), ["held_by"], unique=False)
        batch_op.create_index("ix_case_file_list", ["status", "lane", "severity", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_merged_into"), ["merged_into"], unique=False)

    op.create_table(
        "case_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("step", AutoString(), nullable=False),
        sa.Column("answer", AutoString(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case_file.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("case_step", schema=None) as batch_op:
        batch_op.create_index("ix_case_step_case", ["case_id", "step"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("about", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_by", AutoString(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=True),
        sa.Column("done_by", AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_due_on"), ["due_on"], unique=False)


def _originals() -> None:
    """Sealed values, and the public halves of their keys."""
    op.create_table(
        "sealing_key",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )

    op.create_table(
        "sealed_original",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mention_id", sa.Integer(), nullable=False),
        sa.Column("part", AutoString(), nullable=False),
        sa.Column("content_hash", AutoString(), nullable=False),
        sa.Column("key_id", AutoString(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["sealing_key.id"],
        ),
        sa.ForeignKeyConstraint(
            ["mention_id"],
            ["mention.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mention_id", "part", "content_hash"),
    )
    with op.batch_alter_table("sealed_original", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_original_key_id"), ["key_id"], unique=False)


def _erasures() -> None:
    """What may not come back."""
    op.create_table(
        "erasure",
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("erased_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _chain(table: str) -> None:
    """An audit log that nobody changes."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("who", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("action", AutoString(), nullable=False),
        sa.Column("object", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(f"ix_{table}_object", ["object"], unique=False)
    for statement in _sqlite(table) if op.get_bind().dialect.name == "sqlite" else _postgresql(table):
        op.execute(statement)


def _expired(table: str) -> str:
    """Up to which row a checkpoint lets the chain be shortened."""
    return f"(SELECT CAST(value AS INTEGER) FROM meta WHERE name = '{table}_expired_up_to')"  # noqa: S608


def _sqlite(table: str) -> tuple[str, ...]:
    """No row changes; only those that a checkpoint covers may go."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{NOT_CHANGED}'); END"
    kept = f"OLD.id > COALESCE({_expired(table)}, 0)"
    return (
        f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} WHEN {kept} {refuse}",
    )


def _postgresql(table: str) -> tuple[str, ...]:
    """The same, as a function that triggers call."""
    function = f"""CREATE FUNCTION {table}_unchanged() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            IF OLD.id <= COALESCE({_expired(table)}, 0) THEN
                RETURN OLD;
            END IF;
        END IF;
        RAISE EXCEPTION '{NOT_CHANGED}';
    END $$"""
    calls = f"EXECUTE FUNCTION {table}_unchanged()"
    return (
        function,
        f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {calls}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {calls}",
    )
