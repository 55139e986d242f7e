"""Roles: every policy's routes and fallbacks, every lane and role, and who acts for whoever is away."""

from __future__ import annotations

from importlib.resources import files
from itertools import product

import pytest
from pydantic import ValidationError

from monitor.access import person
from monitor.cases import Directory
from monitor.errors import AccessRefused
from monitor.roles import HANDED_OVER, LOOKS, REVEALS, ROLES, TOLD, Table, misaddressed
from monitor.types import Lane, Recipient
from rules.files import read
from rules.schema import PolicyFile

# Whom each of the five policies names, and who hears of it where nobody holds the role.
NAMED = {
    "comms": "VOY SWL NT CDD BOL",
    "comms_director": "VOY SWL NT CDD BOL",
    "patient_confidentiality": "VOY CDD",
    "information": "VOY CDD",
    "concerns": "CDD",
    "governors": "CDD",
    "line_management": "VOY SWL NT CDD BOL",
    "hr": "SWL BOL",
    "professional_body": "SWL BOL",
    "platform": "SWL",
    "authorities": "BOL",
    "oversight": "VOY SWL NT BOL",
    "ict": "CDD",
    "welfare": "",
    "conduct": "",
    "auditor": "",
}
FALLBACK = {
    "comms_director": "comms",
    "patient_confidentiality": "information comms_director comms",
    "information": "comms_director comms",
    "governors": "comms_director comms",
    "hr": "comms_director comms",
    "welfare": "patient_confidentiality comms_director comms",
    "authorities": "comms_director comms",
    "oversight": "comms_director comms",
    "conduct": "comms_director comms",
}

# lane -> role -> t(old), l(ooks), r(eveals). A pair that is not here may do nothing.
MATRIX = {
    Lane.COMMS: {
        "comms": "tl", "comms_director": "tl", "governors": "tl", "oversight": "t", "information": "tr",
        "patient_confidentiality": "tr",
    },
    Lane.CONDUCT: {
        "conduct": "tl", "comms": "t", "comms_director": "tl", "hr": "tl", "governors": "t",
        "authorities": "t", "patient_confidentiality": "r", "information": "r",
    },
    Lane.CONFIDENTIAL: {
        "patient_confidentiality": "tlr", "information": "tlr", "welfare": "tl", "comms": "t",
        "comms_director": "t", "ict": "t",
    },
    Lane.PROTECTED: {"concerns": "tlr"},
}  # fmt: skip

POLICIES = {
    name: read(files("rules") / "policies" / f"{name.lower()}.yaml", name, PolicyFile)
    for name in ("VOY", "SWL", "NT", "CDD", "BOL")
}


def holder(role: str, login: str | None = None, deputy: str | None = None) -> Recipient:
    return Recipient(address=f"{role}@trust.test", role=role, login=login, deputy=deputy)


def everybody_but(*missing: str) -> Directory:
    return Directory(tuple(holder(role) for role in ROLES if role not in missing))


@pytest.mark.parametrize(("role", "policy"), [*product(ROLES, POLICIES)])
def test_each_policy_names_the_roles_it_names(role: str, policy: str) -> None:
    assert (role in POLICIES[policy].roles) == (policy in NAMED[role].split())


@pytest.mark.parametrize("role", ROLES)
def test_each_role_falls_back_from_left_to_right_and_no_further(role: str) -> None:
    missing = [role]
    for stand_in in FALLBACK.get(role, "").split():
        assert everybody_but(*missing).fallback(role) == stand_in
        missing.append(stand_in)
    assert everybody_but(*missing).fallback(role) is None


@pytest.mark.parametrize(("lane", "role"), [*product(Lane, ROLES)])
def test_a_role_does_in_a_lane_what_the_table_lists_and_nothing_else(lane: Lane, role: str) -> None:
    allowed = MATRIX[lane].get(role, "")
    assert (role in TOLD[lane]) == ("t" in allowed)
    assert (misaddressed(lane, (role,)) is None) == ("t" in allowed)
    me = person("jo", (*everybody_but(role).recipients, holder(role, login="jo")))
    assert me.sees(lane) == ("l" in allowed) == (role in LOOKS[lane])
    if "r" in allowed:
        assert me.revealing(lane).role == role
    else:
        with pytest.raises(AccessRefused):
            me.revealing(lane)
        assert role not in REVEALS[lane]


def test_whom_people_hand_cases_to_is_never_mailed() -> None:
    assert HANDED_OVER == ("line_management", "professional_body", "platform")


