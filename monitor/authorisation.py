"""The register of authorised staff accounts: the gate before any fetch.

It is called authorisation, not consent: consent is unlikely to be a lawful basis between an
employer and a worker (ICO, "Employment practices and data protection: monitoring workers").
"""

from __future__ import annotations

from datetime import datetime

from monitor.config import Authorisation, Settings, SourceSettings
from monitor.errors import SourceRefused
from monitor.types import Registration, SourceState


def permit(settings: Settings, source: SourceSettings, now: datetime) -> Authorisation | None:
    """The live row that lets `source` be read, or None where the source is nobody's account.

    Raises SourceRefused when the source names a row that does not exist, has not begun or is over.
    """
    if source.authorisation is None:
        return None
    if row := _live(settings, source, now):
        return row
    raise SourceRefused(
        f"source {source.name}: no live authorisation {source.authorisation} today; "
        "renew it in the register or disable the source",
        state=SourceState.MISCONFIGURED,
    )


def registration(settings: Settings, source: SourceSettings, now: datetime) -> Registration | None:
    """What the register says of the holder of the account that `source` reads, None for nobody's."""
    row = _live(settings, source, now)
    return Registration(name=row.name, left_on=row.left_on) if row else None


def _live(settings: Settings, source: SourceSettings, now: datetime) -> Authorisation | None:
    today = now.astimezone(settings.organisation.zone).date()
    rows = (row for row in settings.authorisations if row.person == source.authorisation)
    return next((row for row in rows if row.starts <= today < row.expires), None)
