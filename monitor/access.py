"""Who may look at which lane, and who may reveal: roles decide, and every refusal is an error with a reason.

At the terminal a person is who logged in; the settings say which roles that login holds. Where no recipient
names a login, whoever can run the commands acts for all lanes but the protected one, and may reveal nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.errors import AccessRefused
from monitor.types import Actor, Lane, Recipient

LOOKS: Mapping[Lane, tuple[str, ...]] = {
    Lane.COMMS: ("comms", "comms_director", "governors"),
    Lane.CONDUCT: ("conduct", "comms_director", "hr"),
    Lane.CONFIDENTIAL: ("patient_confidentiality", "information", "welfare"),
    Lane.PROTECTED: ("concerns",),
}
"""The roles that see the masked items of a lane and decide there, the nearest to it first."""

REVEALS: Mapping[Lane, tuple[str, ...]] = {
    Lane.COMMS: ("patient_confidentiality", "information"),
    Lane.CONDUCT: ("patient_confidentiality", "information"),
    Lane.CONFIDENTIAL: ("patient_confidentiality", "information"),
    Lane.PROTECTED: ("concerns",),
}
"""The roles that may see what was masked, one item at a time."""

AUDITS = ("auditor", "information", "patient_confidentiality", "comms_director")
"""The roles that may read the audit log."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the terminal and which roles they hold; `known` is False where the settings name no login."""

    name: str
    roles: frozenset[str]
    known: bool = True

    def sees(self, lane: Lane) -> bool:
        """Whether the person may see the masked items of a lane."""
        if not self.known:
            return lane is not Lane.PROTECTED
        return not self.roles.isdisjoint(LOOKS[lane])

    def in_lane(self, lane: Lane) -> Actor:
        """The person as somebody who works in `lane`. Raises AccessRefused."""
        if not self.known and lane is not Lane.PROTECTED:
            return Actor(self.name)
        return self._as(LOOKS[lane], "this case is for")

    def revealing(self, lane: Lane) -> Actor:
        """The person as somebody who may see what was masked in `lane`. Raises AccessRefused."""
        return self._as(REVEALS[lane], "what was masked is for")

    def auditing(self) -> Actor:
        """The person as somebody who may read the audit log. Raises AccessRefused."""
        return self._as(AUDITS, "the audit log is for") if self.known else Actor(self.name)

    def actor(self, *roles: str) -> Actor:
        """The person in the first of `roles` that they hold, or else in any: for what everybody may do."""
        held = [role for role in roles if role in self.roles] or sorted(self.roles)
        return Actor(self.name, held[0]) if held else Actor(self.name)

    def _as(self, roles: tuple[str, ...], what: str) -> Actor:
        held = next((role for role in roles if role in self.roles), None)
        if held is None:
            wanted = " or ".join(role.replace("_", " ") for role in roles)
            hint = "" if self.known else ": give the recipients in the settings their `login`"
            raise AccessRefused(f"{what} {wanted}, and {self.name} holds no such role{hint}")
        return Actor(self.name, held)


def person(login: str, recipients: tuple[Recipient, ...], away: frozenset[str] = frozenset()) -> Person:
    """Who works under `login`: their own roles, and those of whoever is away and named them deputy."""
    named = [r for r in recipients if r.login is not None]
    mine = {r.address for r in named if r.login == login}
    own = {r.role for r in named if r.login == login}
    stands_in = {r.role for r in recipients if r.address in away and r.deputy in mine}
    return Person(login, frozenset(own | stands_in), known=bool(named))
