"""The pages' tests run on both databases, in a small world with a clock that tests move."""

from __future__ import annotations

import pytest

from monitor.store import Store
from tests.core.conftest import store, store_settings, untouched_logs
from tests.core.world import CALDICOTT, COMMS, World
from tests.web.visiting import Office

__all__ = ["store", "store_settings", "untouched_logs"]


@pytest.fixture
def office(store: Store) -> Office:
    """An office with one confidential case that the Caldicott Guardian was mailed of."""
    return Office(World(store, recipients=(COMMS, CALDICOTT)))
