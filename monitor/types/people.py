"""Who is told, and who does something."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.types.findings import Severity


class Edition(StrEnum):
    """Which digest: of the day, the week's roll-up, or the month's figures."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody who is told: an address and the role (routing key) that decides what they see.

    `login` is their account on this computer, `deputy` the address of who stands in while they are away.
    `stands_for` is the address of who is away, where somebody holds the role today in their place.
    `edition` is how often they are written to, None for what is usual for the role. They asked to hear of
    cases from `min_severity` on, and of these `categories` (empty: of all).
    """

    address: str
    role: str
    login: str | None = None
    deputy: str | None = None
    stands_for: str | None = None
    edition: Edition | None = None
    min_severity: Severity = Severity.INFO
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, in which role: what the audit log says of it.

    The role is `terminal` where the settings do not say who holds which.
    """

    name: str
    role: str = "terminal"


SERVICE = Actor("trustwatch", "service")
"""The program itself: what it does without being told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that is to be done by a day: a reminder, a review, the end of a clock."""

    on: date
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """That somebody saw what was masked: who, in which role, of what (`case:12`), why. `at` is aware UTC."""

    at: datetime
    who: str
    role: str
    object: str
    reason: str
