"""What a digest counts of the last weeks in a store of many mentions. Reported, never asserted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.config import StoreSettings
from monitor.store import Store, open_store
from monitor.store.trends import Span, rule_weeks, trends
from monitor.types import Lane
from tests.bench.cases import MENTIONS, NOW, fill
from tests.bench.figure import Figure, median

LANES = frozenset({Lane.COMMS, Lane.CONDUCT, Lane.CONFIDENTIAL})


def run() -> list[Figure]:
    """The trends, and each rule's week beside the one before, the median of 20."""
    with TemporaryDirectory() as folder:
        store = open_store(StoreSettings(state_dir=Path(folder)))
        fill(Path(folder) / "trustwatch.db")
        figures = list(_measured(store))
        store.close()
    return figures


def _measured(store: Store) -> Iterator[Figure]:
    what = f"in {MENTIONS:,} mentions, each with a finding"
    with store.reading() as connection:
        counted = median(lambda: trends(connection, Span(NOW), LANES, "comms@trust.test", {"seen": 0}))
        yield Figure(f"six weeks counted for a digest, {what}", counted, "ms", "< 50")
        yield Figure(
            "each rule's two weeks", median(lambda: rule_weeks(connection, NOW, LANES)), "ms", "< 50"
        )
