"""The list of cases: complete, in order, a page at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from monitor.store import Store
from monitor.store.casework.caselist import PAGE, CaseLine, Place, Wanted, cases_after
from monitor.store.tables import Case, table_of
from monitor.types import Lane, Severity
from tests.core.world import NOW

LANES = (Lane.CONFIDENTIAL, Lane.COMMS, Lane.CONDUCT)
EVERYBODY = Wanted(lanes=LANES, now=NOW)
SEVERITIES = ("low", "critical", "info", "medium", "high")


@pytest.fixture
def full(store: Store) -> Store:
    """90 cases of every lane and severity; the protected lane has some too."""
    rows = [
        {
            "key": str(n), "lane": (*LANES, Lane.PROTECTED)[n % 4].value, "subject": "s", "category": "x",
            "severity": SEVERITIES[n % 5], "status": "closed" if n % 9 == 0 else "open", "owner": "comms",
            "route": [], "opened_at": NOW, "changed_at": NOW, "changes": 0,
            "held_by": "jo" if n % 3 == 0 else None,
            "held_at": NOW - timedelta(hours=n % 2 * 5) if n % 3 == 0 else None,
            "confirmed_at": NOW - timedelta(hours=n) if n % 4 == 0 else None,
        }
        for n in range(1, 121)
    ]  # fmt: skip
    with store.transaction() as tx:
        tx.connection.execute(table_of(Case).insert(), rows)
    return store


def pages(store: Store, wanted: Wanted) -> list[CaseLine]:
    """Everything, page by page."""
    found: list[CaseLine] = []
    place = None
    with store.reading() as connection:
        while page := cases_after(connection, wanted, place):
            assert len(page) <= PAGE
            found += page
            place = Place(page[-1].severity, page[-1].number)
    return found


def test_every_case_comes_once_most_severe_first_then_by_number(full: Store) -> None:
    found = pages(full, EVERYBODY)
    order = [(-line.severity.rank, line.number) for line in found]
    assert order == sorted(set(order))
    assert len(found) == sum(n % 4 != 3 and n % 9 != 0 for n in range(1, 121)) > 2 * PAGE
    assert {line.lane for line in found} == set(LANES)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (replace(EVERYBODY, lanes=(Lane.COMMS,)), lambda n: n % 4 == 1 and n % 9),
        (replace(EVERYBODY, status="closed"), lambda n: n % 4 != 3 and n % 9 == 0),
        (replace(EVERYBODY, mine="jo"), lambda n: n % 4 != 3 and n % 9 and n % 6 == 0),
        (replace(EVERYBODY, mine="sam"), lambda n: False),
        (replace(EVERYBODY, free=True), lambda n: n % 4 != 3 and n % 9 and n % 6),
        (replace(EVERYBODY, late=True), lambda n: n % 4 == 0 and n % 9 and n > 72),
    ],
)
def test_a_list_is_narrowed_to_what_was_asked_for(full: Store, wanted: Wanted, expected) -> None:  # type: ignore[no-untyped-def]
    assert {line.number for line in pages(full, wanted)} == {n for n in range(1, 121) if expected(n)}


def test_a_claim_of_more_than_four_hours_is_not_shown(full: Store) -> None:
    held = {line.number: line.held_by for line in pages(full, EVERYBODY)}
    assert (held[6], held[21]) == ("jo", None)


def test_a_page_is_found_by_the_index(full: Store) -> None:
    query = (
        "EXPLAIN QUERY PLAN SELECT * FROM case_file WHERE status = 'open' AND lane = 'comms'"
        " AND severity = 'low' AND id > 5 ORDER BY id LIMIT 25"
    )
    if full.embedded:
        with full.reading() as connection:
            (row,) = connection.execute(text(query)).all()
        assert "USING INDEX ix_case_file_list" in row.detail


def test_the_places_of_pages_can_be_typed() -> None:
    assert str(Place(Severity.HIGH, 214)) == "high:214"
