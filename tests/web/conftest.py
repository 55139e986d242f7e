"""The pages' tests run on both databases, in a small world with a clock that tests move."""

from __future__ import annotations

import pytest

from tests.core.conftest import store, store_settings, untouched_logs  # noqa: F401  (fixtures)
from tests.core.world import CALDICOTT, COMMS, World
from tests.web.visiting import Office


@pytest.fixture
def office(store) -> Office:  # type: ignore[no-untyped-def]  # noqa: F811
    """An office with one confidential case that the Caldicott Guardian was mailed of."""
    world = World(store, recipients=(COMMS, CALDICOTT))
    return Office(world)
