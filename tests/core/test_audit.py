"""The audit log: no row changes, and what somebody changes all the same is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from monitor.errors import StoreError
from monitor.store import Store
from monitor.store.audit import GENESIS, AuditLog, Checked
from monitor.types import Actor
from tests.core.world import NOW

JO = Actor("jo", "comms")


def written(store: Store, *actions: str, days: int = 0) -> None:
    """One row an action, a minute after the other."""
    for at, action in enumerate(actions):
        with store.transaction() as tx:
            tx.audit(JO, action, "case:1", NOW + timedelta(days=days, minutes=at), "why", step=at, to="x")


def checked(store: Store, witness: str | None = None) -> Checked:
    with store.reading() as connection:
        return AuditLog(connection).verify(store.key, witness)


def forced(store: Store, statement: str) -> None:
    """Change the log as somebody would who took the triggers off."""
    with store.transaction() as tx:
        if store.embedded:
            for name in ("audit_entry_update", "audit_entry_delete"):
                tx.connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        else:
            tx.connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        tx.connection.execute(text(statement))


def test_an_untouched_chain_is_whole(store: Store) -> None:
    assert checked(store) == Checked(rows=0, head=GENESIS)
    written(store, "case.claimed", "case.closed")
    found = checked(store)
    assert (found.rows, found.problem, found.notes) == (2, None, [])
    assert len(found.head) == 64


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET who = 'sam'", "DELETE FROM audit_entry"])
def test_the_database_refuses_changes(store: Store, statement: str) -> None:
    written(store, "case.claimed")
    with pytest.raises(StoreError), store.transaction() as tx:
        tx.connection.execute(text(statement))
    assert checked(store).problem is None


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE audit_entry SET who = 'sam' WHERE id = 2", "row 2 was changed"),
        ("UPDATE audit_entry SET details = '{}' WHERE id = 2", "row 2 was changed"),
        ("DELETE FROM audit_entry WHERE id = 2", "rows 2 to 2 are missing"),
        ("DELETE FROM audit_entry WHERE id = 1", "rows 1 to 1 are missing"),
    ],
)
def test_a_row_that_was_tampered_with_is_named(store: Store, statement: str, says: str) -> None:
    written(store, "a", "b", "c")
    forced(store, statement)
    assert says in str(checked(store).problem)


def test_a_digest_witnesses_an_end_that_was_cut_off(store: Store) -> None:
    written(store, "a", "b", "c")
    head = checked(store).head[:16]
    written(store, "d")
    assert checked(store, head).problem is None
    forced(store, "DELETE FROM audit_entry WHERE id >= 3")
    assert checked(store).problem is None
    assert "cut off" in str(checked(store, head).problem)


def test_a_clock_that_was_set_back_is_noted_and_loses_nothing(store: Store) -> None:
    written(store, "a", days=2)
    written(store, "b", days=1)
    found = checked(store)
    assert (found.rows, found.problem) == (2, None)
    assert found.notes == ["the clock was set back before row 2"]


def test_what_has_expired_goes_and_the_rest_still_verifies(store: Store) -> None:
    written(store, "a", "b")
    written(store, "c", days=10)
    with store.transaction() as tx:
        assert (
            AuditLog(tx.connection).expire(NOW + timedelta(days=5), store.key, NOW + timedelta(days=11)) == 2
        )
    written(store, "d", days=12)
    assert (checked(store).rows, checked(store).problem) == (3, None)
    with store.reading() as connection:
        assert [e.action for e in AuditLog(connection).entries()] == ["c", "audit.expired", "d"]


def test_a_forged_checkpoint_is_found(store: Store) -> None:
    written(store, "a", "b", "c")
    with store.transaction() as tx:
        tx.set_meta("audit_entry_expired_up_to", "2")
        tx.connection.execute(text("DELETE FROM audit_entry WHERE id <= 2"))
    assert "not genuine" in str(checked(store).problem)
