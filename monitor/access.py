"""Who may look at which lane, and who may reveal: roles decide, and every refusal is an error with a reason.

At the terminal a person is who logged in; the settings say which roles that login holds. Where no recipient
names a login, whoever can run the commands acts for all lanes but the protected one, and may reveal nothing.
Which role may do what stands in `roles.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor import roles
from monitor.errors import AccessRefused
from monitor.roles import LOOKS, REVEALS
from monitor.types import Actor, Lane, Recipient

AUDITS = ("auditor", "information", "patient_confidentiality", "comms_director")
"""The roles that may read the audit log."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the terminal and which roles they hold; `known` is False where the settings name no login.

    `carried` are the lanes that they look at because nobody holds the role nearest to them.
    """

    name: str
    roles: frozenset[str]
    known: bool = True
    carried: frozenset[Lane] = frozenset()

    def sees(self, lane: Lane) -> bool:
        """Whether the person may see the masked items of a lane."""
        if not self.known:
            return lane is not Lane.PROTECTED
        return lane in self.carried or not self.roles.isdisjoint(LOOKS[lane])

    def in_lane(self, lane: Lane) -> Actor:
        """The person as somebody who works in `lane`. Raises AccessRefused."""
        if not self.known and lane is not Lane.PROTECTED:
            return Actor(self.name)
        if lane in self.carried and self.roles.isdisjoint(LOOKS[lane]):
            return self.actor(*roles.FALLBACKS[LOOKS[lane][0]])
        return self._as(LOOKS[lane], "this case is for")

    def revealing(self, lane: Lane) -> Actor:
        """The person as somebody who may see what was masked in `lane`. Raises AccessRefused."""
        return self._as(REVEALS[lane], "what was masked is for")

    def auditing(self) -> Actor:
        """The person as somebody who may read the audit log. Raises AccessRefused."""
        return self.holding(AUDITS, "the audit log is for")

    def holding(self, wanted: tuple[str, ...], what: str) -> Actor:
        """The person in the first role `wanted` that they hold; as themselves where no login is known.

        Raises AccessRefused, which begins with `what`: "requests are for".
        """
        return self._as(wanted, what) if self.known else Actor(self.name)

    def actor(self, *wanted: str) -> Actor:
        """The person in the first role `wanted` that they hold, or else in any: for what everybody may do."""
        held = [role for role in wanted if role in self.roles] or sorted(self.roles)
        return Actor(self.name, held[0]) if held else Actor(self.name)

    def _as(self, allowed: tuple[str, ...], what: str) -> Actor:
        held = next((role for role in allowed if role in self.roles), None)
        if held is None:
            wanted = " or ".join(role.replace("_", " ") for role in allowed)
            hint = "" if self.known else ": give the recipients in the settings their `login`"
            raise AccessRefused(f"{what} {wanted}, and {self.name} holds no such role{hint}")
        return Actor(self.name, held)


def person(login: str, recipients: tuple[Recipient, ...], away: frozenset[str] = frozenset()) -> Person:
    """Who works under `login`: the roles that are theirs today, and the lanes that they carry.

    Of somebody who is away the roles are the deputy's, and nobody else's.
    """
    today = roles.acting(recipients, away)
    mine = frozenset(row.role for row in today if row.login == login)
    known = any(row.login for row in recipients)
    return Person(login, mine, known=known, carried=_carried(today, mine))


def addressee(told: Recipient, today: tuple[Recipient, ...], lane: Lane) -> Person:
    """Who reads a mail to `told`, in the role that it was for; in all of theirs where that one may not look.

    `today` is who holds which role today. The person is called by their login where it is known.
    """
    rows = [row for row in today if row.address == told.address]
    name = next((row.login for row in rows if row.login), told.address)
    as_told, as_any = frozenset({told.role}), frozenset(row.role for row in rows)
    person = Person(name, as_told, carried=_carried(today, as_told))
    return person if person.sees(lane) else Person(name, as_any, carried=_carried(today, as_any))


def _carried(today: Iterable[Recipient], mine: frozenset[str]) -> frozenset[Lane]:
    held = {row.role for row in today}
    return frozenset(lane for lane in Lane if roles.carrying(lane, held) in mine)
