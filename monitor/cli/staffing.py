"""Checks of what lets staff accounts be read: the organisation's decisions, and the register."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from monitor import authorisation
from monitor.authorisation import Gate
from monitor.cli.verdicts import Doubt
from monitor.config import Settings
from monitor.errors import ConfigError, SourceRefused
from monitor.store.people.register import ENDING, Authorisation, Register, latest, year_after

if TYPE_CHECKING:
    from sqlalchemy import Connection

_WANTED = {
    "consultation": "how staff or their representatives were asked",
    "privacy_notice": "the address of the notice that people can read",
    "dpia_reviewed": "the day on which the impact assessment was last looked at",
    "retention_approved": "who confirmed the periods under [retention]",
}
"""What of [governance] should be there as well before staff accounts are read."""


def the_decisions(settings: Settings) -> str:
    """What the organisation has to decide before staff accounts are read is written down."""
    if not any(source.authorisation and source.enabled for source in settings.sources):
        return "no staff account is read"
    if missing := list(authorisation.undecided(settings)):
        raise ConfigError("\n".join(missing))
    gaps = [
        f"governance.{key} is not set: {what}" for key, what in _WANTED.items() if not _set(settings, key)
    ]
    reviewed = settings.governance.dpia_reviewed
    if reviewed and year_after(reviewed) <= _today(settings) + ENDING:
        gaps.append(f"the impact assessment is to be looked at again by {year_after(reviewed):%d %b %Y}")
    if gaps:
        raise Doubt("\n".join(gaps))
    return f"{settings.governance.dpia_reference}, and all that goes with it"


def the_authorisations(settings: Settings) -> str:
    """Each account that is read is the organisation's own or has a row in force, and each row a source."""
    with _looking(settings) as connection:
        register = Register(None if connection is None else partial(_same, connection))
        gate = Gate(settings, register, lambda: datetime.now(UTC))
        in_force, refused = _asked(gate, settings)
        known = latest(connection) if connection else []
    if refused:
        raise ConfigError("\n".join(refused))
    if doubts := list(_doubts(settings, known, in_force)):
        raise Doubt("\n".join(doubts))
    return f"{len(in_force)} staff account{'' if len(in_force) == 1 else 's'} authorised"


def _asked(gate: Gate, settings: Settings) -> tuple[list[Authorisation], list[str]]:
    """The rows by which enabled sources may be read, and why others may not."""
    rows, refused = [], []
    for source in (source for source in settings.sources if source.enabled):
        try:
            row = gate.permit(source)
        except SourceRefused as error:
            refused.append(str(error))
        else:
            rows += [row] if row else []
    return rows, refused


def _doubts(settings: Settings, known: list[Authorisation], in_force: list[Authorisation]) -> Iterator[str]:
    today = _today(settings)
    if ending := [row.person for row in in_force if row.expires - today <= ENDING]:
        yield f"within {ENDING // timedelta(days=1)} days these end: {', '.join(ending)}"
    named = {source.authorisation for source in settings.sources}
    if idle := [row.person for row in known if row.state(today) == "live" and row.person not in named]:
        yield f"authorised, but no source reads them: {', '.join(idle)}; add one, or end the row"


@contextmanager
def _looking(settings: Settings) -> Iterator[Connection | None]:
    """A look at the register that makes and changes nothing; None where there is no register yet."""
    from sqlalchemy import inspect

    from monitor.cli.database import exists
    from monitor.store.engine import reader_engine

    if not exists(settings):
        yield None
        return
    engine = reader_engine(settings.store.database_url)
    try:
        with engine.connect() as connection:
            yield connection if inspect(connection).has_table("authorisation") else None
    finally:
        engine.dispose()


@contextmanager
def _same(connection: Connection) -> Iterator[Connection]:
    yield connection


def _set(settings: Settings, key: str) -> bool:
    return getattr(settings.governance, key) is not None


def _today(settings: Settings) -> date:
    return datetime.now(settings.organisation.zone).date()
