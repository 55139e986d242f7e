"""Cases: where a finding belongs and who is told of it.

A case gathers the findings of one lane, subject, rule family and local day, so that a thread of ten
posts is one thing to decide. Who is told follows from roles: a rule names routing keys, the
configuration says who holds them, and a role nobody holds falls back as FALLBACKS says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.store import Judged
from monitor.store.writing import NewCase
from monitor.types import Account, Finding, Kind, Lane, Post, Recipient, Relation

FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "comms_director": ("comms",),
    "patient_confidentiality": ("information", "comms_director", "comms"),
    "information": ("comms_director", "comms"),
    "governors": ("comms_director", "comms"),
    "oversight": ("comms_director", "comms"),
    "hr": ("comms_director", "comms"),
    "welfare": ("patient_confidentiality", "comms_director", "comms"),
    "authorities": ("comms_director", "comms"),
}
"""Who hears of it where a role has no holder, left to right. `concerns` is absent on purpose: a
possible protected disclosure without a Freedom to Speak Up Guardian stays sealed, it never falls
back to comms, HR or a line manager."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Who holds which role."""

    recipients: tuple[Recipient, ...]

    def people(self) -> tuple[Recipient, ...]:
        """Everybody once, under the first role they are listed with."""
        return tuple({r.address: r for r in reversed(self.recipients)}.values())[::-1]

    def roles(self, address: str) -> frozenset[str]:
        """Every role that the person at `address` holds."""
        return frozenset(r.role for r in self.recipients if r.address == address)

    def holders(self, role: str) -> tuple[Recipient, ...]:
        """Those who hold `role` itself."""
        return tuple(r for r in self.recipients if r.role == role)

    def route(self, roles: Iterable[str]) -> tuple[Recipient, ...]:
        """Everybody who is told of something routed to `roles`, each once.

        Fallbacks count only where nobody at all would hear of it: need to know comes first.
        """
        wanted = tuple(roles)
        told = {r.address: r for role in wanted for r in self.holders(role)}
        chain = (fallback for role in wanted for fallback in FALLBACKS.get(role, ()))
        while not told and (role := next(chain, None)):
            told = {r.address: r for r in self.holders(role)}
        return tuple(told.values())

    def in_charge(self, role: str) -> str:
        """The role itself, or the first that it falls back to which somebody holds."""
        chain = (role, *FALLBACKS.get(role, ()))
        return next((each for each in chain if self.holders(each)), role)

    def unheld(self, roles: Iterable[str]) -> tuple[str, ...]:
        """The routing keys among `roles` that nobody holds."""
        return tuple(role for role in roles if not self.holders(role))


@dataclass(frozen=True, slots=True)
class Clerk:
    """Puts findings into cases by the organisation's calendar."""

    directory: Directory
    zone: ZoneInfo
    now: datetime

    def place(self, judged: Judged, finding: Finding) -> NewCase:
        """The case of `finding`, and whom its rule's route reaches."""
        day = self.now.astimezone(self.zone).date().isoformat()
        key = "|".join((finding.lane, judged.subject, finding.category, day))
        told = self.directory.route(finding.route)
        return NewCase(
            key=key,
            subject=judged.subject,
            owner=finding.owner,
            recipients=tuple(r.address for r in told),
        )


def addressed(finding: Finding, author: Account | None) -> Finding:
    """The finding with who is told of it: what a governor posts goes to those who answer for governors.

    Governors sign an addendum of their own (CDD 3.7). What the confidential and the protected lane hold stays
    with the people of these lanes.
    """
    registration = author.registration if author else None
    if registration is None or registration.group != "governor":
        return finding
    if finding.lane not in (Lane.CONDUCT, Lane.COMMS):
        return finding
    return replace(finding, owner="governors", route=("governors",))


def subject(post: Post, identity: str, pseudonym: str | None, hashed: Callable[..., str]) -> str:
    """What a case is about: the watched page, the member of staff, the account, or else the item itself.

    An account by its keyed hash: what it calls itself may be what has to be masked.
    """
    if post.change is not None:
        return f"{post.platform}:page:{post.change.page_id}"
    if pseudonym is not None:
        return f"staff:{pseudonym}"
    account = post.author and (post.author.external_id or post.author.handle)
    if account and post.kind not in (Kind.ARTICLE, Kind.EPISODE):
        return f"{post.platform}:account:{hashed('account', account)}"
    return f"item:{identity}"


def shown_author(post: Post, pseudonym: str | None) -> str:
    """The author as people may read it: the register's pseudonym for staff, else the public name."""
    if pseudonym is not None:
        return pseudonym
    author = post.author
    if author is None:
        return ""
    if author.relation is Relation.AUTHORISED_STAFF:
        return "authorised staff account"
    return author.handle or author.display_name or ""
