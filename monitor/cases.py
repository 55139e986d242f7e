"""Cases: where a finding belongs and who is told of it.

A case gathers the findings of one lane, subject, rule family and local day, so that a thread of ten
posts is one thing to decide. Who is told follows from roles: a rule names routing keys, the
settings say who holds them, and a role that nobody holds falls back as `roles.yaml` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.config import Settings
from monitor.roles import GUARDIAN, ROLES, acting, along, editions
from monitor.store import Judged
from monitor.store.writing import NewCase
from monitor.types import Account, Edition, Finding, Kind, Lane, Post, Recipient, Relation


@dataclass(frozen=True, slots=True)
class Directory:
    """Who holds which role."""

    recipients: tuple[Recipient, ...]

    @classmethod
    def named_in(cls, settings: Settings) -> Directory:
        """As the settings have it, nobody away."""
        return cls(tuple(Recipient(**row.model_dump()) for row in settings.recipients))

    def people(self) -> tuple[Recipient, ...]:
        """Everybody once, under the first role they are listed with."""
        return tuple({r.address: r for r in reversed(self.recipients)}.values())[::-1]

    def roles(self, address: str) -> frozenset[str]:
        """Every role that the person at `address` holds."""
        return frozenset(r.role for r in self.recipients if r.address == address)

    def rows(self, address: str) -> tuple[Recipient, ...]:
        """The person at `address`, once for each role that they hold."""
        return tuple(r for r in self.recipients if r.address == address)

    def editions(self, address: str) -> frozenset[Edition]:
        """How often the person at `address` is written to."""
        return editions(self.rows(address))

    def addresses(self) -> frozenset[str]:
        """Every address that mail may go to on some day, deputies included."""
        named = {r.address for r in self.recipients} | {r.deputy for r in self.recipients}
        return frozenset(address for address in named if address)

    def holders(self, role: str) -> tuple[Recipient, ...]:
        """Those who hold `role` itself."""
        return tuple(r for r in self.recipients if r.role == role)

    def today(self, away: Set[str]) -> Directory:
        """Who holds which role while the people at the addresses `away` are away."""
        return Directory(acting(self.recipients, away)) if away else self

    def standing(self) -> dict[str, str]:
        """Who acts in whose place: "role address-of-who-is-away" -> address."""
        return {f"{r.role} {r.stands_for}": r.address for r in self.recipients if r.stands_for}

    def reach(self, roles: Iterable[str]) -> frozenset[str]:
        """The addresses that `route` gives."""
        return frozenset(r.address for r in self.route(roles))

    def route(self, roles: Iterable[str]) -> tuple[Recipient, ...]:
        """Everybody who is told of something routed to `roles`, each once.

        Only the role that it is for, the first, falls back: need to know comes first. The others' fallbacks
        count where nobody at all would hear of it, and the communications team where even they are not held.
        """
        first, *others = roles
        told = self._nearest((first,)) + [r for role in others for r in self.holders(role)]
        if not told and GUARDIAN not in (first, *others):
            told = self._nearest(others) or list(self.holders("comms"))
        return tuple({r.address: r for r in told}.values())

    def _nearest(self, roles: Iterable[str]) -> list[Recipient]:
        held = {r.role for r in self.recipients}
        found = next((key for role in roles if (key := along(role, held))), None)
        return list(self.holders(found)) if found else []

    def in_charge(self, role: str) -> str:
        """The role itself, or the first that it falls back to which somebody holds."""
        return role if self.holders(role) else self.fallback(role) or role

    def unheld(self, roles: Iterable[str]) -> tuple[str, ...]:
        """The routing keys among `roles` that somebody should hold and nobody does."""
        return tuple(role for role in roles if not self.holders(role) and not ROLES[role].optional)

    def answering(self, role: str) -> str:
        """The role that answers for a case of `role`: another only where nobody need hold that one."""
        return self.fallback(role) or role if ROLES[role].optional else role

    def fallback(self, role: str) -> str | None:
        """The role that hears of it in place of one that nobody holds; None where nobody does."""
        return along(role, {r.role for r in self.recipients})


@dataclass(frozen=True, slots=True)
class Clerk:
    """Puts findings into cases by the organisation's calendar."""

    directory: Directory
    zone: ZoneInfo
    now: datetime

    def place(self, judged: Judged, finding: Finding) -> NewCase:
        """The case of `finding`, and whom its rule's route reaches."""
        day = self.now.astimezone(self.zone).date()
        key = "|".join((finding.lane, judged.subject, finding.category, day.isoformat()))
        told = self.directory.route(finding.route)
        return NewCase(
            key=key,
            subject=judged.subject,
            owner=self.directory.answering(finding.owner),
            recipients=tuple(r.address for r in told),
            day=day,
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
