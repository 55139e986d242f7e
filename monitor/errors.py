"""Errors, named by what to do next.

* MonitorError
  x ConfigError            stop and tell the operator: where, what, what to do
  x RuleError              a rule or policy pack is refused: file, line, reason
  x DocumentError          a policy document cannot be read: which, why, what to do
  x SealError              an original cannot be sealed or opened: which key, what to do
  x AccessRefused          not this role's to see or do
  x CaseRefused            a case is not in a state for it: what is missing, who was faster
  x StoreError             the database cannot be used as it is
    + AlreadyRunning       another daemon holds this database
    + DiskFull             make room; what was committed is safe
  x SourceError            one source could not be read; the others go on
    + SourceUnavailable    try again later (`retry_after` seconds when the source said so)
      - SourceNotFound     404: the same, and gone once several readings in a row end so
    + SourceThrottled      leave it alone until `until`
    + SourceRefused        a person has to look; asked once a day until then
    + SourceChanged        the answer is not what the parser knows: keep the cursor, tell the operator
    + DiskLow              make room; nothing is asked until there is some, then it goes on by itself
    + BudgetSpent          paid for today; continue tomorrow (`day` of the meter where it is our own)
  x DeliveryError          its `kind` says who can mend it: time, the next digest or an administrator

Messages name hosts, files and keys, never post text, credentials or full addresses.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from monitor.types import SourceState


class MonitorError(Exception):
    """Base of everything this product raises on purpose."""


class ConfigError(MonitorError):
    """A setting that cannot be used; the text is `file:line:column: key: what to do`."""


class RuleError(MonitorError):
    """A rule or policy pack that is refused; the text is `file:line: reason`."""


class DocumentError(MonitorError):
    """A policy document that cannot be read or is not the policy it should be."""


class SealError(MonitorError):
    """An original that cannot be sealed or opened; everything else is untouched."""


class AccessRefused(MonitorError):
    """Somebody asked for what their role may not see or do; the refusal is written down."""


class CaseRefused(MonitorError):
    """What a case cannot have done to it as it stands; the text says what is missing."""


class StoreError(MonitorError):
    """The database cannot be used as it is; the text says what to do."""


class AlreadyRunning(StoreError):
    """Another daemon holds this database; the text names its process id where known."""


class DiskFull(StoreError):
    """No room to write. The page at hand was rolled back; everything committed is safe.

    A command ends with it; the daemon gives that poll up and tries again at the next.
    """


class RegisterRefused(MonitorError):
    """A register does not take an entry, or has none of that number; the words say what to do."""


class SourceError(MonitorError):
    """One source could not be read. `state` is what people see until it recovers."""

    state = SourceState.DEGRADED


class SourceUnavailable(SourceError):
    """Timeout, 5xx, connection refused: the next poll may work."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SourceNotFound(SourceUnavailable):
    """404: sites give one while they are being renewed, so it counts as gone only after several."""


class SourceThrottled(SourceError):
    """The source asked us to wait; `until` is aware UTC."""

    state = SourceState.THROTTLED

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class SourceRefused(SourceError):
    """Asking again cannot help: a sign-in, a permission or the address is gone."""

    def __init__(self, message: str, *, state: SourceState = SourceState.NEEDS_REAUTH) -> None:
        super().__init__(message)
        self.state = state


class SourceChanged(SourceError):
    """The answer does not parse as what the connector knows."""


class BudgetSpent(SourceError):
    """The daily spend of a paid source is reached: by the platform's count, or by ours on `day`."""

    state = SourceState.BUDGET_STOPPED

    def __init__(self, message: str, *, day: date | None = None) -> None:
        super().__init__(message)
        self.day = day


class DiskLow(SourceError):
    """Too little room on our own disk to read more: no fault of the source, asked at its usual times."""


class FailureKind(StrEnum):
    """What stood in a message's way, and so what helps."""

    TEMPORARY = "temporary"
    """A 4xx reply, a timeout, a dropped line: the same message again, later."""
    RECIPIENT = "recipient"
    """This address is refused: what was in the message travels in the next one."""
    MESSAGE = "message"
    """This message is refused, whoever gets it: the next one is another."""
    SETTINGS = "settings"
    """Nothing leaves until an administrator mends the login, the certificate or the relay."""


class DeliveryError(MonitorError):
    """A message was not accepted. Without a `kind`, `permanent` says whether trying again is of use."""

    def __init__(self, message: str, *, kind: FailureKind | None = None, permanent: bool = False) -> None:
        super().__init__(message)
        self.kind = kind or (FailureKind.MESSAGE if permanent else FailureKind.TEMPORARY)

    @property
    def permanent(self) -> bool:
        """Whether time alone mends nothing."""
        return self.kind is not FailureKind.TEMPORARY
