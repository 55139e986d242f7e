"""Ways out that rest: what a person must mend is not tried again every half minute.

A rest is stored, so that neither a restart of a job nor a second process hammers a server that refused the
login; it ends by time, by a message that left, by other settings, or because somebody says so.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete

from monitor.store.store import Store
from monitor.store.tables import Meta, table_of

PAUSES = (timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=60))

MAIL = "mail"
"""The way out of everything but announcements."""

BOUNCES = "bounces"
"""The fact under which is kept how far the bounce mailbox was read, and why it could not be."""

_PREFIX = "rest of "
_meta = table_of(Meta)


@dataclass(frozen=True, slots=True)
class Rest:
    """Why and until when nothing leaves this way. `settings` is a keyed hash of those that failed."""

    error: str
    since: datetime
    until: datetime
    strikes: int
    settings: str

    def holds(self, settings: str, now: datetime) -> bool:
        """Whether nothing is tried now, under these settings."""
        return self.settings == settings and now < self.until


def rest_of(store: Store, way: str) -> Rest | None:
    """The rest of this way out, over or not; None where the last thing that was tried worked."""
    text = store.meta(_PREFIX + way)
    if text is None:
        return None
    held = json.loads(text)
    moments = {name: datetime.fromisoformat(held[name]) for name in ("since", "until")}
    return Rest(**held | moments)


def rest(store: Store, way: str, error: str, settings: str, now: datetime) -> Rest:
    """Let it rest: 15 minutes, then 30, then an hour each time."""
    before = rest_of(store, way)
    if before is None or before.settings != settings:
        before = Rest(error, now, now, 0, settings)
    pause = PAUSES[min(before.strikes, len(PAUSES) - 1)]
    made = Rest(error, before.since, now + pause, before.strikes + 1, settings)
    written = asdict(made) | {"since": made.since.isoformat(), "until": made.until.isoformat()}
    with store.transaction() as tx:
        tx.set_meta(_PREFIX + way, json.dumps(written), replace=True)
    return made


def end_rests(store: Store, way: str | None = None) -> None:
    """End the rest of one way out, or of all."""
    if way is not None and store.meta(_PREFIX + way) is None:
        return
    mine = _meta.c.name.startswith(_PREFIX) if way is None else _meta.c.name == _PREFIX + way
    with store.transaction() as tx:
        tx.connection.execute(delete(_meta).where(mine))
