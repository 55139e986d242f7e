"""The gate before any fetch: the register of authorised staff accounts, and the basis in a platform's terms.

It is called authorisation, not consent: consent is unlikely to be a lawful basis between an
employer and a worker (ICO, "Employment practices and data protection: monitoring workers").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from monitor import refusals
from monitor.config import Settings, SourceSettings
from monitor.errors import SourceRefused
from monitor.ports import Clock
from monitor.store.people.register import Authorisation, Register
from monitor.types import Registration, SourceState


@dataclass(frozen=True, slots=True)
class Gate:
    """Says of every request whether it may leave. It asks the register each time and remembers nothing."""

    settings: Settings
    register: Register
    now: Clock

    def admit(self, source: SourceSettings) -> Registration | None:
        """What the register says of whose account `source` reads, None for nobody's and our own.

        Raises SourceRefused where it may not be asked now.
        """
        row = self.permit(source)
        rest_on_basis(source, self._day(self.now()))
        if row is None:
            return None
        known = Registration(name=row.name, left_on=row.left_on, group=row.staff_group)
        return self.register.leaving(row.person, known)

    def permit(self, source: SourceSettings) -> Authorisation | None:
        """The live row that lets `source` be read; None where it is nobody's account, or our own.

        Raises SourceRefused where it reads an account that neither is the organisation's own nor has a live
        row, where the row does not reach so far, or where what must come before the first row is missing.
        """
        if source.account is None and source.authorisation is None:
            return None
        if source.account is not None and self._is_own(source.account):
            return None
        if source.authorisation is None:
            raise _refused(
                source,
                "it reads one account, which is not among organisation.handles: name the row of the register "
                "that covers it (`authorisation`, see `monitor accounts list`), or disable the source",
            )
        if missing := next(undecided(self.settings), None):
            raise _refused(source, missing)
        return self._within_scope(source, self._live(source, source.authorisation))

    def _is_own(self, account: str) -> bool:
        ours = (*self.settings.organisation.handles, *self.register.official())
        return bare(account) in map(bare, ours)

    def _live(self, source: SourceSettings, person: str) -> Authorisation:
        """The row of `person` that covers `source` today. Raises SourceRefused."""
        rows, moment = self.register.about(person)
        today = self._day(self.now())
        latest = self._day(moment) if moment else today
        covering = [row for row in rows if _covers(row, source)]
        live = next((row for row in reversed(covering) if row.live_on(today, latest)), None)
        if live is None:
            raise _refused(source, _why_not(source, rows, covering, today, latest))
        for platform in (source.kind, live.platform):
            if refusal := refusals.of_platform(platform, opted_in=live.platform_opt_in is not None):
                raise _refused(source, str(refusal))
        return live

    @staticmethod
    def _within_scope(source: SourceSettings, row: Authorisation) -> Authorisation:
        if source.keep == "everything" and row.scope != "everything":
            raise _refused(
                source,
                f'`keep = "everything"` goes beyond the authorisation of {row.person}, which covers posts '
                "that refer to the organisation: leave `keep` out",
            )
        return row

    def _day(self, moment: datetime) -> date:
        return self.settings.organisation.day(moment)


def rest_on_basis(source: SourceSettings, today: date) -> None:
    """Raise SourceRefused where the basis in a platform's terms was to be looked at again by now."""
    basis = source.terms_basis
    if basis is not None and basis.review <= today:
        raise _refused(
            source,
            f"its terms basis {basis.reference} was to be reviewed by {basis.review:%d %b %Y}; "
            "look at it again and record a new `review` in terms_basis, or disable the source",
        )


def undecided(settings: Settings) -> Iterator[str]:
    """What the organisation has to have decided before the first staff account is read, and has not."""
    needed = (
        ("dpia_reference", "the data protection impact assessment of this monitoring"),
        ("special_category_condition", "the condition of Article 9 for sensitive data met by the way"),
    )
    for key, what in needed:
        if getattr(settings.governance, key) is None:
            yield f"governance.{key} is not set: write {what} into [governance] of the settings first"


def bare(handle: str) -> str:
    """A handle as it is compared: without the @ in front, and whatever its capitals."""
    return handle.lstrip("@").casefold()


def _covers(row: Authorisation, source: SourceSettings) -> bool:
    """Whether a row is about what `source` reads: that account there, or a site that is at the account."""
    if not row.account:
        return False
    if source.account is not None:
        return row.platform == source.kind and bare(row.account) == bare(source.account)
    addresses = [str(value) for value in source.options.values() if "://" in str(value)]
    return all(_host(address) == _host(row.account) for address in addresses)


def _host(account: str) -> str | None:
    """The site that an account is at: of an address, of name@site, of a bare site."""
    if "://" in account:
        return urlsplit(account).hostname
    return account.rpartition("@")[2].partition("/")[0].casefold()


def _why_not(
    source: SourceSettings,
    rows: list[Authorisation],
    covering: list[Authorisation],
    today: date,
    latest: date,
) -> str:
    """Why no row lets `source` be read, and what to do."""
    person = source.authorisation
    no_row = f"no live authorisation {person} for its account today"
    if not rows:
        return f"{no_row}: the register has none of that name; `monitor accounts add {person} ...`"
    last = rows[-1]
    if last.ended_for is not None:
        return f"{no_row}: it has been ended ({last.ended_for}); disable or remove the source"
    if not covering:
        return f"{no_row}: its rows are about another account or platform; `monitor accounts show {person}`"
    if latest > today and any(row.live_on(today, today) for row in covering):
        return (
            f"no live authorisation {person}: the clock says {today:%d %b %Y}, but something here bears the "
            f"date {latest:%d %b %Y}, when the row was over; set the clock right, or renew the row"
        )
    return f"{no_row}; renew it (`monitor accounts renew {person} ...`) or disable the source"


def _refused(source: SourceSettings, why: str) -> SourceRefused:
    return SourceRefused(f"source {source.name}: {why}", state=SourceState.MISCONFIGURED)
