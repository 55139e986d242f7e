"""What every test shares: a fixed clock, and databases that nobody else uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

pytest_plugins = ["tests.postgres"]


@pytest.fixture
def now() -> Callable[[], datetime]:
    """A clock that stands still at Saturday 21 November 2026, 09:30 UTC."""
    return lambda: datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
