"""Checkpoints: places where the fault tests kill the process. Unarmed, as everywhere else, they do nothing.

Each stands where a crash could lose or double something: between two steps that have to agree afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

POINTS: Mapping[str, str] = {
    "migration.version": "a schema version was applied, nothing is committed",
    "poll.before_fetch": "a source is about to be asked",
    "poll.fetched": "a page has come, nothing of it was looked at",
    "judge.rules": "the rules have spoken about a post, nothing is masked or sealed",
    "page.judged": "a whole page is judged, nothing is written",
    "page.mentions": "its new mentions are inserted, its findings are not",
    "page.cases": "its cases are open, its findings are not in them",
    "page.cursor": "all of it and the cursor are written, nothing is committed",
    "page.committed": "it is committed, the source's state is not",
    "poll.state": "the source's state is committed",
    "rotation.lot": "a lot is sealed to the new key, not committed",
    "rotation.committed": "a lot is committed, others wait",
    "retention.batch": "a batch is purged, not committed",
    "retention.committed": "a batch is committed, the run is not in the audit log",
    "urgent.escalated": "an alert has gone on to the next tier, nobody there was told",
    "urgent.composed": "the message of an alert is written, its row is not",
    "urgent.told": "its row and who was told are inserted, nothing is committed",
    "urgent.committed": "both are committed, others are not told",
    "digest.before": "a digest is due, nothing was asked for it",
    "digest.composed": "its message is written, its row is not",
    "digest.row": "its row is inserted, its items are not claimed",
    "digest.made": "row and items are committed, others' digests are not made",
    "mail.claimed": "a delivery is claimed, no server was asked",
    "mail.before_connect": "the server is about to be asked",
    "mail.before_data": "the server took sender and recipient, it has no message",
    "mail.accepted": "the server has taken the message, nobody knows",
    "mail.marking": "it is marked as sent, not committed",
    "mail.marked": "the mark is committed",
    "mail.refused": "the server has refused, nobody knows",
    "bounce.fetched": "a delivery report was read, nothing is corrected",
    "bounce.accounted": "the ledger is corrected, the report counts as unread",
}
"""Where they stand, and how things are there. One line here and one call make a new one."""

_armed: Callable[[str], None] | None = None


def checkpoint(point: str) -> None:
    """Tell whoever armed the checkpoints that `point` was reached."""
    if _armed is not None:
        _armed(point)


def arm(reached: Callable[[str], None] | None) -> None:
    """Have `reached` called with the name of every checkpoint from now on; None disarms them."""
    global _armed
    _armed = reached
