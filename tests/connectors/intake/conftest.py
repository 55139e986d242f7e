"""What every test of intake shares: when and where something is handed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.intake import Arrival


@pytest.fixture
def arrival(now: Callable[[], datetime]) -> Arrival:
    return Arrival("imports", now, ZoneInfo("Europe/London"))
