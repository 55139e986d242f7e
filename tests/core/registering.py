"""Rows of the register for tests, and the decisions without which none of them counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from monitor.config import Governance
from monitor.store import Store
from monitor.store.people.register import Authorisation, add
from monitor.types import Actor

LONG_AGO = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
CLERK = Actor("jo", "information")
DECIDED = Governance(dpia_reference="DPIA-7", special_category_condition="substantial public interest")


def row(**more: Any) -> Authorisation:
    """A row of S-014, who has a feed of her own."""
    fields: dict[str, Any] = {
        "person": "S-014", "platform": "web", "account": "https://nurseblog.test/", "notice_version": "3",
        "notice_date": date(2026, 1, 5), "lawful_basis": "public task", "dpia_reference": "DPIA-7",
        "starts": date(2026, 10, 1), "expires": date(2026, 11, 21),
    }  # fmt: skip
    return Authorisation(**fields | more)


def enter(store: Store, *rows: Authorisation, at: datetime = LONG_AGO) -> None:
    """Put rows into the register, whatever they hold."""
    with store.transaction() as tx:
        for each in rows:
            add(tx, each, CLERK, at)
