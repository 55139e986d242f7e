"""A meter that really counts, for the connectors that pay."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from monitor.errors import BudgetSpent


@dataclass
class Till:
    """What was spent on each day; `charges` holds every charge and giving back in order."""

    charges: list[tuple[int, int | None, date]] = field(default_factory=list)

    def charge(self, cost: int, limit: int | None, day: date) -> None:
        """See `monitor.ports.Meter`."""
        if limit is not None and self.spent(day) + cost > limit:
            raise BudgetSpent("the day's budget is reached")
        self.charges.append((cost, limit, day))

    def spent(self, day: date) -> int:
        """The total of one day."""
        return sum(cost for cost, _, on in self.charges if on == day)
