"""Who is told of what."""

from __future__ import annotations

import pytest

from monitor.cases import Directory
from monitor.roles import FALLBACKS
from monitor.types import Recipient


def directory(*roles: str) -> Directory:
    return Directory(tuple(Recipient(address=f"{role}@trust.test", role=role) for role in roles))


def told(of: Directory, *roles: str) -> list[str]:
    return [recipient.role for recipient in of.route(roles)]


@pytest.mark.parametrize(
    ("holders", "route", "expected"),
    [
        (("comms", "hr", "information"), ("information", "hr"), ["information", "hr"]),
        (("comms", "information"), ("patient_confidentiality",), ["information"]),
        (("comms", "comms_director"), ("patient_confidentiality",), ["comms_director"]),
        (("comms",), ("patient_confidentiality",), ["comms"]),
        (("comms", "hr"), ("comms", "hr"), ["comms", "hr"]),
        (("comms",), ("comms", "hr"), ["comms"]),
        (("hr",), ("comms",), []),
        (("comms", "hr", "comms_director"), ("concerns",), []),
    ],
)  # fmt: skip
def test_a_route_reaches_its_holders_or_the_first_fallback(
    holders: tuple[str, ...], route: tuple[str, ...], expected: list[str]
) -> None:
    assert told(directory(*holders), *route) == expected


def test_concerns_never_fall_back() -> None:
    assert not FALLBACKS["concerns"]


def test_somebody_with_two_roles_is_told_once() -> None:
    both = Directory(
        (Recipient(address="a@trust.test", role="comms"), Recipient(address="a@trust.test", role="hr"))
    )
    assert len(both.route(("comms", "hr"))) == 1


def test_roles_that_nobody_holds_are_named() -> None:
    assert directory("comms").unheld(("comms", "information")) == ("information",)
