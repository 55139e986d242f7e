"""Who sees what at the terminal: cases of the lanes they may look at, and each look is written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor.cli.person import at_terminal

if TYPE_CHECKING:
    from monitor.service import App
    from monitor.types import Item


def seen(app: App, items: Sequence[Item]) -> tuple[list[Item], int]:
    """Those of `items` that whoever is at the terminal may see, and how many there are for others."""
    person = at_terminal(app.settings, app.store)
    mine = [item for item in items if person.sees(item.lane)]
    if mine:
        numbers = sorted(item.number for item in mine)
        with app.store.transaction() as tx:
            tx.audit(person.actor(), "case.viewed", "cases", app.now(), cases=numbers)
    return mine, len(items) - len(mine)
