"""The meter: counted before the call, by day, across processes, never past the limit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from monitor.config import StoreSettings
from monitor.errors import BudgetSpent
from monitor.store import Store, open_store
from monitor.store.meter import StoredMeter, latest_readings
from monitor.types import SourceState
from tests.core.world import NOW, World

TODAY = NOW.date()


def meter(store: Store, source: str = "clips") -> StoredMeter:
    return StoredMeter(lambda: store, source)


def spent(store: Store, source: str = "clips") -> int:
    return latest_readings(store)[source].spent


def test_charges_add_up_by_source_and_day(store: Store) -> None:
    meter(store).charge(100, 1000, TODAY - timedelta(days=1))
    for cost in (30, 12):
        meter(store).charge(cost, 1000, TODAY)
    meter(store, "other").charge(7, None, TODAY)
    readings = latest_readings(store)
    assert {name: (r.day, r.spent, r.allowed) for name, r in readings.items()} == {
        "clips": (TODAY, 42, 1000),
        "other": (TODAY, 7, None),
    }


def test_what_would_pass_the_limit_is_refused_and_not_counted(store: Store) -> None:
    meter(store).charge(95, 100, TODAY)
    with pytest.raises(BudgetSpent, match=r"95 of 100 spent") as raised:
        meter(store).charge(6, 100, TODAY)
    assert raised.value.day == TODAY
    meter(store).charge(5, 100, TODAY)
    assert spent(store) == 100
    meter(store).charge(6, 100, TODAY + timedelta(days=1))


def test_what_was_not_used_is_given_back_and_never_more(store: Store) -> None:
    meter(store).charge(10, 100, TODAY)
    meter(store).charge(-4, None, TODAY)
    reading = latest_readings(store)["clips"]
    assert (reading.spent, reading.allowed) == (6, 100)
    meter(store).charge(-40, 100, TODAY)
    assert spent(store) == 0


def test_it_is_on_disk_before_the_call_that_it_is_for(store: Store, store_settings: StoreSettings) -> None:
    meter(store).charge(3, 100, TODAY)
    other = open_store(store_settings)
    try:
        assert spent(other) == 3
    finally:
        other.close()


def test_readers_at_once_do_not_lose_a_charge_or_pass_the_limit(store: Store) -> None:
    def charge(_: int) -> bool:
        try:
            meter(store).charge(3, 100, TODAY)
        except BudgetSpent:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        went = sum(pool.map(charge, range(50)))
    assert (went, spent(store)) == (33, 99)


def test_a_spent_budget_stops_the_source_until_the_meters_next_day(world: World) -> None:
    class Metered:
        def pages(self, cursor: object, since: object) -> object:
            meter(world.store, "gazette").charge(60, 100, world.at.date())
            return iter(())

    states = []
    for hours in (0, 1, 1, 24):
        world.at += timedelta(hours=hours)
        states.append(world.poll(Metered()).state)  # type: ignore[arg-type]
    assert states == [
        SourceState.EMPTY, SourceState.BUDGET_STOPPED, SourceState.BUDGET_STOPPED, SourceState.EMPTY,
    ]  # fmt: skip
