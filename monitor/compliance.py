"""Loop 3: what is stored -> asked about again -> purged, as the terms of each platform want it.

What its author deleted, or the platform withholds, loses its words here within a day; what may be kept for
some days only loses them after that. A tombstone stays, and what people decided. A platform that cannot be
asked purges nothing by its silence: the check is made up for, and until then somebody is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from monitor.config import SourceSettings
from monitor.errors import SourceError
from monitor.ports import Clock, Connector, Recheck
from monitor.store import Store
from monitor.store.keeping.purging import Due, due, expire, held_back
from monitor.types import State, Terms

log = structlog.get_logger("monitor.compliance")

AT_ONCE = 100
"""Items asked about before what was learnt is stored."""


class Task(Protocol):
    """What of a source's task is needed here: `monitor.pipeline.Task` is one."""

    @property
    def source(self) -> SourceSettings: ...
    @property
    def connector(self) -> Connector: ...
    @property
    def terms(self) -> Terms: ...
    @property
    def gate(self) -> Callable[[], object]: ...


@dataclass(frozen=True, slots=True)
class Enforced:
    """What was done about one source: items asked about, and mentions purged for either reason.

    `note` says why not everything that is due could be asked about.
    """

    source: str
    asked: int = 0
    lost: int = 0
    expired: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Compliance:
    """Holds what is stored to the terms it was read under."""

    store: Store
    zone: ZoneInfo
    now: Clock
    stop: Callable[[], bool] = field(default=lambda: False)

    def enforce(self, task: Task, *, at_once: bool = False) -> Enforced:
        """Ask about every item of a source whose check is due (`at_once`: about all), purge what must go.

        A source that cannot be asked is a note, not an exception. Raises StoreError.
        """
        asked = lost = 0
        note = ""
        try:
            for batch, gone in self._checked(task, at_once=at_once):
                asked += len(batch)
                lost += self._settle(task.source.name, batch, gone)
        except SourceError as error:
            note = str(error)
            log.warning("items could not be checked", source=task.source.name, reason=note)
        expired = self._expire(task)
        if lost or expired:
            log.info("purged", source=task.source.name, lost=lost, expired=expired)
        return Enforced(task.source.name, asked, lost, expired, note)

    def held_back(self) -> int:
        """How many items should go but are under a legal hold."""
        return held_back(self.store, self._today())

    def _checked(self, task: Task, *, at_once: bool) -> Iterator[tuple[list[Due], Mapping[str, State]]]:
        """Batches of items and those of them that are gone, until none is due."""
        connector, hours = task.connector, task.terms.recheck_hours
        if not isinstance(connector, Recheck) or (hours is None and not at_once):
            return
        before = self.now() if at_once or hours is None else self.now() - timedelta(hours=hours)
        while not self.stop() and (batch := due(self.store, task.source.name, before, AT_ONCE)):
            task.gate()
            yield batch, dict(connector.gone([item.recheck_id for item in batch]))

    def _settle(self, source: str, batch: Sequence[Due], gone: Mapping[str, State]) -> int:
        now = self.now()
        lost = {item.key: gone[item.recheck_id] for item in batch if item.recheck_id in gone}
        with self.store.transaction() as tx:
            purging = tx.purging(self._today())
            purging.confirm(source, [item.key for item in batch if item.key not in lost], now)
            return purging.lose(source, lost, now)

    def _expire(self, task: Task) -> int:
        """Purge what is too old, and what was held back until its hold ended."""
        now, days = self.now(), task.terms.max_age_days
        with self.store.transaction() as tx:
            gone = tx.purging(self._today()).overdue(now)
        if not days:
            return gone
        before = now - timedelta(days=days)
        return gone + expire(self.store, task.source.name, before, self._today(), now, self.stop)

    def _today(self) -> date:
        return self.now().astimezone(self.zone).date()
