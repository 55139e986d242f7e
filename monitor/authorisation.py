"""The gate before any fetch: the register of authorised staff accounts, and the basis in a platform's terms.

It is called authorisation, not consent: consent is unlikely to be a lawful basis between an
employer and a worker (ICO, "Employment practices and data protection: monitoring workers").
"""

from __future__ import annotations

from datetime import datetime

from monitor.config import Authorisation, Settings, SourceSettings
from monitor.errors import SourceRefused
from monitor.types import Registration, SourceState


def admit(settings: Settings, source: SourceSettings, now: datetime) -> None:
    """Do nothing where `source` may be asked at `now`. Raises SourceRefused where it may not."""
    permit(settings, source, now)
    basis = source.terms_basis
    if basis is not None and basis.review <= now.astimezone(settings.organisation.zone).date():
        raise _refused(
            source,
            f"its terms basis {basis.reference} was to be reviewed by {basis.review:%d %b %Y}; "
            "look at it again and record a new `review` in terms_basis, or disable the source",
        )


def permit(settings: Settings, source: SourceSettings, now: datetime) -> Authorisation | None:
    """The live row that lets `source` be read; None where it is nobody's account, or the organisation's own.

    Raises SourceRefused where it reads an account that neither is the organisation's own nor has a live
    row, or names a row that does not exist, has not begun or is over.
    """
    if source.account is None and source.authorisation is None:
        return None
    if source.account is not None and _is_own(settings, source.account):
        return None
    if row := _live(settings, source, now):
        return row
    if source.authorisation is None:
        raise _refused(
            source,
            "it reads one account, which is not among organisation.handles: name the row of "
            "[[authorisations]] that covers the account, or disable the source",
        )
    covering = " for its account" if source.account is not None else ""
    raise _refused(
        source,
        f"no live authorisation {source.authorisation}{covering} today; "
        "renew it in the register or disable the source",
    )


def registration(settings: Settings, source: SourceSettings, now: datetime) -> Registration | None:
    """What the register says of the holder of the account that `source` reads, None for nobody's."""
    row = _live(settings, source, now)
    return Registration(name=row.name, left_on=row.left_on) if row else None


def bare(handle: str) -> str:
    """A handle as it is compared: without the @ in front, and whatever its capitals."""
    return handle.lstrip("@").casefold()


def _is_own(settings: Settings, account: str) -> bool:
    return bare(account) in map(bare, settings.organisation.handles)


def _live(settings: Settings, source: SourceSettings, now: datetime) -> Authorisation | None:
    today = now.astimezone(settings.organisation.zone).date()
    rows = (row for row in settings.authorisations if row.person == source.authorisation)
    return next((row for row in rows if row.starts <= today < row.expires and _covers(row, source)), None)


def _covers(row: Authorisation, source: SourceSettings) -> bool:
    if source.account is None:
        return True
    return row.account is not None and bare(row.account) == bare(source.account)


def _refused(source: SourceSettings, why: str) -> SourceRefused:
    return SourceRefused(f"source {source.name}: {why}", state=SourceState.MISCONFIGURED)