@pytest.mark.parametrize(
    ("held", "route", "told"),
    [
        ("conduct hr comms", "conduct hr", "conduct hr"),
        ("comms_director hr comms", "conduct hr", "comms_director hr"),
        ("comms", "conduct hr", "comms"),
        ("comms information", "patient_confidentiality comms", "information comms"),
        ("comms comms_director", "comms hr", "comms"),
        ("comms", "ict", "comms"),
        ("comms hr", "concerns", ""),
    ],
)
def test_a_route_reaches_who_it_is_for_or_the_next_in_line(held: str, route: str, told: str) -> None:
    directory = Directory(tuple(holder(role) for role in held.split()))
    assert [r.role for r in directory.route(route.split())] == told.split()


@pytest.mark.parametrize(
    ("held", "lane", "looks"),
    [
        ("comms", Lane.CONDUCT, True),
        ("comms", Lane.CONFIDENTIAL, True),
        ("comms", Lane.PROTECTED, False),
        ("comms comms_director", Lane.CONDUCT, False),
        ("comms patient_confidentiality", Lane.CONFIDENTIAL, False),
    ],
)
def test_who_is_told_in_anothers_place_looks_in_their_place_and_reveals_nothing(
    held: str, lane: Lane, looks: bool
) -> None:
    me = person("jo", tuple(holder(role, login="jo" if role == "comms" else None) for role in held.split()))
    assert me.sees(lane) == looks
    if looks:
        assert me.in_lane(lane).role == "comms"
    with pytest.raises(AccessRefused):
        me.revealing(lane)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"roles": {"hr": {"fallback": ["concerns"]}}}, "hr falls back to concerns, who is not told"),
        ({"roles": {"hr": {"by_hand": True}}}, "hr is handed cases by people"),
        ({"roles": {"concerns": {"fallback": ["comms"]}}}, "concerns falls back to comms"),
        ({"lanes": {"comms": {"told": ["nobody"]}}}, "no role is called 'nobody'"),
    ],
)
def test_a_table_that_leads_out_of_a_lane_does_not_load(
    fault: dict[str, dict[str, dict[str, object]]], reason: str
) -> None:
    data: dict[str, dict[str, dict[str, object]]] = {
        "roles": {key: role.model_dump() for key, role in ROLES.items()},
        "lanes": {
            lane: {"told": TOLD[lane], "looks": LOOKS[lane], "reveals": REVEALS[lane]} for lane in Lane
        },
    }
    for table, rows in fault.items():
        for key, values in rows.items():
            data[table][key] = data[table][key] | values
    with pytest.raises(ValidationError, match=reason):
        Table.model_validate(data)


# -- absences -------------------------------------------------------------------------------------

A, B, C = "hr@trust.test", "deputy@trust.test", "second@trust.test"


@pytest.mark.parametrize(
    ("away", "acts"),
    [
        ((), [A]),
        ((A,), [B]),
        ((A, B), [C]),
        ((A, B, C), [A]),
    ],
)
def test_the_deputy_acts_and_theirs_if_they_are_away_too_until_the_circle_closes(
    away: tuple[str, ...], acts: list[str]
) -> None:
    directory = Directory(
        (
            Recipient(address=A, role="hr", deputy=B),
            Recipient(address=B, role="comms", deputy=C),
            Recipient(address=C, role="comms", deputy=A),
        )
    )
    assert [r.address for r in directory.today(frozenset(away)).holders("hr")] == acts


def test_without_a_deputy_the_fallback_is_told_and_the_guardian_stays() -> None:
    directory = Directory((holder("information"), holder("comms"), holder("concerns")))
    today = directory.today({r.address for r in directory.recipients if r.role != "comms"})
    assert [r.role for r in today.route(("information",))] == ["comms"]
    assert [r.role for r in today.route(("concerns",))] == ["concerns"]


def test_a_deputy_has_the_role_for_as_long_as_the_absence_and_the_one_away_has_not() -> None:
    recipients = (
        holder("patient_confidentiality", login="cal", deputy="hr@trust.test"),
        holder("hr", login="hel"),
    )
    away = frozenset({"patient_confidentiality@trust.test"})
    assert not person("hel", recipients).sees(Lane.CONFIDENTIAL)
    assert person("hel", recipients, away).revealing(Lane.CONFIDENTIAL).role == "patient_confidentiality"
    assert not person("cal", recipients, away).sees(Lane.CONFIDENTIAL)
