"""Who may see lookalikes: the roles of the communications lane, and each look is written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from monitor.types import Lane

if TYPE_CHECKING:
    from monitor.cli.casework.work import Work


def admitted(work: Work, what: str) -> None:
    """Raises AccessRefused, written down, where whoever is at the terminal does not see the lane."""
    from monitor.errors import AccessRefused

    if not work.person.sees(Lane.COMMS):
        work.refused("lookalikes", what)
        raise AccessRefused("lookalike accounts are for the communications team, not for your role")


def looked(work: Work, action: str, cases: Sequence[int]) -> None:
    """Write down that somebody looked at these cases."""
    with work.store.transaction() as tx:
        tx.audit(work.person.actor(), action, "lookalikes", work.desk.now(), cases=list(cases))
