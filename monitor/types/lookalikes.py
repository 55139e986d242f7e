"""What an account is to an organisation whose name it bears."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DOMAIN = "domain"
"""The platform under which domains stand beside accounts."""


class Standing(StrEnum):
    """The outcome classes of the lookalike score."""

    REGISTERED = "registered"
    """In the register of official accounts, or known and allowed."""
    PROBABLE = "probable"
    """It claims to be the organisation and is not."""
    POSSIBLE = "possible"
    """It may: somebody looks at it once a week."""
    PARODY = "labelled-parody"
    """It says that it is a parody, and does not use our avatar."""
    TEAM = "unregistered-team"
    """A team's or charity's account under our name that nobody registered."""
    OTHER_BODY = "other-nhs-body"
    """Another body of the NHS explains its name better."""
    PERSON = "staff-person"
    """Somebody who works or worked here, or another person: none of the lookalike rules' business."""
    UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resemblance:
    """How an account resembles the organisation.

    `score` is in points, 0 and more; `reasons` and `mitigations` are plain sentences with their points, for
    and against; `nearest` is the entry that it comes nearest to: a handle, a name, or another body's name.
    `asks` says that it asks for personal details or money.
    """

    score: float
    standing: Standing
    reasons: tuple[str, ...] = ()
    mitigations: tuple[str, ...] = ()
    nearest: str = ""
    asks: bool = False
