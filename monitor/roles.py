"""Roles as data: who is told of which lane, who may look and reveal, who acts today for whoever is away.

The table is `roles.yaml` beside this module. It stands below the settings, because the settings, the rules,
the ledger and the terminal all ask it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from importlib.resources import files
from itertools import chain

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor.types import Edition, Lane, Recipient

GUARDIAN = "concerns"
"""The role of the Freedom to Speak Up Guardian: the only one that is told of the protected lane."""


class Role(BaseModel):
    """One role: its plain name, who hears of it where nobody holds it, how often, and the ground for that."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    ground: str
    fallback: tuple[str, ...] = ()
    by_hand: bool = False
    optional: bool = False
    edition: Edition = Edition.DAILY
    figures: bool = False


class Access(BaseModel):
    """One lane: the roles that a mail may reach, that look at masked items, that reveal what was masked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    told: tuple[str, ...] = Field(min_length=1)
    looks: tuple[str, ...] = Field(min_length=1)
    reveals: tuple[str, ...] = Field(min_length=1)


class Table(BaseModel):
    """All roles and all lanes. It contradicts itself nowhere, or it does not load."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: dict[str, Role]
    lanes: dict[Lane, Access]

    @model_validator(mode="after")
    def _coherent(self) -> Table:
        for problem in chain(self._unknown(), self._astray()):
            raise ValueError(problem)
        return self

    def _unknown(self) -> Iterator[str]:
        used = {key for role in self.roles.values() for key in role.fallback}
        used |= {key for lane in self.lanes.values() for keys in (lane.told, lane.looks) for key in keys}
        yield from (f"no role is called {key!r}" for key in sorted(used - self.roles.keys()))
        yield from (f"the lane {lane} is missing" for lane in Lane if lane not in self.lanes)

    def _astray(self) -> Iterator[str]:
        """Where a fallback would carry something out of its lane, or a mail would reach who gets none."""
        for name, lane in self.lanes.items():
            for key in lane.told:
                if self.roles[key].by_hand:
                    yield f"{key} is handed cases by people, so no mail of the {name} lane reaches it"
                for other in self.roles[key].fallback:
                    if other not in lane.told:
                        yield f"{key} falls back to {other}, who is not told of the {name} lane"
        if self.roles[GUARDIAN].fallback or set(self.lanes[Lane.PROTECTED].told) != {GUARDIAN}:
            yield f"the protected lane is for {GUARDIAN} alone, and falls back to nobody"


def _table() -> Table:
    return Table.model_validate(yaml.safe_load((files("monitor") / "roles.yaml").read_text("utf-8")))


_TABLE = _table()

ROLES: Mapping[str, Role] = _TABLE.roles
"""routing key -> the role. Policy packs, rules and settings name roles by key."""

FALLBACKS: Mapping[str, tuple[str, ...]] = {key: role.fallback for key, role in ROLES.items()}
"""Who hears of it where a role has no holder, left to right; empty for nobody."""

TOLD: Mapping[Lane, tuple[str, ...]] = {lane: access.told for lane, access in _TABLE.lanes.items()}
"""The roles that a mail about a lane may reach."""

LOOKS: Mapping[Lane, tuple[str, ...]] = {lane: access.looks for lane, access in _TABLE.lanes.items()}
"""The roles that see the masked items of a lane and decide there, the nearest to it first."""

REVEALS: Mapping[Lane, tuple[str, ...]] = {lane: access.reveals for lane, access in _TABLE.lanes.items()}
"""The roles that may see what was masked, one item at a time."""

HANDED_OVER = tuple(key for key, role in ROLES.items() if role.by_hand)
"""Roles that a person hands a case to: nothing is mailed to them by itself."""


def misaddressed(lane: Lane, roles: Iterable[str]) -> str | None:
    """Why something of `lane` may not go to one of `roles`, or None where it may go to all."""
    for role in roles:
        if role in HANDED_OVER:
            return f"people hand cases to `{role}`; nothing is routed there by itself"
        if role not in TOLD[lane]:
            return f"`{role}` is outside the {lane} lane, which is for {', '.join(TOLD[lane])}"
    return None


def lanes_told(roles: Iterable[str]) -> frozenset[Lane]:
    """The lanes that whoever holds `roles` may be mailed about."""
    held = set(roles)
    return frozenset(lane for lane in Lane if held & set(TOLD[lane]))


def editions(rows: Sequence[Recipient]) -> frozenset[Edition]:
    """How often who holds these roles is written to; the month's key figures are an edition of their own."""
    usual = {row.edition or ROLES[row.role].edition for row in rows}
    figures = {Edition.MONTHLY for row in rows if ROLES[row.role].figures}
    return frozenset(usual | figures)


def lanes_seen(roles: Iterable[str]) -> frozenset[Lane]:
    """The lanes that whoever holds `roles` looks at: fewer than they may be mailed about."""
    held = set(roles)
    return frozenset(lane for lane in Lane if held & set(LOOKS[lane]))


def along(role: str, held: Set[str]) -> str | None:
    """`role` itself where it is among those `held`, else the first of its fallback that is."""
    return next((key for key in (role, *FALLBACKS.get(role, ())) if key in held), None)


def carrying(lane: Lane, held: Set[str]) -> str | None:
    """The role that looks at `lane` because nobody holds the one nearest to it; None where somebody does."""
    nearest = LOOKS[lane][0]
    found = along(nearest, held)
    return found if found != nearest else None


# -- absences -------------------------------------------------------------------------------------


def acting(recipients: Sequence[Recipient], away: Set[str]) -> tuple[Recipient, ...]:
    """Who holds the roles today: the deputy of who is away, their deputy if they are away as well.

    Who is away without a deputy keeps a role that would otherwise be nobody's, so that nothing is lost.
    """
    rows: list[Recipient] = []
    alone: list[Recipient] = []
    for row in recipients:
        if row.address not in away:
            rows.append(row)
        elif deputy := deputy_of(row, recipients, away):
            rows.append(
                replace(row, address=deputy.address, login=deputy.login, deputy=None, stands_for=row.address)
            )
        else:
            alone.append(row)
    held = {row.role for row in rows}
    return (*rows, *(row for row in alone if along(row.role, held) is None))


def deputy_of(row: Recipient, recipients: Sequence[Recipient], away: Set[str]) -> Recipient | None:
    """Who stands in for `row` in its role; None where nobody does. A circle of deputies ends it."""
    known = {each.address: each for each in reversed(recipients)}
    wanted, met = row.deputy, {row.address}
    while wanted is not None and wanted not in met:
        met.add(wanted)
        deputy = known.get(wanted, Recipient(address=wanted, role=row.role))
        if wanted not in away:
            return replace(deputy, deputy=None)
        wanted = next((each.deputy for each in recipients if each.address == wanted and each.deputy), None)
    return None
